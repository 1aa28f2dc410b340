"""Where turns, reply logs and conversations are kept: a port and its adapters."""
