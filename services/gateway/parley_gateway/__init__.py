"""The Discord face of Parley: events become turns, replies become messages."""
