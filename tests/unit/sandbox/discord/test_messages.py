from collections import deque
from collections.abc import Callable

import pytest
from support.loopback import Cast

from parley_sandbox.discord import ApiError, LoopbackDiscord, ManualClock, Permission
from parley_sandbox.discord.acts import Acts
from parley_sandbox.discord.errors import Code
from parley_sandbox.discord.happenings import Event
from parley_sandbox.discord.validation import Change, Draft, Upload


@pytest.fixture
def channel(cast: Cast) -> str:
    return cast.channel("Orchard", "general")


def refused(act: Callable[[], object]) -> int:
    with pytest.raises(ApiError) as error:
        act()
    return int(error.value.code)


def test_a_message_is_stored_announced_and_the_channels_last(
    acts: Acts, cast: Cast, channel: str, events: deque[Event]
) -> None:
    sent = acts.messages.send(cast.bot, channel, Draft("hello"))
    assert acts.messages.read(cast.bot, channel, sent["id"]) == sent
    assert acts.realm.world.channel(channel)["last_message_id"] == sent["id"]
    assert (events[-1].name, events[-1].guild_id) == ("MESSAGE_CREATE", cast.guild("Orchard"))
    assert events[-1].payload["member"]["joined_at"]
    assert sent["timestamp"].endswith("+00:00")


def test_a_direct_message_names_no_guild(acts: Acts, cast: Cast, events: deque[Event]) -> None:
    acts.messages.send(cast.bot, cast.direct("Mika"), Draft("hello"))
    assert events[-1].guild_id is None
    assert "guild_id" not in events[-1].payload


def test_a_reply_carries_what_it_answers_as_that_stands_now(acts: Acts, cast: Cast, channel: str) -> None:
    question = acts.messages.send(cast.person("Mika"), channel, Draft("why?"))
    reply = acts.messages.send(cast.bot, channel, Draft("so", reference={"message_id": question["id"]}))
    assert (reply["type"], reply["referenced_message"]["content"]) == (19, "why?")
    assert [user["id"] for user in reply["mentions"]] == [cast.person("Mika")]
    acts.messages.revise(cast.person("Mika"), channel, question["id"], Change({"content": "how?"}))
    assert acts.messages.shown(reply["id"])["referenced_message"]["content"] == "how?"
    acts.messages.withdraw(cast.person("Mika"), channel, question["id"])
    assert acts.messages.shown(reply["id"])["referenced_message"] is None


def test_a_reply_to_nothing_is_refused_unless_that_is_allowed(acts: Acts, cast: Cast, channel: str) -> None:
    assert (
        refused(lambda: acts.messages.send(cast.bot, channel, Draft("x", reference={"message_id": "1"})))
        == Code.INVALID_FORM
    )
    reference = {"message_id": "1", "fail_if_not_exists": False}
    assert acts.messages.send(cast.bot, channel, Draft("x", reference=reference))["referenced_message"] is None


def test_the_same_nonce_writes_one_message_for_some_minutes(
    acts: Acts, cast: Cast, channel: str, clock: ManualClock
) -> None:
    draft = Draft("once", nonce="n", enforce_nonce=True)
    first = acts.messages.send(cast.bot, channel, draft)
    clock.advance(299.0)
    assert acts.messages.send(cast.bot, channel, draft)["id"] == first["id"]
    clock.advance(2.0)
    assert acts.messages.send(cast.bot, channel, draft)["id"] != first["id"]


def test_a_nonce_that_is_not_enforced_or_another_persons_writes_again(acts: Acts, cast: Cast, channel: str) -> None:
    enforced, free = Draft("x", nonce="n", enforce_nonce=True), Draft("x", nonce="n")
    ids = {
        acts.messages.send(cast.bot, channel, free)["id"],
        acts.messages.send(cast.bot, channel, free)["id"],
        acts.messages.send(cast.person("Sam"), channel, enforced)["id"],
    }
    assert len(ids) == 3


def test_refusals_carry_discords_codes(acts: Acts, cast: Cast, channel: str) -> None:
    mine = acts.messages.send(cast.bot, channel, Draft("mine"))["id"]
    theirs = acts.messages.send(cast.person("Sam"), channel, Draft("theirs"))["id"]
    new, messages = Change({"content": "new"}), acts.messages
    assert refused(lambda: messages.send(cast.bot, channel, Draft(""))) == 50006
    assert refused(lambda: messages.send(cast.bot, "5", Draft("x"))) == 10003
    assert refused(lambda: messages.revise(cast.bot, channel, "5", new)) == 10008
    assert refused(lambda: messages.revise(cast.bot, channel, theirs, new)) == 50005
    assert refused(lambda: messages.revise(cast.bot, channel, mine, Change({"content": ""}))) == 50006
    assert refused(lambda: messages.withdraw(cast.bot, channel, theirs)) == 50013
    assert refused(lambda: messages.send(cast.person("Sam"), cast.direct("Mika"), Draft("x"))) == 50001


