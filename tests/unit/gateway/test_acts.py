from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from support.presses import click

from parley_gateway.acts import GO_ON, Acts
from parley_gateway.addressing import Message, Rules
from parley_gateway.buttons import Action, Button, encode
from parley_gateway.claims import Posted, PostedKind, TurnState
from parley_gateway.interactions import Click, Interaction
from parley_gateway.memory import Exchange
from parley_gateway.messages import Forbidden, Gone, Transient
from parley_gateway.model import Attachment, Named, Prompt, Rewind, Said
from parley_gateway.places import Place as Channel
from parley_gateway.ports import Conversations, Postings, Responses
from parley_gateway.preferences import Effective
from parley_gateway.texts import Key, Texts
from parley_gateway.whispers import Whispers
from parley_kit.clock import SystemClock
from parley_kit.faults import Fault, NotFound, Unavailable

FOUND = Exchange(
    turn_id="9",
    conversation_id="turn-9",
    revision=4,
    last=True,
    state=TurnState.ENDED,
    question=Said("What is a log?", "30", "Ada", "9"),
    answer=Said("Wood.", turn_id="9"),
    posted=(Posted(PostedKind.PAGE, 0, "40"),),
    model="claude-haiku-4-5",
)
FORGOT = NotFound("NO_SUCH_TURN", "")
PICTURE = Attachment("9", "90", "tree.png", "image/png", 9)


def message(message_id: str, content: str, *, replies_to: str = "", bot: bool = False) -> Message:
    author = "1" if bot else "30"
    return Message(message_id, "20", "", author, "Ada", bot, content, {}, replies_to, "", datetime.now(UTC))


@dataclass
class Place:
    """A Discord, a cache and a queue that note what is asked of them."""

    found: Exchange | Fault = FOUND
    question: str | None = "<@1> What is a trunk?"
    files: tuple[Attachment, ...] = ()
    instead: str = ""
    language: str = ""
    blind: bool = False
    rest: TurnState | None = None
    full: bool = False
    acknowledged: bool | Exception = True
    told: list[str] = field(default_factory=list)
    asked: list[Prompt] = field(default_factory=list)
    order: list[str] = field(default_factory=list)

    async def acknowledge(self, interaction: Interaction) -> bool:
        self.order.append(f"acknowledge {interaction.interaction_id}")
        if isinstance(self.acknowledged, Exception):
            raise self.acknowledged
        return self.acknowledged

    async def answer_alone(self, interaction: Interaction, text: str, *, acknowledged: bool) -> None:
        assert acknowledged == bool(self.order), interaction.interaction_id
        self.told.append(text)

    async def find(self, turn_id: str, message_id: str = "") -> Exchange:
        self.order.append(f"find {turn_id} {message_id}")
        if turn_id == "40":
            if self.rest is None:
                raise NotFound("NO_SUCH_TURN", "")
            return replace(FOUND, turn_id="40", state=self.rest)
        if message_id and self.instead:
            return replace(FOUND, turn_id=self.instead)
        if isinstance(self.found, Fault):
            raise self.found
        return self.found

    async def read(self, channel_id: str, message_id: str) -> Message | None:
        assert channel_id == "20"
        if self.blind:
            raise Forbidden("50001")
        if message_id == "40":
            return message("40", "Wood.", replies_to="9" if self.question is not None else "", bot=True)
        if self.question is None:
            return None
        return replace(message(message_id, self.question), attachments=self.files)

    def ask(self, prompt: Prompt) -> bool:
        self.asked.append(prompt)
        return not self.full

    def of(self, guild_id: str, channel_id: str, user_id: str) -> Effective:
        assert (guild_id, channel_id, user_id) == ("10", "20", "30")
        return Effective("claude", language=self.language)

    async def rules(self) -> Rules:
        return Rules("1")

    async def press(self, action: Action, revision: int = 4, **more: Any) -> None:
        whispers = Whispers(cast("Responses", self))
        known, postings = cast("Conversations", self), cast("Postings", self)
        here = Channel("10", own_role="70")
        acts = Acts(known, postings, whispers, self, self.ask, self.rules, lambda _: here, SystemClock())
        await acts.take(self.click(action, revision, **more))

    def click(self, action: Action, revision: int = 4, **more: Any) -> Click:
        return click(encode(Button(action, "9", "30", revision)), interaction_id="77", **more)


