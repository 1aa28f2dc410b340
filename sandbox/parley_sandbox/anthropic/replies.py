"""The reply to a prompt: another text at each execution, the same text for the same seed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from . import conversation
from .conversation import Conversation
from .directives import Directive
from .thinking import Display
from .tokens import pieces
from .wire import Request
from .writer import Writer

MOST_WORDS = 20_000
_ASKED_WORDS = re.compile(r"\b(\d{1,6})[ -]words?\b|(\d{1,6})\s*(?:語|文字|字)", re.IGNORECASE)
_ASKED_SHAPES: tuple[tuple[str, str], ...] = (
    (r"\b(long|essay|in detail|detailed)\b|長い|長く|長文|詳しく|エッセイ", "long"),
    (r"\b(compare|versus|vs|table|difference between)\b|比較|比べ|違い|表に", "table"),
    (r"\b(quote|quotation)\b|引用", "quote"),
    (r"\b(list|steps?|checklist)\b|箇条書き|手順|一覧", "list"),
)


@dataclass(frozen=True, slots=True)
class Reply:
    """What is said: the text of each delta, and why it ends.

    thought: tokens of thinking before it; summary: whether the stream shows what was thought.
    """

    deltas: Sequence[str]
    stop_reason: str
    stop_sequence: str | None = None
    thought: int = 0
    summary: bool = False

    @property
    def text(self) -> str:
        """The whole reply."""
        return "".join(self.deltas)

    @property
    def tokens(self) -> int:
        """What it costs; an empty one is a token too."""
        return max(1, self.thought + len(self.deltas))


def compose(
    request: Request, directive: Directive, *, execution: int, seed: int = 0, thinking: Display = "none"
) -> Reply:
    """Return the reply of this execution, cut where the request or the directive limits it."""
    known = conversation.read(request)
    rng = Random(f"{seed}/{execution}" if directive.seed is None else directive.seed)  # noqa: S311  # no secret here
    writer = Writer(known, rng)
    deltas = pieces(_text(known, directive, writer, execution))
    if directive.tokens is not None:
        deltas = _of_length(deltas, directive.tokens, writer)
    thought = 0 if thinking == "none" else min(directive.thinking, request.max_tokens)
    reply = _ended(deltas, request, directive, request.max_tokens - thought)
    return replace(reply, thought=thought, summary=thinking == "summarized")


def _text(known: Conversation, directive: Directive, writer: Writer, execution: int) -> str:
    if directive.exact is not None:
        return directive.exact
    phrases = writer.phrases
    signature = phrases.signature.format(execution=execution)
    if directive.seed is not None:
        signature = phrases.seeded.format(seed=directive.seed)
    about = phrases.space.join(_about(known, writer))
    return "\n\n".join([signature, about, *_body(known, directive, writer)])


def _about(known: Conversation, writer: Writer) -> list[str]:
    """Return what shows that the history arrived: the number of the turn, the name."""
    phrases = writer.phrases
    found = [phrases.first_turn]
    if known.earlier:
        first = known.first_topic or phrases.topic
        found = [phrases.later_turn.format(turn=known.earlier + 1, earlier=known.earlier, first=first)]
    if known.asks_name:
        found.append(phrases.name_known.format(name=known.name) if known.name else phrases.name_unknown)
    elif known.tells_name:
        found.append(phrases.pleased.format(name=known.name))
    return found


def _body(known: Conversation, directive: Directive, writer: Writer) -> list[str]:
    shape = directive.text or _asked_shape(known.question)
    if shape.startswith("words:"):
        return [writer.words(min(MOST_WORDS, int(shape.removeprefix("words:"))))]
    opening, closing = writer.say(writer.phrases.openings), writer.say(writer.phrases.closings)
    parts = {
        "fence": writer.fence,
        "list": writer.steps,
        "table": writer.table,
        "quote": writer.quote,
        "prose": writer.prose,
        "long": writer.long,
        "varied": writer.varied,
    }
    return [opening, parts[shape](), closing]


def _asked_shape(question: str) -> str:
    """Return the shape that the question asks for in its own words."""
    words = _ASKED_WORDS.search(question)
    if words and int(words[1] or words[2]) > 0:
        return f"words:{int(words[1] or words[2])}"
    return next((shape for pattern, shape in _ASKED_SHAPES if re.search(pattern, question, re.IGNORECASE)), "varied")


def _of_length(deltas: tuple[str, ...], count: int, writer: Writer) -> tuple[str, ...]:
    """Return exactly this many deltas, with more sections or cut off."""
    longer = list(deltas)
    while len(longer) < count:
        longer += pieces("\n\n" + writer.section())
    return tuple(longer[:count])


def _ended(deltas: tuple[str, ...], request: Request, directive: Directive, left: int) -> Reply:
    """End the reply where it must; left: the tokens that it may have."""
    deltas, found = _before_stop_sequence(deltas, request.stop_sequences)
    if len(deltas) > left:
        return Reply(deltas[:left], "max_tokens")
    if directive.stop:
        return Reply(deltas, directive.stop)
    return Reply(deltas, "stop_sequence" if found else "end_turn", found)


def _before_stop_sequence(deltas: tuple[str, ...], sequences: Sequence[str]) -> tuple[tuple[str, ...], str | None]:
    text = "".join(deltas)
    places = {text.find(sequence): sequence for sequence in sequences if sequence in text}
    if not places:
        return deltas, None
    first = min(places)
    return pieces(text[:first]), places[first]
