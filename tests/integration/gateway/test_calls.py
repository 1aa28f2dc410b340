"""REST calls that nobody can cancel, and what Discord's answers mean, with real hikari over the wire."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from datetime import UTC, datetime, timedelta

import hikari
import pytest
from support.loopback import Cast
from support.presses import STOP, click

from parley_gateway.allowance import Allowance
from parley_gateway.discord.calls import Calls
from parley_gateway.discord.history import HikariHistory
from parley_gateway.discord.outbound import HikariDiscord
from parley_gateway.discord.responses import HikariResponses
from parley_gateway.messages import Answer, DeliveryError, Forbidden, Found, Gone, Rejected, Transient
from parley_gateway.model import Named, Prompt
from parley_gateway.pacer import Budget
from parley_kit.clock import SystemClock
from parley_sandbox.discord import Fault, Limit, Limits, LoopbackDiscord, queries

NOW = datetime(2026, 11, 22, tzinfo=UTC)
CREATE = "POST /channels/{channel_id}/messages"
LOOK = "GET /channels/{channel_id}/messages"


class NoWatch:
    """Watches nothing."""

    def rest(self, method: str, route: str) -> nullcontext[NoWatch]:
        del method, route
        return nullcontext(self)

    def message(self, message_id: str) -> None:
        del message_id

    def failed(self, kind: str, status: int | None, code: int | None) -> None:
        del kind, status, code


class Bench:
    """hikari's REST client before a loopback Discord."""

    def __init__(self, discord: LoopbackDiscord, rest: hikari.api.RESTClient, calls: Calls) -> None:
        self.loopback, self.calls = discord, calls
        self.cast = Cast(discord)
        self.discord = HikariDiscord(
            rest, calls, SystemClock(), user_id=self._bot, application_id=lambda: int(self.cast.bot)
        )
        self.responses = HikariResponses(rest, calls, SystemClock(), application_id=lambda: int(self.cast.bot))
        self.history = HikariHistory(rest, calls)
        self.channel = self.cast.channel("Orchard", "general")

    async def _bot(self) -> int:
        return int(self.cast.bot)

    def prompt(self) -> Prompt:
        author = self.cast.person("Sam")
        question = str(self.loopback.people.say(author, self.channel, "hello")["id"])
        return Prompt(question, self.channel, question, "10", author, "Sam", "en-GB", "hello", Named("c"), NOW, NOW)

    def messages(self) -> Answer:
        return self.discord.messages(self.prompt())


@asynccontextmanager
async def bench(patience: float = 30.0, **discord: object) -> AsyncIterator[Bench]:
    loopback = LoopbackDiscord(**discord)  # type: ignore[arg-type]  # by name, as the sandbox takes them
    async with loopback.serve() as address:
        settings = hikari.impl.HTTPSettings(force_close_transports=False)
        app = hikari.impl.RESTApp(http_settings=settings, url=address.rest_url, max_retries=0)
        await app.start()
        async with app.acquire(loopback.token, "Bot") as rest, asyncio.TaskGroup() as tasks:
            yield Bench(loopback, rest, Calls(tasks, NoWatch(), patience=patience))  # type: ignore[arg-type]  # as much of an observer as calls need
        await app.close()


@pytest.fixture
async def table() -> AsyncIterator[Bench]:
    async with bench() as made:
        yield made


async def test_callers_that_give_up_wedge_no_bucket() -> None:
    tight = Limits({"PATCH /channels/{channel_id}/messages/{message_id}": Limit(2, 0.5)})
    async with bench(limits=tight) as table:
        messages = table.messages()
        message = await messages.create(0, "x", buttons=())
        for number in range(8):
            writing = asyncio.create_task(messages.edit(message, str(number), buttons=()))
            await asyncio.sleep(0.02)
            writing.cancel()
        assert await table.calls.drained(10), "the calls went on"
        async with asyncio.timeout(30):
            await messages.edit(message, "still alive", buttons=())
        assert queries.final_texts(table.loopback.recorder.requests)[message] == "still alive"


async def test_a_caller_waits_only_so_long_and_the_call_goes_on() -> None:
    async with bench(patience=0.1) as table:
        table.loopback.faults.add(Fault("delay", route=CREATE, seconds=0.5))
        with pytest.raises(Transient):
            await table.messages().create(0, "x", buttons=())
        assert table.calls.running == 1
        assert not await table.calls.drained(0.05)
        assert await table.calls.drained(5)
        assert len(queries.of(table.loopback.recorder.requests, queries.CREATE)) == 1


async def test_a_caller_waits_for_a_place_in_the_budget_only_so_long() -> None:
    async with asyncio.TaskGroup() as tasks:
        spent = Allowance(Budget(rate=0.01), SystemClock())
        await spent.take()
        calls = Calls(tasks, NoWatch(), patience=0.1, allowance=spent)  # type: ignore[arg-type]  # as much of an observer as calls need

        async def never(_: object) -> None:
            raise AssertionError("it has no place")

        with pytest.raises(Transient):
            await calls.call("GET", LOOK, never)
        assert calls.running == 0


async def test_an_answer_that_nobody_can_read_ends_no_other_call(table: Bench) -> None:
    async def unreadable(_: object) -> None:
        raise KeyError("referenced_message")

    with pytest.raises(Transient):
        await table.calls.call("GET", LOOK, unreadable)
    assert await table.messages().create(0, "x", buttons=())


async def test_the_same_page_twice_is_one_message(table: Bench) -> None:
    messages = table.messages()
    first = await messages.create(0, "x", buttons=STOP)
    assert await messages.create(0, "x", buttons=STOP) == first
    assert await messages.create(1, "y", buttons=STOP) != first


