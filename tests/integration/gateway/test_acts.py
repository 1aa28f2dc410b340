"""What a member does about an answer that stands: once more, afresh, the rest, again."""

from __future__ import annotations

import pytest
from support.gateways import World, world
from support.replies import spoken

from parley_gateway.turns import silence
from parley_sandbox.discord import Permission, Recorded, queries

STORY = "Tell a story. [[ttft=0.05 tps=60 tokens=60]]"
ENDLESS = "[[ttft=0.05 tps=40 tokens=4000]]"
SHORT = "[[ttft=0.05 tps=200 tokens=40]]"


def last(parley: World, question: str) -> str:
    return parley.replies(question)[-1]


async def rested(parley: World, message: str, *actions: str) -> str:
    """Wait until exactly these buttons stand under a message and nobody works; return what it shows."""
    await parley.until(lambda: not parley.working and tuple(parley.buttons(message)) == actions)
    return parley.shown(message)


def whispers(parley: World) -> list[Recorded]:
    """Return what was told to one member alone after a press was taken."""
    sent = queries.of(parley.discord.recorder.requests, queries.FOLLOW_UP)
    assert all(one.body["flags"] & 64 for one in sent)
    return sent


async def whispered(parley: World, words: str) -> None:
    await parley.until(lambda: any(words in one.body["content"] for one in whispers(parley)))
    assert len(whispers(parley)) == 1, "it is said once"


def asked(parley: World) -> list[str]:
    return [record.messages[-1]["content"][-1]["text"] for record in parley.executions()]


async def test_a_whole_answer_can_be_given_once_more_in_the_same_message(parley: World) -> None:
    question = parley.ask(f"What is a log? {SHORT}")
    await parley.ended(question)
    message = last(parley, question)
    assert list(parley.buttons(message)) == ["regenerate"]
    parley.click("Sam", message, "regenerate")
    await parley.until(lambda: len(parley.executions()) == 2)
    text = await rested(parley, message, "regenerate")
    assert text.split() == parley.executions()[1].text.split()
    assert parley.replies(question) == (message,)
    assert len(parley.executions()[1].messages) == 1, "the first answer is not remembered"


async def test_a_moderator_who_has_an_answer_given_once_more_is_charged_for_it(parley: World) -> None:
    moderator = parley.cast.person("Mika")
    parley.discord.world.add_role(parley.cast.guild("Orchard"), "Moderators", Permission.MANAGE_MESSAGES, moderator)
    question = parley.ask(f"What is a log? {SHORT}")
    await parley.ended(question)
    message = last(parley, question)
    parley.click("Mika", message, "regenerate")
    await parley.until(lambda: len(parley.executions()) == 2)
    await rested(parley, message, "regenerate")
    for spent in (await parley.spent("Sam"), await parley.spent("Mika")):
        assert (spent.messages, spent.answers) == (1, 1)
        assert spent.usage.output_tokens > 0


async def test_an_answer_once_more_can_be_stopped_from_its_first_edit_on(parley: World) -> None:
    question = parley.ask(f"What is a log? {SHORT}")
    await parley.ended(question)
    message = last(parley, question)
    before = parley.shown(message)
    parley.discord.people.edit(parley.cast.person("Sam"), question, f"{parley.bot} Something else")
    await parley.until(lambda: "anew" in parley.buttons(message))
    before = parley.shown(message)
    parley.discord.people.edit(
        parley.cast.person("Sam"), question, f"{parley.bot} Slowly [[ttft=1.5 tps=40 tokens=4000]]"
    )
    parley.click("Sam", message, "anew")
    await parley.until(lambda: "stop" in parley.buttons(message))
    assert parley.shown(message) == before, "the answer that stands is left until there is a better one"
    await parley.until(lambda: parley.shown(message) != before)
    parley.click("Sam", message)
    await parley.claude.streams_open(0)
    assert "Stopped" in await rested(parley, message, "continue", "regenerate")