def test_missing_permissions_are_refused_one_by_one(acts: Acts, cast: Cast, channel: str) -> None:
    world, messages = acts.realm.world, acts.messages
    question = messages.send(cast.person("Sam"), channel, Draft("?"))["id"]
    file, reply = Draft("x", uploads=[Upload("a", "text/plain", b"a")]), Draft("x", reference={"message_id": question})
    world.overwrite(channel, deny=Permission.ATTACH_FILES | Permission.READ_MESSAGE_HISTORY)
    assert refused(lambda: messages.send(cast.bot, channel, file)) == 50013
    assert refused(lambda: messages.send(cast.bot, channel, reply)) == 160002
    world.overwrite(channel, deny=Permission.SEND_MESSAGES)
    assert refused(lambda: messages.send(cast.bot, channel, Draft("x"))) == 50013
    assert refused(lambda: acts.channels.typing(cast.bot, channel)) == 50013
    world.overwrite(channel, deny=Permission.VIEW_CHANNEL)
    assert refused(lambda: messages.send(cast.bot, channel, Draft("x"))) == 50001
    world.closed_to_bot.add(cast.person("Mika"))
    assert refused(lambda: messages.send(cast.bot, cast.direct("Mika"), Draft("x"))) == 50007
    assert messages.send(cast.person("Mika"), cast.direct("Mika"), Draft("x"))


def test_who_may_manage_messages_deletes_others(acts: Acts, cast: Cast, channel: str, events: deque[Event]) -> None:
    theirs = acts.messages.send(cast.person("Sam"), channel, Draft("x"))["id"]
    acts.realm.world.overwrite(channel, allow=Permission.MANAGE_MESSAGES)
    acts.messages.withdraw(cast.bot, channel, theirs)
    assert events[-1].payload == {"id": theirs, "channel_id": channel, "guild_id": cast.guild("Orchard")}
    assert refused(lambda: acts.messages.read(cast.bot, channel, theirs)) == 10008
    direct = acts.messages.send(cast.person("Sam"), cast.direct("Sam"), Draft("x"))["id"]
    assert refused(lambda: acts.messages.withdraw(cast.bot, cast.direct("Sam"), direct)) == 50003


def test_an_edit_keeps_what_it_does_not_name_and_is_marked(
    acts: Acts, cast: Cast, channel: str, clock: ManualClock
) -> None:
    files = [Upload("a.txt", "text/plain", b"a"), Upload("b.txt", "text/plain", b"b")]
    sent = acts.messages.send(
        cast.bot, channel, Draft("x", components=[{"type": 1, "id": 1, "components": []}], uploads=files)
    )
    clock.advance(1.0)
    edited = acts.messages.revise(cast.bot, channel, sent["id"], Change({"content": "y"}))
    assert edited["components"] == sent["components"]
    kept = [[(each["id"], each["filename"]) for each in shown["attachments"]] for shown in (sent, edited)]
    assert kept[0] == kept[1] != []
    assert edited["edited_timestamp"] > sent["timestamp"]
    assert sent["content"] == "x"
    keep = frozenset({sent["attachments"][1]["id"]})
    cut = acts.messages.revise(cast.bot, channel, sent["id"], Change({}, keep=keep))
    assert [each["filename"] for each in cut["attachments"]] == ["b.txt"]


def test_reactions_are_counted_once_a_person_and_told(
    acts: Acts, cast: Cast, channel: str, events: deque[Event]
) -> None:
    sent = acts.messages.send(cast.bot, channel, Draft("x"))["id"]
    for who in (cast.bot, cast.bot, cast.person("Sam")):
        acts.reactions.add(who, channel, sent, "👍")
    acts.reactions.add(cast.bot, channel, sent, "leaf:42")
    shown = acts.messages.shown(sent)["reactions"]
    assert [(each["emoji"], each["count"], each["me"]) for each in shown] == [
        ({"id": None, "name": "👍"}, 2, True),
        ({"id": "42", "name": "leaf"}, 1, True),
    ]
    acts.reactions.remove(cast.bot, channel, sent, "👍")
    acts.reactions.remove(cast.bot, channel, sent, "👍")
    assert [event.name for event in events].count("MESSAGE_REACTION_ADD") == 3
    assert [event.name for event in events].count("MESSAGE_REACTION_REMOVE") == 1
    assert acts.messages.shown(sent)["reactions"][0]["me"] is False


def test_people_act_as_themselves_only(discord: LoopbackDiscord, cast: Cast, channel: str) -> None:
    people = discord.people
    said = people.say(cast.person("Mika"), channel, "hi", files=[("note.txt", b"hello")])
    assert said["attachments"][0]["content_type"] == "text/plain"
    assert refused(lambda: people.edit(cast.person("Sam"), said["id"], "no")) == 50005
    assert refused(lambda: people.delete(cast.person("Sam"), said["id"])) == 50013
    assert refused(lambda: people.say(cast.bot, channel, "I am no person")) == 10013
    assert refused(lambda: people.edit(cast.person("Mika"), "5", "x")) == 10008
    assert people.edit(cast.person("Mika"), said["id"], "hello")["content"] == "hello"


def test_a_reply_pings_unless_that_is_switched_off(
    discord: LoopbackDiscord, cast: Cast, channel: str, acts: Acts
) -> None:
    answer = acts.messages.send(cast.bot, channel, Draft("x"))["id"]
    loud = discord.people.say(cast.person("Mika"), channel, "and?", reply_to=answer)
    quiet = discord.people.say(cast.person("Mika"), channel, "and?", reply_to=answer, ping=False)
    assert [user["id"] for user in loud["mentions"]] == [cast.bot]
    assert quiet["mentions"] == []
