"""Text to pages: a reply that grows, cut into Discord messages that are each whole in themselves.

The law: joining `skipped + body` of all pages, and `tail`, gives the text that was fed, whatever the pieces were;
`skipped` and `tail` are white space, and a page shows nothing but its body between two fence lines.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass

from parley_gateway.cuts import cut
from parley_gateway.fences import MAX_CLOSING, may_close, open_fence, without_fence_beginning

SEAL = 1_900
"""A page seals when it would pass so many UTF-16 units."""
HARD_LIMIT = 2_000
"""Discord refuses longer messages of bots; in UTF-16 units, the cautious way to count."""
_LEAST_SEAL = 400
NUMBER_ROOM = 16
"""Room for the line that numbers a page, in UTF-16 units."""
_CLOSING_ROOM = 24
"""Room past the seal for the line that closes a fence, in UTF-16 units: alone on a page it would show nothing."""
_MOST_SEAL = HARD_LIMIT - MAX_CLOSING - _CLOSING_ROOM - NUMBER_ROOM


def width(text: str) -> int:
    """Return the length of a text in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@dataclass(frozen=True, slots=True)
class Page:
    """One message's worth of a reply.

    body: the part of the text that it shows. opening, closing: fence lines put around it. skipped: white space of
    the text before the body that is not shown. end: where the body ends in the text, in code points.
    """

    body: str
    opening: str
    closing: str
    skipped: str
    end: int

    @property
    def content(self) -> str:
        """The message."""
        return f"{self.opening}{self.body}{self.closing}"


class Pages:
    """The pages of one attempt. Sealed ones never change; the cost of a piece does not grow with the reply."""

    def __init__(self, seal: int = SEAL) -> None:
        if not _LEAST_SEAL <= seal <= _MOST_SEAL:
            raise ValueError(f"a page seals at {_LEAST_SEAL} to {_MOST_SEAL} UTF-16 units, not {seal}")
        self._seal_at = seal
        self._sealed: list[Page] = []
        self._opening = ""
        self._skipped = ""
        self._body = ""
        self._length = 0

    @property
    def sealed(self) -> tuple[Page, ...]:
        """The pages that will not change any more."""
        return tuple(self._sealed)

    @property
    def sealed_count(self) -> int:
        """How many pages are sealed."""
        return len(self._sealed)

    @property
    def length(self) -> int:
        """How much text was fed, in code points."""
        return self._length

    @property
    def tail(self) -> str:
        """White space at the text's end that no page shows; empty when there is a growing page."""
        return "" if self._shows_body else self._skipped + self._body

    def copied(self) -> Pages:
        """Return pages that go on by themselves: what they are fed does not show here."""
        other = copy(self)
        other._sealed = list(self._sealed)  # noqa: SLF001 -- its own kind
        return other

    def feed(self, text: str) -> None:
        """Take the next piece of the text."""
        while text:
            taken = self._fill(text)
            self._length += taken
            text = text[taken:]

    def growing(self) -> Page | None:
        """Return the last page as it may be shown while the text goes on, its fence closed.

        A last line that may become a fence line is left out until it is known to be none.
        """
        body = without_fence_beginning(self._body)
        return self._page(body, self._length - len(self._body) + len(body)) if body.strip() else None

    def last(self) -> Page | None:
        """Return the last page, given that the text has ended."""
        return self._page(self._body, self._length) if self._shows_body else None

    def shown(self, *, ended: bool) -> list[Page]:
        """Return all pages that there are to show."""
        last = self.last() if ended else self.growing()
        return self._sealed + ([] if last is None else [last])

    @property
    def _shows_body(self) -> bool:
        return bool(self._body.strip())

    def _fill(self, text: str) -> int:
        """Take what fits, or else the first character too many, and seal. Return how many characters were taken."""
        fitting = _prefix(text, self._seal_at - width(self._opening) - width(self._body))
        if fitting:
            self._body += text[:fitting]
            self._skip_blank_lines()
            return fitting
        self._body += text[0]
        if not self._waits_for_closing_line():
            self._seal()
            self._skip_blank_lines()
        return 1

    def _waits_for_closing_line(self) -> bool:
        content = self._opening + self._body
        return width(content) <= self._seal_at + _CLOSING_ROOM and may_close(content)

    def _skip_blank_lines(self) -> None:
        """Leave out blank lines at the beginning of a page, unless they are code."""
        if not self._opening and self._body[:1].isspace():
            blank = len(self._body) - len(self._body.lstrip())
            self._skip(self._body.rfind("\n", 0, blank) + 1)

    def _skip(self, count: int) -> None:
        self._skipped += self._body[:count]
        self._body = self._body[count:]

    def _seal(self) -> None:
        at = cut(self._opening, self._body)
        if not (self._opening or self._body[: at.end].strip()):
            self._skip(at.start)
            return
        before = self._length + 1 - len(self._body)
        page = self._page(self._body[: at.end], before + at.end)
        fence = open_fence(page.opening + page.body)
        self._sealed.append(page)
        self._opening = "" if fence is None else fence.opening
        self._skipped, self._body = self._body[at.end : at.start], self._body[at.start :]

    def _page(self, body: str, end: int) -> Page:
        content = self._opening + body
        fence = open_fence(content)
        closing = "" if fence is None else fence.closing(content)
        return Page(body, self._opening, closing, self._skipped, end)


def _prefix(text: str, room: int) -> int:
    """Return how many characters of a text fit into so many UTF-16 units."""
    fitting = min(len(text), max(room, 0))
    while (over := width(text[:fitting]) - room) > 0 and fitting:
        fitting -= (over + 1) // 2
    return fitting if fitting == len(text) else _extended(text, fitting, room)


def _extended(text: str, fitting: int, room: int) -> int:
    left = room - width(text[:fitting])
    while fitting < len(text) and (need := width(text[fitting])) <= left:
        left -= need
        fitting += 1
    return fitting
