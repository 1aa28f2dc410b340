"""What makes a Discord create idempotent: turn, kind and index, never the attempt; at most 25 characters.

The first page and a notice that came before it are one message, so they share a nonce.
"""

from __future__ import annotations

MAX_LENGTH = 25
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def of(turn_id: str, kind: str, index: int) -> str:
    """Return the nonce of one message of a turn. kind: one letter; turn_id: a decimal snowflake.

    A snowflake takes 13 base-36 digits, so kind and index leave room.
    """
    nonce = f"{_base36(int(turn_id))}-{kind}{index}"
    if len(nonce) > MAX_LENGTH:
        raise ValueError("a nonce has at most 25 characters")
    return nonce


def _base36(number: int) -> str:
    digits = []
    while number:
        number, digit = divmod(number, 36)
        digits.append(DIGITS[digit])
    return "".join(reversed(digits)) or "0"