async def test_a_second_press_changes_nothing_and_is_told(parley: World) -> None:
    question = parley.ask(f"What is a log? {SHORT}")
    await parley.ended(question)
    message = last(parley, question)
    custom_id = parley.button(message, "regenerate")
    for _ in range(2):
        parley.discord.people.click(parley.cast.person("Sam"), message, custom_id)
    await whispered(parley, "newest answer")
    await rested(parley, message, "regenerate")
    assert len(parley.executions()) == 2
    assert parley.replies(question) == (message,)


async def test_a_press_while_the_answer_is_given_once_more_is_told(parley: World) -> None:
    question = parley.ask("What is a log? [[ttft=0.05 tps=60 tokens=90]]")
    await parley.ended(question)
    message = last(parley, question)
    custom_id = parley.button(message, "regenerate")
    parley.click("Sam", message, "regenerate")
    await parley.until(lambda: "stop" in parley.buttons(message))
    forged = {
        "type": 1,
        "id": 8,
        "components": [{"type": 2, "style": 2, "label": "old", "id": 9, "custom_id": custom_id}],
    }
    parley.message(message)["components"].append(forged)  # what a client that is behind still shows
    parley.discord.people.click(parley.cast.person("Sam"), message, custom_id)
    await whispered(parley, "newest answer")
    await rested(parley, message, "regenerate")
    assert len(parley.executions()) == 2


async def test_a_press_waits_for_a_cache_that_is_slow_for_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    async with world() as parley:
        await parley.start_monitor()
        await parley.start_cache()
        await parley.start_executor()
        await parley.start_gateway(cache_silence=0.0001)
        await parley.settled()
        question = parley.ask("Name a tree.")
        await parley.until(lambda: bool(parley.reply(question)) and not parley.working)
        message = parley.replies(question)[0]
        monkeypatch.setattr(silence, "SHORTEST", 0.0)  # it counts as silent before it can have said anything
        monkeypatch.setattr(silence, "LOOKS", 1)
        parley.click("Sam", message, "regenerate")
        await parley.until(lambda: len(parley.executions()) == 2)
        await rested(parley, message, "regenerate")
        assert not whispers(parley)


async def test_two_gateways_hear_a_press_and_one_answers(pair: World) -> None:
    question = pair.ask(f"What is a log? {SHORT}")
    await pair.ended(question)
    message = last(pair, question)
    pair.click("Sam", message, "regenerate")
    await pair.until(lambda: len(pair.executions()) == 2)
    await rested(pair, message, "regenerate")
    assert len(pair.executions()) == 2
    assert pair.replies(question) == (message,)
    assert not whispers(pair)


async def test_an_answer_that_the_conversation_left_behind_is_not_given_once_more(parley: World) -> None:
    first = parley.ask(f"One {SHORT}")
    before = await parley.ended(first)
    second = parley.ask(f"Two {SHORT}")
    await parley.ended(second)
    parley.click("Sam", last(parley, first), "regenerate")
    await whispered(parley, "gone on")
    await parley.until(lambda: not parley.working)
    assert parley.reply(first) == before
    assert len(parley.executions()) == 2


async def test_a_stored_answer_says_so_and_can_be_asked_for_afresh(parley: World) -> None:
    await parley.ended(parley.ask(f"What is a log? {SHORT}"))
    question = parley.ask(f"What is a log? {SHORT}", person="Noor")
    assert "stored answer" in await parley.ended(question)
    assert len(parley.executions()) == 1
    message = last(parley, question)
    parley.click("Noor", message, "afresh")
    await parley.until(lambda: len(parley.executions()) == 2)
    text = await rested(parley, message, "regenerate")
    assert text.split() == parley.executions()[1].text.split()
    third = await parley.ended(parley.ask(f"What is a log? {SHORT}", person="Mika"))
    assert spoken(third).split() == text.split(), "the fresh answer is the stored one from now on"


