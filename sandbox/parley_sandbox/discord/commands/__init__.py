"""Application commands: what may be registered, and the objects behind what somebody fills in."""
