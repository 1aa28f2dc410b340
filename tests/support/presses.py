"""Buttons and presses as tests write them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from parley_gateway.buttons import Action, Button, encode
from parley_gateway.interactions import Click

STOP = (Button(Action.STOP, "9", "30"),)
REGENERATE = (Button(Action.REGENERATE, "9", "30", 4),)


def click(custom_id: str = encode(STOP[0]), **more: Any) -> Click:
    """Press a button, now, as member 30."""
    values: dict[str, Any] = {
        "interaction_id": "1",
        "token": "token",
        "channel_id": "20",
        "guild_id": "10",
        "user_id": "30",
        "user_name": "Ada",
        "locale": "ja",
        "made_at": datetime.now(UTC),
        "custom_id": custom_id,
        "message_id": "40",
    }
    return Click(**(values | more))