async def test_the_rest_of_an_answer_comes_in_a_reply_to_it(parley: World) -> None:
    question = parley.ask("Tell a story. [[tokens=30 stop=max_tokens]]")
    await parley.ended(question)
    message = last(parley, question)
    assert list(parley.buttons(message)) == ["continue", "regenerate"]
    custom_id = parley.button(message, "continue")
    for _ in range(2):
        parley.discord.people.click(parley.cast.person("Sam"), message, custom_id)
    await parley.until(lambda: bool(parley.replies(message)))
    await rested(parley, last(parley, message), "regenerate")
    assert len(parley.executions()) == 2, "two presses are one"
    told = [(one["role"], one["content"][-1]["text"]) for one in parley.executions()[1].messages]
    assert told[1] == ("assistant", parley.executions()[0].text.strip())
    assert told[2][1].startswith("Go on exactly")


async def test_a_stopped_answer_can_be_gone_on_with(parley: World) -> None:
    question = parley.ask(ENDLESS)
    message = await parley.streaming(question, 40)
    parley.click("Sam", message)
    await rested(parley, message, "continue", "regenerate")


async def test_after_an_error_the_question_is_tried_again_as_it_is_now(parley: World) -> None:
    question = parley.ask("Hello [[error=529 times=99]]")
    assert "overloaded" in await parley.ended(question)
    message = last(parley, question)
    assert list(parley.buttons(message)) == ["retry"]
    parley.discord.people.edit(parley.cast.person("Sam"), question, f"{parley.bot} Good morning {SHORT}")
    parley.click("Sam", message, "retry")
    text = await rested(parley, message, "regenerate")
    assert text.split() == parley.executions()[-1].text.split()
    assert asked(parley)[-1].startswith("Good morning")
    assert parley.replies(question) == (message,)


async def test_an_error_after_an_error_is_one_message(parley: World) -> None:
    question = parley.ask("Hello [[error=529 times=99]]")
    await parley.ended(question)
    message = last(parley, question)
    before = parley.shown(message)
    parley.click("Sam", message, "retry")
    await parley.until(lambda: parley.shown(message) != before)
    await rested(parley, message, "retry")
    assert parley.replies(question) == (message,)


async def test_an_answer_that_cannot_be_given_once_more_stays(parley: World) -> None:
    question = parley.ask(f"Hello {SHORT}")
    before = await parley.ended(question)
    message = last(parley, question)
    parley.discord.people.edit(parley.cast.person("Sam"), question, f"{parley.bot} Hello [[error=529 times=99]]")
    await parley.until(lambda: "anew" in parley.buttons(message))
    parley.click("Sam", message, "anew")
    await parley.until(lambda: "overloaded" in str(queries.final_texts(parley.discord.recorder.requests)))
    assert spoken(parley.shown(message)).split() == before.split()
    assert not parley.buttons(message)


@pytest.mark.parametrize("action", ["regenerate"])
async def test_who_did_not_ask_is_told_so_and_nothing_changes(parley: World, action: str) -> None:
    question = parley.ask(f"Hello {SHORT}")
    before = await parley.ended(question)
    parley.click("Noor", last(parley, question), action)
    await parley.until(lambda: bool(queries.of(parley.discord.recorder.requests, queries.CALLBACK)))
    callback = queries.of(parley.discord.recorder.requests, queries.CALLBACK)[0]
    assert callback.body["data"]["flags"] & 64
    assert parley.reply(question) == before


async def test_what_is_forgotten_is_told_by_name(parley: World) -> None:
    question = parley.ask(f"Hello {SHORT}")
    before = await parley.ended(question)
    await parley.restart_cache()
    await parley.settled()
    parley.click("Sam", last(parley, question), "regenerate")
    await whispered(parley, "do not remember")
    assert parley.reply(question) == before


