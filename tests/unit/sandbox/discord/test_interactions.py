from collections import deque
from collections.abc import Callable
from typing import Any

import pytest
from support.loopback import Cast

from parley_sandbox.discord import ApiError, ManualClock
from parley_sandbox.discord.acts import Acts
from parley_sandbox.discord.acts.interactions import Interaction
from parley_sandbox.discord.happenings import Event
from parley_sandbox.discord.validation import Change, Draft

BUTTON = {"type": 2, "id": 2, "style": 4, "label": "Stop", "custom_id": "stop"}
ROW = {"type": 1, "id": 1, "components": [BUTTON]}


def refused(act: Callable[[], object]) -> int:
    with pytest.raises(ApiError) as error:
        act()
    return int(error.value.code)


@pytest.fixture
def place(cast: Cast) -> str:
    return cast.channel("Orchard", "general")


@pytest.fixture
def message(acts: Acts, cast: Cast, place: str) -> dict[str, Any]:
    return acts.messages.send(cast.bot, place, Draft("working", components=[ROW]))


@pytest.fixture
def click(acts: Acts, cast: Cast, message: dict[str, Any]) -> Interaction:
    return acts.uses.click(cast.person("Mika"), message["id"], "stop")


def answer(acts: Acts, interaction: Interaction, kind: int, **said: Any) -> dict[str, Any]:
    return acts.responses.acknowledge(interaction, {"type": kind, "data": said}, {})


def test_a_click_tells_the_bot_who_pressed_what_in_which_language(
    click: Interaction, cast: Cast, events: deque[Event]
) -> None:
    told = events[-1]
    assert (told.name, told.guild_id, told.payload) == ("INTERACTION_CREATE", cast.guild("Orchard"), click.payload)
    assert told.payload["type"] == 3
    assert told.payload["locale"] == "ja"
    assert told.payload["guild_locale"] == "en-US"
    assert told.payload["member"]["user"]["id"] == cast.person("Mika")
    assert int(told.payload["member"]["permissions"]) & 1 << 5
    assert told.payload["data"]["custom_id"] == "stop"
    assert told.payload["message"]["content"] == "working"


def test_a_click_in_a_direct_channel_names_the_user(acts: Acts, cast: Cast) -> None:
    sent = acts.messages.send(cast.bot, cast.direct("Noor"), Draft("x", components=[ROW]))
    payload = acts.uses.click(cast.person("Noor"), sent["id"], "stop").payload
    assert payload["user"]["id"] == cast.person("Noor")
    assert payload["context"] == 1
    assert payload["locale"] == "en-GB"
    assert "member" not in payload


def test_what_cannot_be_pressed_is_refused(acts: Acts, cast: Cast, place: str, message: dict[str, Any]) -> None:
    disabled = {"type": 1, "id": 1, "components": [{**BUTTON, "disabled": True}]}
    off = acts.messages.send(cast.bot, place, Draft("x", components=[disabled]))["id"]
    private = acts.messages.send(cast.bot, cast.direct("Noor"), Draft("x", components=[ROW]))["id"]
    click = acts.uses.click
    assert refused(lambda: click(cast.person("Mika"), message["id"], "go")) == 50035
    assert refused(lambda: click(cast.person("Mika"), off, "stop")) == 50035
    assert refused(lambda: click(cast.person("Mika"), "5", "stop")) == 10008
    assert refused(lambda: click(cast.person("Mika"), private, "stop")) == 50001


def test_a_first_response_comes_once_and_in_three_seconds(
    acts: Acts, click: Interaction, clock: ManualClock, message: dict[str, Any], cast: Cast
) -> None:
    answer(acts, click, 6)
    assert refused(lambda: answer(acts, click, 6)) == 40060
    late = acts.uses.click(cast.person("Mika"), message["id"], "stop")
    clock.advance(3.1)
    assert refused(lambda: answer(acts, late, 6)) == 10062
    assert refused(lambda: acts.interactions.by_id(click.id, "wrong")) == 10062
    assert refused(lambda: acts.interactions.by_id("1", click.token)) == 10062
    assert refused(lambda: acts.interactions.by_token(late.token)) == 10015


