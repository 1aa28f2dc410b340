from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from parley_gateway.addressing import Message, Rules
from parley_gateway.afterwards import Afterwards
from parley_gateway.buttons import Action, Button, Buttons
from parley_gateway.claims import Posted, PostedKind, TurnState
from parley_gateway.memory import Exchange
from parley_gateway.model import Said
from parley_gateway.places import Place
from parley_gateway.ports import Conversations, Postings
from parley_gateway.preferences import Effective
from parley_gateway.texts import Key, Texts

QUESTION = Message("9", "20", "", "30", "Ada", False, "new words", {}, "", "", datetime.now(UTC))
ANSWER = replace(QUESTION, message_id="40", author_id="1", author_is_bot=True, content="text", ended=frozenset({"9"}))
REWORDED = Texts("en-GB").render(Key.REWORDED)


@dataclass
class Room:
    """A gateway that holds no turn, a cache that knows one, and a Discord in which an answer stands."""

    answer: Message | None = ANSWER
    written: list[tuple[str, str, Buttons]] = field(default_factory=list)
    locales: list[str] = field(default_factory=list)

    def reword(self, message_id: str, text: str) -> bool:
        assert (message_id, text) == ("9", "new words")
        return False

    async def find(self, turn_id: str, message_id: str = "") -> Exchange:
        assert (turn_id, message_id) == ("", "9")
        said, posted = Said("old words", "30", "Ada", "9"), (Posted(PostedKind.PAGE, 0, "40"),)
        return Exchange("9", "c", 4, True, TurnState.ENDED, said, Said("text"), posted, "")

    async def read(self, channel_id: str, message_id: str) -> Message | None:
        assert (channel_id, message_id) == ("20", "40")
        return self.answer

    async def rewrite(self, channel_id: str, message_id: str, text: str, buttons: Buttons, locale: str) -> None:
        assert channel_id == "20"
        self.locales.append(locale)
        self.written.append((message_id, text, buttons))


@dataclass
class Server:
    """Where a language is set, or none."""

    language: str = ""

    def of(self, guild_id: str, channel_id: str, user_id: str) -> Effective:
        assert (guild_id, channel_id, user_id) == ("", "20", "30")
        return Effective("claude", language=self.language)


async def reworded(room: Room, server: Server | None = None) -> list[tuple[str, str, Buttons]]:
    async def rules() -> Rules:
        return Rules("1", timedelta(minutes=30), "en-GB")

    afterwards = Afterwards(
        room,
        cast("Conversations", room),
        cast("Postings", room),
        server or Server(),
        rules=rules,
        first=lambda _: True,
        place=lambda _: Place(),
    )
    await afterwards.reworded(QUESTION)
    return room.written


async def test_an_answer_to_a_question_with_new_words_offers_to_answer_those() -> None:
    anew = Button(Action.ANEW, "9", "30", 4)
    assert await reworded(room := Room()) == [("40", f"text\n{REWORDED}", (anew,))]
    assert room.locales == ["en-GB"]


async def test_the_offer_is_made_in_the_servers_language() -> None:
    room = Room()
    await reworded(room, Server("ja"))
    assert room.locales == ["ja"]


@pytest.mark.parametrize(
    "answer",
    [None, replace(ANSWER, content=f"text\n{REWORDED}"), replace(ANSWER, ended=frozenset({"50"}))],
    ids=["gone", "offered already", "given again meanwhile"],
)
async def test_an_answer_that_is_not_the_one_we_know_is_left_as_it_is(answer: Message | None) -> None:
    assert not await reworded(Room(answer))
