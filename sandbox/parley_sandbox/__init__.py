"""Parley on a laptop: a loopback Discord, a loopback Claude, traces, and a page to chat in."""
