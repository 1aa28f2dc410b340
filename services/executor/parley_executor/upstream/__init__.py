"""What Claude's side allows: what is left of the account's rate limits, and when not to ask at all."""
