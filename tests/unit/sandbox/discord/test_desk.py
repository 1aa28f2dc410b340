import asyncio
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.loopback import Cast

from parley_sandbox.discord import ApiError, Fault, InvalidRequests, Limit, Limits, LoopbackDiscord, ManualClock
from parley_sandbox.discord.acts import Acts
from parley_sandbox.discord.errors import Code, refusal
from parley_sandbox.discord.faults import Faults, Kind
from parley_sandbox.discord.rest import commands, interactions, messages, places, threads
from parley_sandbox.discord.rest.call import Call
from parley_sandbox.discord.rest.desk import Desk, Outcome
from parley_sandbox.discord.validation import Draft

CREATE = "POST /channels/{channel_id}/messages"
EDIT = "PATCH /channels/{channel_id}/messages/{message_id}"
ROUTES = {**messages.ROUTES, **places.ROUTES, **threads.ROUTES, **interactions.ROUTES}


class Counter:
    """A desk with everything it needs, asked by route and body."""

    def __init__(self, acts: Acts, cast: Cast, token: str) -> None:
        self.channel = cast.channel("Orchard", "general")
        self.faults, self.limits, self.invalid = Faults(), Limits.none(), InvalidRequests()
        self._desk = Desk(acts, self.limits, self.faults, self.invalid, token)
        self._token = token

    async def ask(self, route: str, body: Any = None, **given: Any) -> Outcome:
        params = {"channel_id": self.channel} | given.pop("params", {})
        call = Call(route, params=params, body=body, **{"authorization": f"Bot {self._token}"} | given)
        return await self._desk.treat(call, ROUTES[route])

    async def say(self, text: str = "hello") -> Outcome:
        return await self.ask(CREATE, {"content": text})


def json(outcome: Outcome) -> Any:
    return orjson.loads(outcome.raw)


@pytest.fixture
def counter(acts: Acts, cast: Cast, discord: LoopbackDiscord) -> Counter:
    return Counter(acts, cast, discord.token)


def written(counter: Counter, acts: Acts) -> int:
    return len(acts.realm.world.messages[counter.channel])


async def test_an_answer_carries_the_message_and_says_what_it_was_about(counter: Counter) -> None:
    outcome = await counter.say()
    assert (outcome.status, outcome.channel_id, outcome.message_id) == (200, counter.channel, json(outcome)["id"])


@pytest.mark.parametrize("authorization", [None, "Bot wrong", "Bearer x"])
async def test_a_wrong_token_is_unauthorized_and_counted(counter: Counter, authorization: str | None) -> None:
    outcome = await counter.ask(CREATE, {"content": "x"}, authorization=authorization)
    assert (outcome.status, json(outcome)) == (401, {"message": "401: Unauthorized", "code": 0})
    assert counter.invalid.total == 1


async def test_a_full_bucket_is_answered_429_with_the_documented_body(counter: Counter, acts: Acts) -> None:
    counter.limits.set(CREATE, Limit(1, 5.0))
    assert (await counter.say()).headers["X-RateLimit-Remaining"] == "0"
    refused = await counter.say()
    assert refused.status == 429
    assert json(refused) == {"message": "You are being rate limited.", "code": 0, "retry_after": 5.0, "global": False}
    assert refused.headers["X-RateLimit-Scope"] == "user"
    assert written(counter, acts) == 1


async def test_an_address_that_keeps_sending_invalid_requests_is_banned(counter: Counter, clock: ManualClock) -> None:
    counter.invalid.most, counter.invalid.ban = 3, 60.0
    for _ in range(3):
        await counter.ask(CREATE, {}, authorization=None)
    banned = await counter.say()
    assert (banned.status, banned.html, banned.headers["Retry-After"]) == (429, True, "61")
    clock.advance(61.0)
    assert (await counter.say()).status == 200


@pytest.mark.parametrize(
    ("kind", "status", "copies"),
    [
        (Kind.STATUS_BEFORE, 503, 0),
        (Kind.STATUS_AFTER, 503, 1),
        (Kind.DROP_BEFORE, 0, 0),
        (Kind.DROP_REPLY, 0, 1),
        (Kind.LIMIT_USER, 429, 0),
        (Kind.LIMIT_SHARED, 429, 0),
        (Kind.LIMIT_GLOBAL, 429, 0),
        (Kind.MISSING_PERMISSION, 403, 0),
    ],
)
async def test_faults_fail_before_or_after_acting(
    counter: Counter, acts: Acts, kind: Kind, status: int, copies: int
) -> None:
    counter.faults.add(Fault(kind, route="POST /channels", status=503, seconds=2.0))
    outcome = await counter.say()
    assert (outcome.status, outcome.dropped) == (status, status == 0)
    assert outcome.faults == (kind,)
    assert written(counter, acts) == copies