async def test_what_is_told_alone_twice_is_one_message_and_again_for_another_question(table: Bench) -> None:
    prompt = table.prompt()
    for told in (prompt, prompt, table.prompt()):
        assert await table.discord.tell(told, "I may not write there.")
    assert len(table.loopback.world.messages[table.cast.direct("Sam")]) == 2


async def test_a_crowd_of_late_turns_finds_its_answers_in_few_looks(table: Bench) -> None:
    crowd = [table.messages() for _ in range(20)]
    answers = [await messages.create(0, "x", buttons=()) for messages in crowd[::2]]
    assert await asyncio.gather(*(messages.find() for messages in crowd[::2])) == [
        Found(one, ended=False) for one in answers
    ]
    assert await asyncio.gather(*(messages.find() for messages in crowd[1::2])) == [None] * 10
    looks = [request for request in table.loopback.recorder.requests if request.method == "GET"]
    assert len(looks) < 10


async def test_what_was_posted_after_a_look_began_is_found_by_the_next(table: Bench) -> None:
    first, second = table.messages(), table.messages()
    table.loopback.faults.add(Fault("delay", route=LOOK, seconds=0.3))
    looking = asyncio.create_task(first.find())
    answer = await second.create(0, "x", buttons=())
    assert await second.find() == Found(answer, ended=False)
    await looking


async def test_each_of_a_crowd_hears_that_discord_does_not_say(table: Bench) -> None:
    crowd = [table.messages() for _ in range(3)]
    table.loopback.faults.add(Fault("status_before", route=LOOK, status=500))
    found = await asyncio.gather(*(messages.find() for messages in crowd), return_exceptions=True)
    assert any(isinstance(one, Transient) for one in found)
    assert all(isinstance(one, Transient) or not one for one in found)


async def test_only_the_first_page_is_a_reply(table: Bench) -> None:
    messages = table.messages()
    await messages.create(0, "x", buttons=STOP)
    await messages.create(1, "y", buttons=STOP)
    made = queries.of(table.loopback.recorder.requests, queries.CREATE)
    assert [bool(queries.replied_to(request)) for request in made] == [True, False]


async def test_the_button_comes_and_goes_without_touching_the_text(table: Bench) -> None:
    messages = table.messages()
    message = await messages.create(0, "text", buttons=STOP)
    await messages.edit(message, None, buttons=())
    shown = table.loopback.world.messages[table.channel][message]
    assert shown["content"] == "text"
    assert shown["components"] == []
    await messages.remove(message)
    assert message not in queries.final_texts(table.loopback.recorder.requests)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault("missing_permission", route=CREATE), Forbidden),
        (Fault("status_before", route=CREATE, status=502), Transient),
        (Fault("drop_before", route=CREATE), Transient),
    ],
)
async def test_what_discord_says_has_a_meaning(table: Bench, fault: Fault, error: type[DeliveryError]) -> None:
    table.loopback.faults.add(fault)
    with pytest.raises(error):
        await table.messages().create(0, "x", buttons=())


async def test_what_is_gone_is_told_apart_from_what_is_refused(table: Bench) -> None:
    messages = table.messages()
    message = await messages.create(0, "x", buttons=())
    with pytest.raises(Rejected):
        await messages.edit(message, "x" * 2001, buttons=())
    table.loopback.faults.add(Fault("message_gone", route="PATCH /channels"))
    with pytest.raises(Gone):
        await messages.edit(message, "y", buttons=())


async def test_a_question_that_is_gone_cannot_be_replied_to(table: Bench) -> None:
    messages = table.messages()
    question = next(iter(table.loopback.world.messages[table.channel]))
    table.loopback.people.delete(table.cast.person("Sam"), question)
    with pytest.raises(Gone):
        await messages.create(0, "x", buttons=())


async def test_typing_is_a_courtesy_that_never_fails(table: Bench) -> None:
    table.loopback.faults.add(Fault("missing_permission", route="POST /channels/{channel_id}/typing"))
    await table.discord.typing(table.channel)


async def test_an_error_tells_nothing_of_what_was_sent(table: Bench) -> None:
    with pytest.raises(Rejected) as error:
        await table.messages().create(0, "marzipan" * 300, buttons=())
    assert "marzipan" not in str(error.value)


async def test_who_has_left_a_guild_has_no_roles_there(table: Bench) -> None:
    assert await table.history.roles(table.cast.guild("Orchard"), "123456789012345678") == frozenset()


async def test_a_click_that_is_unknown_is_gone(table: Bench) -> None:
    with pytest.raises(Gone):
        await table.responses.acknowledge(click(interaction_id="123456789012345678"))


async def test_a_click_that_discord_has_forgotten_is_not_answered(table: Bench) -> None:
    with pytest.raises(Gone):
        await table.responses.acknowledge(click(made_at=datetime.now(UTC) - timedelta(seconds=2.9)))
    assert not table.loopback.recorder.requests


async def test_an_acknowledged_click_may_be_acknowledged_again(table: Bench) -> None:
    messages = table.messages()
    message = await messages.create(0, "x", buttons=STOP)
    custom_id = str(
        table.loopback.world.messages[table.channel][message]["components"][0]["components"][0]["custom_id"]
    )
    pressed = table.loopback.people.click(table.cast.person("Sam"), message, custom_id)
    press = click(custom_id, interaction_id=str(pressed["id"]), token=str(pressed["token"]))
    assert await table.responses.acknowledge(press)
    assert not await table.responses.acknowledge(press)
    await table.responses.answer_alone(press, "only for you", acknowledged=True)
    assert queries.of(table.loopback.recorder.requests, queries.FOLLOW_UP)[0].body["flags"] == 64
