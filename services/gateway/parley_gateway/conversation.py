"""What Claude is given: the system prompt, which never changes from turn to turn, and the messages. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from parley_gateway.attachments import PASTE, Content, Why, Writing
from parley_gateway.model import Attachment, Line, Paper, Picture, Prompt, Said, Speaker

SYSTEM_PROMPT = (
    "You are Parley, an assistant in Discord. People talk to you in channels and direct messages. "
    "Answer in the language that the member writes in. Write for Discord's Markdown: short paragraphs, lists, bold, "
    "code in fences with their language; no tables, no HTML, no LaTeX. Be brief unless asked for more. "
    "Where several members share a conversation, a message may begin with its author's name and a colon; "
    "never begin your own like that. You cannot see other messages of the server, open links or run tools."
)
"""Holds nothing that changes from turn to turn, so that Claude's prompt cache pays."""


Contents = Mapping[Attachment, Content | Why]
"""What there is of files, or why there is nothing."""


def lines(
    window: Sequence[Said], started_by: str, prompt: Prompt, contents: Contents | None = None
) -> tuple[Line, ...]:
    """Return the messages for Claude, oldest first.

    The member who began the conversation is not named, others are: so a message reads the same in every later turn,
    and the first carries no name. Two members in a row are joined into one message, since roles alternate.
    """
    newest = Said(prompt.text, prompt.author_id, prompt.author_name, attachments=prompt.attachments)
    spoken = (*_spoken(window), newest)
    return tuple(_joined(_line(said, started_by or prompt.author_id, contents or {}) for said in spoken))


def _spoken(window: Sequence[Said]) -> list[Said]:
    """Leave out what has no text: Claude's API refuses it."""
    return [said for said in window if said.text.strip()]


def _line(said: Said, started_by: str, contents: Contents) -> Line:
    if said.by_claude:
        return Line(Speaker.ASSISTANT, said.text)
    named = said.author_id != started_by
    text = f"{said.author_name}: {said.text}" if named else said.text
    given = [(file, contents[file]) for file in said.attachments if file in contents]
    files = tuple(content for _, content in given if isinstance(content, Picture | Paper))
    return Line(Speaker.USER, "\n\n".join([text, *_written(given)]), files)


def _written(given: Iterable[tuple[Attachment, Content | Why]]) -> Iterator[str]:
    """Yield what is told in words: texts, and what is left out. A long paste is a part of what was said."""
    for file, content in given:
        match content:
            case Writing(name, text):
                yield text if name == PASTE else f'<file name="{name}">\n{text}\n</file>'
            case Why():
                yield f'(The file "{file.filename}" is left out: {content.value}.)'
            case _:
                pass


def _joined(spoken: Iterable[Line]) -> list[Line]:
    joined: list[Line] = []
    for line in spoken:
        if joined and joined[-1].speaker is line.speaker:
            before = joined[-1]
            joined[-1] = Line(line.speaker, f"{before.text}\n\n{line.text}", before.files + line.files)
        elif joined or line.speaker is Speaker.USER:
            joined.append(line)
    return joined


def system_prompt(persona: str) -> str:
    """Return the system prompt where a persona is set; it stands last, so that the built-in beginning stays the same."""
    return f"{SYSTEM_PROMPT}\n\n{persona}" if persona else SYSTEM_PROMPT
