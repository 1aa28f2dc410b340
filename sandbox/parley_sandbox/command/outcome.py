"""Do something to the bot, wait for what comes of it, and print that."""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from parley_sandbox.command.ask import Talk, failed, print_reply
from parley_sandbox.command.client import Json, RefusedError, SandboxClient

_AT_ONCE: Final = (6, 7)
"""The answers to an interaction after which nothing new comes: the message stays, or has been changed."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to ask of the sandbox, and where its outcome shows; None where that is only told afterwards."""

    path: str
    body: Json
    channel: str | None
    files: Sequence[Path] = ()


@dataclass(slots=True)
class _Course:
    """What has been heard of one interaction."""

    interaction: str
    answer: int | None = None
    failed: bool = False
    channel: str | None = None
    turn: Json | None = None
    message: Json | None = None
    form: Json | None = None

    def hear(self, kind: str, content: Json) -> None:
        """Take what concerns it."""
        if kind == "interaction" and content["id"] == self.interaction:
            self.answer, self.channel = content["answer"], content["channel_id"]
            self.failed = content["state"] == "failed"
        elif kind == "turn" and content["turn_id"] == self.interaction:
            self.turn = content
        elif kind == "modal" and content["interaction"] == self.interaction:
            self.form = content
        elif kind in {"message_create", "message_update"} and content["interaction"] == self.interaction:
            self.message = content

    @property
    def over(self) -> bool:
        """Whether there is nothing to wait for: the turn has ended, or what answers it stands there."""
        if self.failed or self.form is not None:
            return True
        if self.turn is not None:
            return bool(self.turn["state"] == "ended")
        return self.answer in _AT_ONCE or (self.message is not None and not self.message["thinking"])


async def outcome(client: SandboxClient, state: Json, wanted: Wanted, within: float) -> int:
    """Print the answer; of a turn the last line is its trace id. 0 when the bot answered."""
    events = client.events(state["person"], state["place"])
    try:
        begun = await client.post(wanted.path, wanted.body, wanted.files)
        course = _Course(begun["interaction"], channel=wanted.channel)
        async with asyncio.timeout(within):
            await _follow(events, course)
    except RefusedError as error:
        return failed(str(error))
    except TimeoutError:
        return failed(f"nothing came of it within {within:g} s")
    finally:
        await events.aclose()  # type: ignore[attr-defined] # an async generator behind the iterator's type
    return await _told(client, state, course)


async def _follow(events: AsyncIterator[tuple[str, Json]], course: _Course) -> None:
    async for kind, content in events:
        course.hear(kind, content)
        if course.over:
            return


async def _told(client: SandboxClient, state: Json, course: _Course) -> int:
    if course.failed:
        return failed("the bot did not answer in time")
    if course.turn is not None:
        return await print_reply(client, Talk(state["person"], str(course.channel), course.turn))
    if course.form is not None:
        sys.stdout.write(_form(course.form))
    elif course.message is not None:
        sys.stdout.write(course.message["draft"] + "\n")
    return 0


def _form(form: Json) -> str:
    fields = "".join(f"  {each['custom_id']}={each['value']}  {each['label']}\n" for each in form["fields"])
    return f"{form['title']}; send it with: parley-sandbox submit {form['interaction']} FIELD=VALUE …\n{fields}"
