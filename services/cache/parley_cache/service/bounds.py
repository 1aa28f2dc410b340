"""Bounds of fields: a value past its bound is refused with the field's name, never with its content."""

from __future__ import annotations

import re
from enum import Enum
from typing import TypeVar

from parley_kit.faults import InvalidInput

E = TypeVar("E", bound=Enum)

SNOWFLAKE = re.compile(r"[0-9]{1,20}")
ID = 64
TOKEN = 1024
NAME = 100
FILENAME = 256
MEDIA_TYPE = 128
MODEL = 100
LOCALE = 35
TRACEPARENT = 128
PROMPT = 32_768
SYSTEM_PROMPT = 65_536
TEXT = 65_536
ATTACHMENTS = 10
POSTED = 256
HOLDER = 128
REASON = 100
TOKENS = 1_000_000_000
"""Of one answer; far above what a model takes."""
COST = 1_000_000_000
"""Of one answer, in millionths of a US dollar."""
PERSONA = 4000
SUBJECTS = 100
CHANNELS = 200
AMOUNT = 1_000_000_000_000
"""Of a limit; its unit is that of what it limits."""
REVISION = 1 << 53
SECONDS = 366 * 24 * 3600
ATTEMPTS = 1_000_000
"""Far above what is granted; the rules say how many there are."""


def snowflake(field: str, value: str) -> str:
    """Return a Discord id: decimal, at most 20 characters."""
    if not SNOWFLAKE.fullmatch(value):
        raise InvalidInput(field, "a decimal id of 1 to 20 digits is expected.")
    return value


def optional_snowflake(field: str, value: str) -> str:
    """Return a Discord id, or nothing."""
    return snowflake(field, value) if value else ""


def text(field: str, value: str, most: int) -> str:
    """Return a text of at most so many characters."""
    if len(value) > most:
        raise InvalidInput(field, f"at most {most} characters are allowed.")
    return value


def needed(field: str, value: str, most: int) -> str:
    """Return a text that is not empty."""
    if not value:
        raise InvalidInput(field, "a value is needed.")
    return text(field, value, most)


def count(field: str, value: int, most: int) -> int:
    """Return a number of things."""
    if value > most:
        raise InvalidInput(field, f"at most {most} are allowed.")
    return value


def attempt(field: str, value: int) -> int:
    """Return an attempt, which counts from 1."""
    if not 1 <= value <= ATTEMPTS:
        raise InvalidInput(field, "attempts count from 1.")
    return value


def choice(field: str, table: dict[int, E], value: int) -> E:
    """Return what an enum's number means."""
    if value not in table:
        raise InvalidInput(field, "a known value is needed.")
    return table[value]
