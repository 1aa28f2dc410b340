"""How a reply's text is laid out over Discord messages: buttons, numbers, the words at its end, the file that a very long
one becomes. Pure.

A very long reply shows its first pages; the message after them says that the rest comes as a file, and at the end it
carries the whole text. So the pages that were sealed stay as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from parley_gateway.buttons import Buttons
from parley_gateway.edits import Ending
from parley_gateway.pages import HARD_LIMIT, NUMBER_ROOM, Page, width
from parley_gateway.redrawn import Redrawn
from parley_gateway.screen import Wanted


@dataclass(frozen=True, slots=True)
class Lengthy:
    """When a reply becomes a file. pages: so many at most are messages. coming, whole: what the message after them says
    while the text grows, and when it carries the file.
    """

    pages: int
    coming: str
    whole: str


@dataclass(frozen=True, slots=True)
class _Message:
    content: str
    covers: int
    file: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """One reply's layout. buttons: under the newest message while the text grows. lengthy: None, it is never a file.

    numbered: each message of several says which one it is.
    """

    buttons: Buttons = ()
    lengthy: Lengthy | None = None
    numbered: bool = False

    def growing(self, text: Redrawn, attempt: int, standing: int) -> list[Wanted]:
        """Return the messages while the text grows. standing: so many stand already."""
        messages, lengthy = self._first(text.shown(ended=False))
        if lengthy is not None:
            messages.append(_Message(lengthy.coming, messages[-1].covers))
        newest = max(len(messages), standing) - 1
        return [
            Wanted(
                self._marked(message.content, f"{index + 1}", len(messages)),
                self.buttons if index == newest else (),
                message.covers,
                attempt,
                sealed=index < len(messages) - 1,
            )
            for index, message in enumerate(messages)
        ]

    def ended(self, text: Redrawn, attempt: int, ending: Ending) -> list[Wanted]:
        """Return the messages at the end."""
        messages = self._noted(self._whole(text), ending, text.length)
        last = len(messages) - 1
        return [
            Wanted(
                self._marked(message.content, f"{index + 1}/{len(messages)}", len(messages)),
                ending.buttons if index == last else (),
                message.covers,
                attempt,
                file=message.file,
            )
            for index, message in enumerate(messages)
        ]

    def _whole(self, text: Redrawn) -> list[_Message]:
        messages, lengthy = self._first(text.shown(ended=True))
        if lengthy is not None:
            return [*messages, _Message(lengthy.whole, text.length, text.text)]
        return [*messages[:-1], *(replace(last, covers=text.length) for last in messages[-1:])]

    def _first(self, pages: Sequence[Page]) -> tuple[list[_Message], Lengthy | None]:
        """Return the pages that are messages, and how the rest is told of if there is one."""
        lengthy = self.lengthy if self.lengthy is not None and len(pages) > self.lengthy.pages else None
        shown = pages if lengthy is None else pages[: lengthy.pages]
        return [_Message(page.content, page.end) for page in shown], lengthy

    def _noted(self, messages: Sequence[_Message], ending: Ending, length: int) -> list[_Message]:
        """Add the words of the ending: all there is, under the last message, or where they do not fit as one more."""
        if not messages:
            return [_Message(ending.alone, length)]
        *others, last = messages
        if not ending.note:
            return [*others, last]
        noted = f"{last.content.rstrip()}\n{ending.note}"
        if width(noted) > HARD_LIMIT - (NUMBER_ROOM if self.numbered else 0):
            return [*others, last, _Message(ending.note, length)]
        return [*others, _Message(noted, last.covers, last.file)]

    def _marked(self, content: str, number: str, messages: int) -> str:
        """Say in small print which message of several it is."""
        if not self.numbered or messages == 1:
            return content
        marked = f"{content.rstrip()}\n-# [{number}]"
        return marked if width(marked) <= HARD_LIMIT else content
