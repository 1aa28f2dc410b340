"""What members set in Discord: `/settings` for who may manage the server, `/model` for oneself."""