def text(key: Key) -> str:
    return Texts("ja").render(key, reference="77")


@pytest.mark.parametrize("action", [Action.REGENERATE, Action.AFRESH])
async def test_once_more_asks_what_was_asked_in_the_place_of_the_answer(action: Action) -> None:
    place = Place()
    await place.press(action)
    [prompt] = place.asked
    assert place.order == ["acknowledge 77", "find 9 "], "it is taken before anything slow"
    assert (prompt.turn_id, prompt.message_id, prompt.text) == ("77", "9", "What is a log?")
    assert prompt.rewinds == Rewind("9", 4, answered=True)
    assert prompt.afresh
    assert prompt.reference == Named("turn-9")
    assert place.told == []


@pytest.mark.parametrize("action", [Action.RETRY, Action.ANEW])
async def test_try_again_asks_the_question_as_it_stands_now(action: Action) -> None:
    place = Place()
    await place.press(action)
    assert place.asked[0].text == "What is a trunk?"


async def test_try_again_leaves_out_the_bots_own_role() -> None:
    place = Place(question="<@&70> What is a trunk?")
    await place.press(Action.RETRY)
    assert place.asked[0].text == "What is a trunk?"


async def test_try_again_asks_what_was_asked_when_the_question_is_gone() -> None:
    place = Place(question=None)
    await place.press(Action.RETRY)
    assert (place.asked[0].text, place.asked[0].message_id) == ("What is a log?", "")


async def test_a_question_asked_once_more_keeps_the_servers_language() -> None:
    place = Place(found=replace(FOUND, question=Said("TypeScript?", "30", "Ada", "9")), language="ja")
    await place.press(Action.AFRESH)
    assert place.asked[0].locale == "ja", "also since a stored answer is kept by language"


async def test_where_the_bot_may_see_nothing_an_answer_to_a_command_can_be_given_once_more() -> None:
    place = Place(blind=True)
    await place.press(Action.REGENERATE)
    assert (place.asked[0].text, place.asked[0].message_id, place.told) == ("What is a log?", "", [])


async def test_a_failed_question_that_the_cache_does_not_know_is_read_from_discord() -> None:
    place = Place(found=FORGOT)
    await place.press(Action.RETRY, 0)
    assert place.asked[0].text == "What is a trunk?"
    assert place.asked[0].rewinds == Rewind("9")


@pytest.mark.parametrize("action", [Action.REGENERATE, Action.AFRESH, Action.CONTINUE])
async def test_a_conversation_that_was_forgotten_is_told_by_name(action: Action) -> None:
    place = Place(found=FORGOT)
    await place.press(action)
    assert place.asked == []
    assert place.told == [text(Key.FORGOTTEN)]


async def test_the_rest_is_asked_for_in_a_reply_to_the_answer() -> None:
    place = Place()
    await place.press(Action.CONTINUE)
    [prompt] = place.asked
    assert (prompt.text, prompt.message_id, prompt.rewinds) == (GO_ON, "40", None)


async def test_two_presses_for_the_rest_are_one_turn() -> None:
    place = Place()
    await place.press(Action.CONTINUE)
    await place.press(Action.CONTINUE)
    assert len({prompt.turn_id for prompt in place.asked}) == 1, "so the claim lets one of them through"


@pytest.mark.parametrize("found", [replace(FOUND, last=False), replace(FOUND, revision=5)])
async def test_the_rest_of_an_answer_that_others_followed_is_not_asked_for(found: Exchange) -> None:
    place = Place(found=found)
    await place.press(Action.CONTINUE)
    assert (place.asked, place.told) == ([], [text(Key.GONE_ON)])


