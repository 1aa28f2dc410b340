import pytest
from support.loopback import Cast

from parley_sandbox.discord import LoopbackDiscord
from parley_sandbox.web.server.markdown import Names
from parley_sandbox.web.server.view import as_sent, as_typed, message_view, names_here

NAMES = Names(users={"1": "Parley", "2": "Parley Two"}, channels={"9": "general"})


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("@Parley hello", "<@1> hello"),
        ("hello @parley!", "hello <@1>!"),
        ("@Parley Two, too", "<@2>, too"),
        ("ask in #general", "ask in <#9>"),
        ("me@parley.example", "me@parley.example"),
        ("@Parleys are many", "@Parleys are many"),
        ("`@Parley` is @Parley", "`@Parley` is <@1>"),
        ("```\n@Parley\n```", "```\n@Parley\n```"),
        ("already <@1>", "already <@1>"),
    ],
)
def test_what_a_person_types_becomes_what_discord_is_sent(typed: str, sent: str) -> None:
    assert as_sent(typed, NAMES) == sent


def test_what_was_sent_stands_in_the_box_as_it_was_typed() -> None:
    assert as_typed("<@1> in <#9>, not <@77>", NAMES) == "@Parley in #general, not <@77>"


def test_a_channel_name_means_the_channel_of_this_guild() -> None:
    discord = LoopbackDiscord()
    cast = Cast(discord)
    for guild in ("Orchard", "Workshop"):
        here = cast.channel(guild, "general")
        assert as_sent("#general", names_here(discord.world, here)) == f"<#{here}>"


def test_a_message_is_shown_with_the_one_it_answers_and_says_when_that_is_gone() -> None:
    discord = LoopbackDiscord()
    cast = Cast(discord)
    sam, channel = cast.person("Sam"), cast.channel("Orchard", "general")
    question = discord.people.say(sam, channel, f"<@{cast.bot}> **why**?")
    answer = discord.people.say(cast.person("Noor"), channel, "because", reply_to=question["id"])
    view = message_view(answer, discord.world)
    assert view["reply_to"]["author"]["name"] == "Sam"
    assert view["reply_to"]["excerpt"] == "@Parley **why**?"
    discord.people.delete(sam, question["id"])
    assert message_view(answer, discord.world)["reply_to"] == {"id": question["id"], "author": None, "excerpt": ""}


def test_buttons_come_in_their_rows() -> None:
    discord = LoopbackDiscord()
    cast = Cast(discord)
    plain = discord.people.say(cast.person("Sam"), cast.channel("Orchard", "help"), "x")
    row = {"type": 1, "components": [{"type": 2, "style": 4, "label": "Stop", "custom_id": "stop:1"}]}
    view = message_view({**plain, "components": [row]}, discord.world)
    assert view["rows"] == [
        [{"type": 2, "style": 4, "label": "Stop", "emoji": "", "custom_id": "stop:1", "url": None, "disabled": False}]
    ]
