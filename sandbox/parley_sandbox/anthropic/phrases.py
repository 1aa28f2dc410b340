"""What a reply is made of, in one language. Templates may name {topic}, {thing}, {other}, {quality}, {n} and {m}."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrases:
    """The words of one language; every tuple holds alternatives."""

    signature: str
    seeded: str
    first_turn: str
    later_turn: str
    pleased: str
    name_known: str
    name_unknown: str
    topic: str
    openings: tuple[str, ...]
    sentences: tuple[str, ...]
    steps: tuple[str, ...]
    quotes: tuple[str, ...]
    headings: tuple[str, ...]
    code_intros: tuple[str, ...]
    table_intros: tuple[str, ...]
    table_heads: tuple[tuple[str, str, str], ...]
    closings: tuple[str, ...]
    things: tuple[str, ...]
    qualities: tuple[str, ...]
    space: str
