"""What hikari shall not log.

It names a rate-limit bucket by its route's parameters: those of an interaction's answers by the interaction's token, with
which anybody may write there for 15 minutes. What is lost with these lines the metrics tell (`discord_ratelimit_hits_total`).
"""

from __future__ import annotations

import logging

BUCKETS = "hikari.ratelimits"


def hush() -> None:
    """Let hikari say nothing of buckets below an error, of which it has none with a name in it."""
    logging.getLogger(BUCKETS).setLevel(logging.ERROR)