async def test_others_are_told_in_their_language_and_nothing_begins() -> None:
    place = Place()
    await place.press(Action.REGENERATE, user_id="31")
    assert (place.order, place.asked, place.told) == ([], [], [text(Key.NOT_YOURS)])


async def test_who_may_manage_messages_may_press_and_the_answer_stays_its_askers() -> None:
    place = Place()
    await place.press(Action.REGENERATE, user_id="31", may_manage_messages=True)
    assert place.asked[0].author_id == "30"


@pytest.mark.parametrize("counts", [True, False])
@pytest.mark.parametrize("fault", [Unavailable("UNAVAILABLE", ""), FORGOT])
async def test_only_whose_acknowledgement_counted_tells(counts: bool, fault: Fault) -> None:
    place = Place(found=fault, acknowledged=counts)
    await place.press(Action.REGENERATE)
    assert bool(place.told) is counts


@pytest.mark.parametrize("error", [Gone("10062"), Transient("502")])
async def test_a_press_that_comes_too_late_to_be_acknowledged_still_does_what_it_asks(error: Exception) -> None:
    place = Place(acknowledged=error)
    await place.press(Action.REGENERATE)
    assert len(place.asked) == 1


async def test_a_full_house_is_told() -> None:
    place = Place(full=True)
    await place.press(Action.REGENERATE)
    assert place.told == [text(Key.ACT_FAILED)]


async def test_a_failed_rest_is_asked_for_again_in_the_same_words() -> None:
    place = Place(found=replace(FOUND, question=Said(GO_ON, "30", "Ada", "9")))
    place.question = None
    await place.press(Action.RETRY, 0)
    assert place.asked[0].text == GO_ON


async def test_an_answer_that_another_press_replaced_is_not_called_forgotten() -> None:
    place = Place(found=FORGOT, instead="76")
    await place.press(Action.REGENERATE)
    assert (place.asked, place.told) == ([], [text(Key.GONE_ON)])


async def test_a_gateway_whose_sibling_was_faster_says_nothing() -> None:
    place = Place(found=FORGOT, instead="77")
    await place.press(Action.REGENERATE)
    assert (place.asked, place.told) == ([], [])


@pytest.mark.parametrize("last", [False, True])
async def test_a_rest_that_is_being_written_is_not_told_as_gone_on(*, last: bool) -> None:
    place = Place(found=replace(FOUND, last=last), rest=TurnState.OPENED)
    await place.press(Action.CONTINUE)
    assert (place.asked, place.told) == ([], [])


async def test_a_rest_that_was_answered_is_told_as_gone_on() -> None:
    place = Place(found=replace(FOUND, last=False), rest=TurnState.ENDED)
    await place.press(Action.CONTINUE)
    assert (place.asked, place.told) == ([], [text(Key.GONE_ON)])


async def test_a_rest_that_came_to_nothing_or_was_of_a_former_answer_is_asked_for_anew() -> None:
    place = Place(rest=TurnState.ENDED)
    await place.press(Action.CONTINUE)
    [prompt] = place.asked
    assert (prompt.text, prompt.turn_id) == (GO_ON, "77")


@pytest.mark.parametrize("found", [FOUND, FORGOT])
async def test_try_again_sees_the_files_that_the_question_has_now(found: Exchange | Fault) -> None:
    place = Place(found=found, files=(PICTURE,))
    await place.press(Action.RETRY, 0)
    assert place.asked[0].attachments == (PICTURE,)


async def test_a_question_of_which_only_the_name_is_lost_keeps_its_author() -> None:
    place = Place(found=replace(FOUND, question=Said("", "30", "", "9")))
    await place.press(Action.RETRY, 0)
    assert place.asked[0].author_name == "Ada"
