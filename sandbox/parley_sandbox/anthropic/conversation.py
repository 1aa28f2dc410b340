"""What a reply needs to know of the conversation: its topic, its turns, the names said in it."""

import re
from dataclasses import dataclass

from . import directives
from .wire import Message, Prompt, TextBlock

_JAPANESE = re.compile(r"[぀-ヿ]|[一-鿿]{2}")
_NOISE = re.compile(r"<[@#:][^>]*>|https?://\S+|[`*_~|<>#\[\]\\@\"“”]")
_ASKING = re.compile(
    r"^(please|hey|hi|hello|so|ok|can you|could you|would you|tell me|show me|explain( to me)?|describe|write( me)?"
    r"|compare|how (do|does|can|could|should|would) (i|you|we|one|it)|how to|what(’s|'s| is| are| was)|why (is|are|do|does)"
    r"|give me|i want( to)?|i need( to)?|(a |an )?(very )?(long |short |detailed )?(essay|list|poem|story|text)"
    r"|in \d+ words|\d+ words|a|an|the|about|on|of)[,:]?\s+",
    re.IGNORECASE,
)
_TRAILING = re.compile(
    r"(とは|って)?(何|なん)?(ですか|でしょうか|ですよね)?$|(について)?(を)?(教えて|説明して|書いて)(ください|下さい|くれ)?$"
)
_NAMED = re.compile(r"\bmy name(?:’s|'s| is) ([^\W\d_][\w'’-]{0,31})", re.IGNORECASE)
_NAMED_JA = re.compile(
    r"(?:私|僕|俺|わたし|ぼく)?の?名前は\s*([^\s、。，．!！?？]{1,16}?)(?:です|だ|といいます|と申します)"
)
_ASKS_NAME = re.compile(
    r"\bwhat(?:’s|'s| is) my name\b|\bwho am i\b|\bdo you (?:know|remember) my name\b"
    r"|名前(?:は|を|が|って)[^。]{0,10}(?:何|なん|覚え|わか|分か|知って)",
    re.IGNORECASE,
)
_UNKNOWN_JA = {"何", "なん", "なに", "誰"}
LONGEST_TOPIC = 48


@dataclass(frozen=True, slots=True)
class Conversation:
    """The newest question without its directives, and what was said before it."""

    question: str
    japanese: bool
    topic: str
    earlier: int
    first_topic: str
    name: str | None
    asks_name: bool
    tells_name: bool


def read(prompt: Prompt) -> Conversation:
    """Return what the prompt says."""
    said = [_text(message) for message in prompt.messages if message.role == "user"]
    question = said[-1] if said else ""
    names = [name for text in said for name in _names(text)]
    return Conversation(
        question=question,
        japanese=bool(_JAPANESE.search(question)),
        topic=topic(question),
        earlier=sum(message.role == "assistant" for message in prompt.messages),
        first_topic=topic(said[0]) if said else "",
        name=names[-1] if names else None,
        asks_name=bool(_ASKS_NAME.search(question)),
        tells_name=bool(_names(question)),
    )


def topic(question: str) -> str:
    """Return what a question is about, in a few of its own words, safe to put into Markdown; may be empty."""
    plain = _NAMED_JA.sub(" ", _NAMED.sub(" ", _NOISE.sub(" ", question)))
    sentences = (_core(sentence) for sentence in re.split(r"[.?!。？！\n]", plain))
    return _shortened(next((core for core in sentences if core), ""))


def _core(sentence: str) -> str:
    """Return a sentence without its asking."""
    words = sentence.strip(" ,、")
    while (shorter := _ASKING.sub("", words, count=1)) != words:
        words = shorter
    return _TRAILING.sub("", " ".join(words.split()))


def _shortened(words: str) -> str:
    if len(words) <= LONGEST_TOPIC:
        return words
    head, space, _ = words[:LONGEST_TOPIC].rpartition(" ")
    return (head if space else words[:LONGEST_TOPIC]) + "…"


def _text(message: Message) -> str:
    whole = "\n".join(block.text for block in message.content if isinstance(block, TextBlock))
    return directives.without(whole)


def _names(text: str) -> list[str]:
    english = _NAMED.findall(text)
    japanese = [name for name in _NAMED_JA.findall(text) if name not in _UNKNOWN_JA]
    return [str(name) for name in english + japanese]
