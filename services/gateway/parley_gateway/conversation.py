"""What Claude is given: the system prompt, which never changes from turn to turn, and the messages. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from parley_gateway.model import Line, Prompt, Said, Speaker

SYSTEM_PROMPT = (
    "You are Parley, an assistant in Discord. People talk to you in channels and direct messages. "
    "Answer in the language that the member writes in. Write for Discord's Markdown: short paragraphs, lists, bold, "
    "code in fences with their language; no tables, no HTML, no LaTeX. Be brief unless asked for more. "
    "Where several members share a conversation, a message may begin with its author's name and a colon; "
    "never begin your own like that. You cannot see other messages of the server, open links or run tools."
)
"""Holds nothing that changes from turn to turn, so that Claude's prompt cache pays."""


def lines(window: Sequence[Said], started_by: str, prompt: Prompt) -> tuple[Line, ...]:
    """Return the messages for Claude, oldest first.

    The member who began the conversation is not named, others are: so a message reads the same in every later turn,
    and the first carries no name. Two members in a row are joined into one message, since roles alternate.
    """
    newest = Said(prompt.text, prompt.author_id, prompt.author_name)
    return tuple(_joined(_line(said, started_by or prompt.author_id) for said in (*_spoken(window), newest)))


def _spoken(window: Sequence[Said]) -> list[Said]:
    """Leave out what has no text: Claude's API refuses it."""
    return [said for said in window if said.text.strip()]


def _line(said: Said, started_by: str) -> Line:
    if said.by_claude:
        return Line(Speaker.ASSISTANT, said.text)
    named = said.author_id != started_by
    return Line(Speaker.USER, f"{said.author_name}: {said.text}" if named else said.text)


def _joined(spoken: Iterable[Line]) -> list[Line]:
    joined: list[Line] = []
    for line in spoken:
        if joined and joined[-1].speaker is line.speaker:
            joined[-1] = Line(line.speaker, f"{joined[-1].text}\n\n{line.text}")
        elif joined or line.speaker is Speaker.USER:
            joined.append(line)
    return joined


def system_prompt(persona: str) -> str:
    """Return the system prompt where a persona is set; it stands last, so that the built-in beginning stays the same."""
    return f"{SYSTEM_PROMPT}\n\n{persona}" if persona else SYSTEM_PROMPT
