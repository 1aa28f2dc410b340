"""Application commands: what may be registered, who may use it where, and what somebody may fill in."""
