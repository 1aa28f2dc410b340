"""The files that Claude is given with one turn: chosen, fetched, read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from parley_gateway.attachments import Bounds, Content, Why, chosen, content_of, kind_of, most
from parley_gateway.model import Attachment, Prompt, Said
from parley_gateway.ports import Files
from parley_gateway.texts import Key, Texts

BOUNDS = Bounds()
MOST_NAME = 60
"""So much of a file's name is told, in characters."""
MOST_REMARK = 800
"""So much is told under an answer, in characters: an ending's words fit into one message."""
REASONS = {
    Why.KIND: Key.FILE_KIND,
    Why.LARGE: Key.FILE_LARGE,
    Why.MANY: Key.FILE_MANY,
    Why.PICTURES: Key.FILE_PICTURES,
    Why.TOGETHER: Key.FILE_TOGETHER,
    Why.UNREADABLE: Key.FILE_UNREADABLE,
    Why.GONE: Key.FILE_GONE,
    Why.UNREACHABLE: Key.FILE_UNREACHABLE,
}


Verdicts = Mapping[Attachment, Why | None]
"""Why a file is left out; None: it is read."""


def looked(prompt: Prompt, window: Sequence[Said]) -> Verdicts:
    """Return which files of a conversation are read; the newest are the first to be."""
    return chosen([prompt.attachments, *(said.attachments for said in reversed(window))], BOUNDS)


def weight(verdicts: Verdicts) -> int:
    """Return how many bytes those that are read have."""
    return sum(file.size for file, why in verdicts.items() if why is None)


async def given(files: Files, channel_id: str, verdicts: Verdicts) -> Mapping[Attachment, Content | Why]:
    """Return what there is of the files of a conversation, or why there is nothing."""
    wanted = {
        file: most(kind, BOUNDS)
        for file, why in verdicts.items()
        if why is None and (kind := kind_of(file)) is not None
    }
    fetched = await files.fetch(channel_id, wanted) if wanted else {}
    return {file: why if why is not None else _content(file, fetched[file]) for file, why in verdicts.items()}


def _content(file: Attachment, fetched: bytes | Why) -> Content | Why:
    return fetched if isinstance(fetched, Why) else content_of(file, fetched)


def left_out(texts: Texts, prompt: Prompt, contents: Mapping[Attachment, Content | Why]) -> str:
    """Return, in the member's words, which files of the question are left out, and why; empty: none is."""
    lines = [
        texts.render(Key.LEFT_OUT, file=_name(file), reason=texts.render(REASONS[why]))
        for file in prompt.attachments
        if isinstance(why := contents.get(file), Why)
    ]
    while len(lines) > 1 and len("\n".join(lines)) > MOST_REMARK:
        lines.pop()
    return "\n".join(lines)


def _name(file: Attachment) -> str:
    """Return a name that stays within its code marks."""
    name = " ".join(file.filename.replace("`", "'").split())
    return name if len(name) <= MOST_NAME else f"{name[: MOST_NAME - 1]}…"
