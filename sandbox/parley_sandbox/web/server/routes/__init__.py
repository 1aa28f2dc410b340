"""The JSON interface, a file a subject."""
