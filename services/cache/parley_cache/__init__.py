"""The shared memory of Parley: reply logs, conversations, claims."""
