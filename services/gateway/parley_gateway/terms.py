"""On which terms a question is answered: chosen when it is taken, kept by whoever goes on with it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Sharing(Enum):
    """Who may be given the answer that another member got to the same question."""

    NOBODY = "nobody"
    CHANNEL = "channel"
    GUILD = "guild"
    EVERYWHERE = "everywhere"


@dataclass(frozen=True, slots=True)
class Terms:
    """What Claude is asked with. afresh: no stored or running answer will do; the new one takes its place."""

    model: str
    system_prompt: str
    max_output_tokens: int
    sharing: Sharing = Sharing.GUILD
    afresh: bool = False
