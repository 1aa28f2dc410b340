"""One step in Redis: its words, and what its answer means."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from typing import Any

from redis.exceptions import NoScriptError

from parley_cache.store.redis import names
from parley_cache.store.redis.draft import Command
from parley_cache.store.redis.link import Link
from parley_cache.store.redis.names import PREFIX
from parley_cache.store.redis.reads import Read, Reads
from parley_cache.store.redis.server import ROOMLESS, SCRIPT, refuse_schema

DIGESTS = {text: hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest() for text in (SCRIPT, ROOMLESS)}

KNOWN_TIME_SECONDS = 10.0
"""So long Redis's time is reckoned on from its last answer."""


HAS_CHANGED, OTHER_SCHEMA = 1, 2
"""How an answer of step.lua begins; 0: all is well."""


class Changed(Exception):  # noqa: N818 — a signal of this room
    """Something that the operation rests on is another than it was read; `key` tells what.

    `now`: Redis's time, if it was read again at once (`Steps.write`).
    """

    def __init__(self, key: str = "", now: float | None = None) -> None:
        super().__init__()
        self.key = key
        self.now = now


class Steps:
    """Asks for steps and keeps Redis's time. `ahead` is added to that time, in seconds."""

    def __init__(self, link: Link, ahead: float = 0.0) -> None:
        self.ahead = ahead
        self._link = link
        self._asked = float("-inf")
        self._time = 0.0

    @property
    def losses(self) -> int:
        """How often the connection was lost."""
        return self._link.losses

    def now(self) -> float | None:
        """Return Redis's time, at most as far before its own as an answer takes; None: it was not told lately."""
        passed = time.monotonic() - self._asked
        return self._time + passed + self.ahead if passed < KNOWN_TIME_SECONDS else None

    async def read(self, reads: Reads, wanted: Sequence[Read], script: str = SCRIPT) -> float:
        """Read more, provided that nothing read before has changed; return Redis's time."""
        changed, found = await self._take([*_expectations(reads), 0, *_requests(reads, wanted)], script)
        if changed:
            raise Changed(changed)
        _note(reads, wanted, found)
        return self._time + self.ahead

    async def write(
        self,
        reads: Reads,
        commands: Sequence[Command],
        script: str,
        instead: Reads | None = None,
        wanted: Sequence[Read] = (),
    ) -> None:
        """Write, provided that nothing read has changed; else read what is wanted into `instead`, on the same way.

        Raises Exhausted unless a full Redis takes this script.
        """
        words: list[Any] = [*_expectations(reads), len(commands)]
        for command in commands:
            words += (len(command), *command)
        changed, found = await self._take([*words, *_requests(instead or reads, wanted)], script)
        if changed and instead is not None:
            _note(instead, wanted, found)
            raise Changed(changed, self._time + self.ahead)
        if changed:
            raise Changed(changed)

    async def _take(self, words: list[Any], script: str) -> tuple[str, Sequence[Any]]:
        """Return the key that has changed, if one has, and what was read."""
        asked = time.monotonic()
        answer = await self._evaluate(script, [1, names.SCHEMA_KEY, names.SCHEMA, *words])
        if answer[0] == OTHER_SCHEMA:
            refuse_schema(answer[1])
        self._asked, self._time = asked, int(answer[1]) + int(answer[2]) / 1e6
        return (answer[3].decode(), answer[4:]) if answer[0] == HAS_CHANGED else ("", answer[3:])

    async def _evaluate(self, script: str, words: list[Any]) -> Any:
        try:
            return await self._link.ask(["EVALSHA", DIGESTS[script], *words])
        except NoScriptError:
            return await self._link.ask(["EVAL", script, *words])


def _expectations(reads: Reads) -> list[Any]:
    expected = reads.expectations(skip=names.opening(""))
    words: list[Any] = [len(expected)]
    for kind, key, version in expected:
        words += (kind, PREFIX + key, version)
    return words


def _note(reads: Reads, wanted: Sequence[Read], found: Sequence[Any]) -> None:
    for read, one in zip(wanted, found, strict=True):
        reads.take(read, one)


def _requests(reads: Reads, wanted: Sequence[Read]) -> list[Any]:
    words: list[Any] = [len(wanted)]
    for read in wanted:
        words += reads.request(read)
    return words
