"""Knows the load of everything and tells who needs to know."""
