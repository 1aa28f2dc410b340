"""Runs Claude and streams what it says."""