async def test_a_press_on_an_answer_of_days_ago_is_answered_by_a_gateway_that_never_saw_it() -> None:
    async with world() as parley:
        await parley.start_monitor()
        await parley.start_cache()
        await parley.start_executor()
        await parley.start_gateway()
        await parley.settled()
        question = parley.ask(f"Hello {SHORT}")
        await parley.ended(question)
        await parley.gateway_stacks[0].aclose()
        parley.gateways.clear()
        await parley.start_gateway()
        await parley.settled()
        message = last(parley, question)
        parley.click("Sam", message, "regenerate")
        await parley.until(lambda: len(parley.executions()) == 2)
        assert (await rested(parley, message, "regenerate")).split() == parley.executions()[1].text.split()


# --- the question's words change


async def test_a_question_changed_after_its_answer_can_be_answered_anew(parley: World) -> None:
    question = parley.ask(f"What is a log? {SHORT}")
    await parley.ended(question)
    message = last(parley, question)
    parley.discord.people.edit(parley.cast.person("Sam"), question, f"{parley.bot} What is a trunk? {SHORT}")
    await parley.until(lambda: list(parley.buttons(message)) == ["anew"])
    assert "was changed" in parley.shown(message)
    parley.click("Sam", message, "anew")
    await parley.until(lambda: len(parley.executions()) == 2)
    assert "was changed" not in await rested(parley, message, "regenerate")
    assert asked(parley)[-1].startswith("What is a trunk?")


async def test_a_question_changed_while_it_is_answered_stops_nothing_and_can_be_answered_anew(parley: World) -> None:
    question = parley.ask("Tell a story. [[ttft=0.05 tps=60 tokens=120]]")
    message = await parley.streaming(question, 40)
    parley.discord.people.edit(parley.cast.person("Sam"), question, f"{parley.bot} Tell a joke. {SHORT}")
    text = await rested(parley, message, "anew")
    assert spoken(text).split() == parley.executions()[0].text.split()
    assert "was changed" in text


async def test_a_question_changed_after_its_second_answer_can_be_answered_anew(parley: World) -> None:
    question = parley.ask(f"What is a log? {SHORT}")
    await parley.ended(question)
    message = last(parley, question)
    parley.click("Sam", message, "regenerate")
    await parley.until(lambda: len(parley.executions()) == 2)
    await rested(parley, message, "regenerate")
    parley.discord.people.edit(parley.cast.person("Sam"), question, f"{parley.bot} What is a trunk? {SHORT}")
    await parley.until(lambda: list(parley.buttons(message)) == ["anew"])


async def test_a_question_that_discord_shows_a_preview_for_has_not_changed(parley: World) -> None:
    question = parley.ask(STORY)
    message = await parley.streaming(question)
    words = f"{parley.bot} {STORY}"
    parley.discord.people.edit(parley.cast.person("Sam"), question, words)
    assert "was changed" not in await rested(parley, message, "regenerate")


async def test_the_bots_own_role_in_a_question_is_no_word_of_it(parley: World) -> None:
    guild = parley.discord.world.guild_of(parley.cast.channel("Orchard", "general"))
    parley.service(0).places.role(str(guild), "777")
    words = f"<@&777> {STORY}"
    question = parley.ask(words)
    message = await parley.streaming(question)
    parley.discord.people.edit(parley.cast.person("Sam"), question, f"{parley.bot} {words}")
    assert "was changed" not in await rested(parley, message, "regenerate")
    assert asked(parley)[-1].startswith("Tell a story.")


async def test_an_answer_that_was_given_once_more_goes_with_its_question(parley: World) -> None:
    question = parley.ask(f"What is a log? {SHORT}")
    await parley.ended(question)
    message = last(parley, question)
    parley.click("Sam", message, "regenerate")
    await parley.until(lambda: len(parley.executions()) == 2)
    await rested(parley, message, "regenerate")
    parley.discord.people.delete(parley.cast.person("Sam"), question)
    await parley.until(lambda: not parley.shown(message))