@pytest.mark.parametrize(
    ("kind", "scope", "everywhere"),
    [(Kind.LIMIT_USER, "user", False), (Kind.LIMIT_SHARED, "shared", False), (Kind.LIMIT_GLOBAL, "global", True)],
)
async def test_injected_limits_name_their_scope_and_time(
    counter: Counter, kind: Kind, scope: str, everywhere: bool
) -> None:
    counter.faults.add(Fault(kind, seconds=2.0))
    outcome = await counter.say()
    assert outcome.headers["X-RateLimit-Scope"] == scope
    assert json(outcome)["retry_after"] == 2.0
    assert json(outcome)["global"] is everywhere
    assert (await counter.ask("GET /channels/{channel_id}")).status == (429 if everywhere else 200)
    assert counter.invalid.total == {"user": 1, "shared": 0, "global": 2}[scope]


async def test_a_message_that_is_gone_is_10008_and_deleted_for_all(counter: Counter, acts: Acts) -> None:
    message_id = json(await counter.say())["id"]
    counter.faults.add(Fault(Kind.MESSAGE_GONE, route="PATCH"))
    outcome = await counter.ask(EDIT, {"content": "new"}, params={"message_id": message_id})
    assert (outcome.status, json(outcome)["code"]) == (404, 10008)
    assert written(counter, acts) == 0


@pytest.mark.parametrize(("kind", "acted"), [(Kind.DELAY, 0), (Kind.DELAY_REPLY, 1)])
async def test_delays_come_before_or_after_acting(
    counter: Counter, acts: Acts, clock: ManualClock, kind: Kind, acted: int
) -> None:
    counter.faults.add(Fault(kind, seconds=3.0))
    asked = asyncio.create_task(counter.say())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert written(counter, acts) == acted
    assert not asked.done()
    clock.advance(3.0)
    assert (await asked).status == 200


async def test_what_is_no_request_is_refused_by_name(counter: Counter) -> None:
    assert json(await counter.ask(CREATE, [1]))["code"] == 50035
    assert json(await counter.ask(CREATE, None))["code"] == 50035
    assert json(await counter.ask(CREATE, unreadable=refusal(Code.INVALID_JSON)))["code"] == 50109
    bad = await counter.ask(EDIT, {"content": "x"}, params={"message_id": "soon"})
    assert json(bad)["errors"]["message_id"]["_errors"][0]["code"] == "NUMBER_TYPE_COERCE"


def test_an_error_reads_as_one_sentence() -> None:
    assert str(refusal(Code.UNKNOWN_MESSAGE)) == "404 Unknown Message (code 10008)"
    assert isinstance(refusal(Code.UNKNOWN_MESSAGE), ApiError)


scalars = st.none() | st.booleans() | st.integers(-5, 1 << 40) | st.text(max_size=8)
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)
fields = ("content", "components", "embeds", "attachments", "flags", "nonce", "type", "data", "name", "options")
bodies = anything | st.fixed_dictionaries({}, optional=dict.fromkeys((*fields, "message_reference"), anything))


@settings(max_examples=60)
@given(bodies)
async def test_no_body_breaks_a_route(body: Any) -> None:
    discord = LoopbackDiscord(limits=Limits.none())
    cast = Cast(discord)
    acts = discord._acts
    desk = Desk(acts, discord.limits, discord.faults, discord.invalid, discord.token)
    row = {"type": 1, "id": 1, "components": [{"type": 2, "id": 2, "style": 1, "label": "a", "custom_id": "a"}]}
    channel = cast.channel("Orchard", "general")
    message = acts.messages.send(cast.bot, channel, Draft("x", components=[row]))
    click = acts.uses.click(cast.person("Mika"), message["id"], "a")
    params = {
        "channel_id": channel,
        "message_id": message["id"],
        "application_id": cast.bot,
        "webhook_id": cast.bot,
        "webhook_token": click.token,
        "interaction_id": click.id,
        "interaction_token": click.token,
        "user_id": cast.person("Noor"),
        "command_id": acts.commands.put({"name": "ask", "description": "Ask"})[0]["id"],
    }
    for route, act in {**ROUTES, **commands.ROUTES}.items():
        if route.startswith(("POST", "PATCH", "PUT")) and "guild_id" not in route and "emoji" not in route:
            call = Call(route, params=params, body=body, authorization=f"Bot {discord.token}")
            assert (await desk.treat(call, act)).status in {200, 201, 204, 400, 404}