@pytest.mark.parametrize("kind", [1, 8, 9, None, "4", []])
def test_a_response_of_another_type_is_refused(acts: Acts, click: Interaction, kind: Any) -> None:
    assert refused(lambda: answer(acts, click, kind)) == 50035
    assert click.answered is None


def test_a_deferred_update_changes_nothing_and_original_is_the_pressed_message(
    acts: Acts, click: Interaction, message: dict[str, Any]
) -> None:
    told = answer(acts, click, 6)
    assert told["interaction"]["response_message_id"] == message["id"]
    original = acts.responses.message(click, "@original")
    assert original["content"] == "working"
    assert acts.messages.edit(original, Change({"content": "stopped", "components": []}))["components"] == []


def test_an_update_edits_the_pressed_message(acts: Acts, click: Interaction, message: dict[str, Any]) -> None:
    told = answer(acts, click, 7, content="stopped", components=[])
    assert told["resource"]["message"]["id"] == message["id"]
    assert acts.messages.shown(message["id"])["content"] == "stopped"


def test_a_deferred_message_is_loading_until_it_is_filled(acts: Acts, click: Interaction) -> None:
    told = answer(acts, click, 5)
    assert told["interaction"]["response_message_loading"] is True
    waiting = acts.messages.shown(told["interaction"]["response_message_id"])
    assert waiting["flags"] == 128
    assert waiting["type"] == 19
    filled = acts.responses.follow_up(click, {"content": "here"}, {})
    assert (filled["id"], filled["flags"], filled["edited_timestamp"]) == (waiting["id"], 0, None)
    another = acts.responses.follow_up(click, {"content": "more"}, {})
    assert another["id"] != waiting["id"]
    assert acts.responses.message(click, another["id"])["content"] == "more"


def test_an_ephemeral_answer_is_for_one_person_and_not_on_the_gateway(
    acts: Acts, click: Interaction, cast: Cast, place: str, events: deque[Event]
) -> None:
    before = len(events)
    with acts.realm.broadcast.subscribe() as queue:
        told = answer(acts, click, 4, content="only you", flags=64)
    hidden = told["resource"]["message"]["id"]
    assert told["interaction"]["response_message_ephemeral"] is True
    assert len(events) == before
    assert queue.get_nowait().viewer == cast.person("Mika")
    assert hidden in {each["id"] for each in acts.messages.visible(place, cast.person("Mika"))}
    assert hidden not in {each["id"] for each in acts.messages.visible(place, cast.person("Noor"))}
    assert refused(lambda: acts.messages.read(cast.bot, place, hidden)) == 10008
    assert refused(lambda: acts.messages.revise(cast.bot, place, hidden, Change({"content": "x"}))) == 10008
    acts.messages.delete(acts.responses.message(click, "@original"))
    assert refused(lambda: acts.responses.message(click, "@original")) == 10008


def test_a_token_dies_after_a_quarter_of_an_hour(acts: Acts, click: Interaction, clock: ManualClock) -> None:
    answer(acts, click, 6)
    clock.advance(899.0)
    assert acts.interactions.by_token(click.token) is click
    clock.advance(2.0)
    assert refused(lambda: acts.interactions.by_token(click.token)) == 50027


def test_an_interaction_reaches_only_its_own_messages(acts: Acts, click: Interaction, place: str, cast: Cast) -> None:
    other = acts.messages.send(cast.bot, place, Draft("other"))["id"]
    answer(acts, click, 6)
    assert refused(lambda: acts.responses.message(click, other)) == 10008
    assert refused(lambda: acts.responses.follow_up(click, {"content": " "}, {})) == 50006


def test_listeners_follow_an_interaction_and_the_wrong_data_is_refused(
    acts: Acts, cast: Cast, message: dict[str, Any]
) -> None:
    with acts.realm.broadcast.subscribe() as queue:
        interaction = acts.uses.click(cast.person("Sam"), message["id"], "stop")
        assert refused(lambda: acts.responses.acknowledge(interaction, {"type": 4, "data": [1]}, {})) == 50035
        answer(acts, interaction, 6)
    states = [queue.get_nowait().payload["state"] for _ in range(queue.qsize())]
    assert states == ["created", "answered"]
