"""What the monitor can read of the machine it runs on."""
