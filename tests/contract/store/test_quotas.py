"""What members and guilds may use, and what they used."""

import asyncio

import pytest
from support.cache_turns import Gateway, Hold, StoreBench, have

from parley_cache import metering, preferences
from parley_cache.metering import Used
from parley_cache.model import Finished, Named, Outcome, RefusalReason, Source, TextEnd, Usage
from parley_cache.preferences import Preferences, Subject, SubjectKind
from parley_cache.quotas import Kind, UsageLimits
from parley_cache.words import Opened, Refused

ADA = Subject(SubjectKind.USER, "30")
MODERATOR = Subject(SubjectKind.USER, "31")
GUILD = Subject(SubjectKind.GUILD, "10")


async def _limit(bench: StoreBench, subject: Subject, **limits: int) -> None:
    wanted = Preferences(limits=UsageLimits(**limits))
    await bench.store.apply("update", lambda tables: preferences.update(tables, subject, wanted, 0))


async def _used(bench: StoreBench, subject: Subject) -> Used:
    return await bench.store.apply("usage", lambda tables: metering.used(tables, subject))


async def _finish(hold: Hold, usage: Usage, cost: int = 0) -> None:
    await hold.store.finish(hold.right, TextEnd(1, Finished("end_turn"), usage, cost))


async def _refusal(hold: Hold) -> Refused:
    assert await hold.heard(Opened) == []
    return await hold.last(Refused)


async def test_who_sent_too_many_is_told_when_it_is_free_again(bench: StoreBench, gateway: Gateway) -> None:
    await _limit(bench, ADA, messages=3)
    for number in range(3):
        assert len(await (await gateway.open(str(1000 + number), prompt=str(number))).heard(Opened)) == 1
    late = await gateway.open("1003", prompt="3")
    refused = await _refusal(late)
    assert refused.reason is RefusalReason.QUOTA
    assert refused.free_in == pytest.approx(20, abs=1)
    await late.end(Outcome.REFUSED)
    await bench.pass_time(20.5)
    assert len(await (await gateway.open("1004", prompt="4")).heard(Opened)) == 1
    assert (await _refusal(await gateway.open("1005", prompt="5"))).reason is RefusalReason.QUOTA


async def test_of_many_claims_at_once_just_so_many_are_let_in(bench: StoreBench) -> None:
    await _limit(bench, ADA, messages=4)
    gateways = [bench.gateway(f"gateway-{number}") for number in range(2)]
    holds = await asyncio.gather(*(gateways[n % 2].open(str(1000 + n), prompt=str(n)) for n in range(9)))
    opened = [len(await hold.heard(Opened)) for hold in holds]
    assert sum(opened) == 4


async def test_other_members_are_not_held_up(bench: StoreBench, gateway: Gateway) -> None:
    await _limit(bench, ADA, messages=1)
    await gateway.open("1000", prompt="1")
    await _refusal(await gateway.open("1001", prompt="2"))
    assert len(await (await gateway.open("1002", prompt="3", author_id="31")).heard(Opened)) == 1


async def test_a_guilds_limit_is_shared_by_its_members(bench: StoreBench, gateway: Gateway) -> None:
    await _limit(bench, GUILD, messages=2)
    for number in range(2):
        await gateway.open(str(1000 + number), prompt=str(number), author_id=str(30 + number))
    await _refusal(await gateway.open("1002", prompt="2", author_id="32"))
    assert len(await (await gateway.open("1003", prompt="3", author_id="32", guild_id="11")).heard(Opened)) == 1


@pytest.mark.parametrize(
    ("limit", "spent"),
    [
        ({"tokens_day": 100}, (Usage(90, 20), 0)),
        ({"tokens_month": 100}, (Usage(90, 20), 0)),
        ({"cost_day": 5000}, (Usage(), 6000)),
        ({"cost_month": 5000}, (Usage(1, 1), 6000)),
    ],
)
@pytest.mark.parametrize("subject", [ADA, GUILD])
async def test_used_up_tokens_or_money_refuse_the_next_turn(
    bench: StoreBench, gateway: Gateway, subject: Subject, limit: dict[str, int], spent: tuple[Usage, int]
) -> None:
    await _limit(bench, subject, **limit)
    hold = await gateway.open("1000")
    await _finish(hold, *spent)
    await hold.end()
    refused = await _refusal(await gateway.open("1001", prompt="more"))
    assert refused.reason is RefusalReason.QUOTA
    assert refused.free_in is not None
    await bench.pass_time(refused.free_in + 1)
    assert len(await (await gateway.open("1002", prompt="more")).heard(Opened)) == 1


async def test_a_stored_answer_costs_a_message_but_no_tokens(bench: StoreBench, gateway: Gateway) -> None:
    leader = await gateway.open("1000")
    await leader.say("text")
    await _finish(leader, Usage(100, 20, 3, 4), 700)
    assert await (await gateway.open("1001", author_id="31")).source() is Source.STORED
    ada = (await _used(bench, ADA)).account
    other = (await _used(bench, Subject(SubjectKind.USER, "31"))).account
    guild = (await _used(bench, GUILD)).account
    assert (ada.day.messages, ada.day.answers, ada.day.usage, ada.day.cost) == (1, 1, Usage(100, 20, 3, 4), 700)
    assert (other.month.messages, other.month.answers, other.month.cost) == (1, 0, 0)
    assert (guild.day.answers, guild.month.usage, guild.month.cost) == (1, Usage(100, 20, 3, 4), 700)


async def test_an_end_that_comes_twice_is_booked_once(bench: StoreBench, gateway: Gateway) -> None:
    hold = await gateway.open("1000")
    for _ in range(2):
        await _finish(hold, Usage(10, 10), 5)
    assert (await _used(bench, ADA)).account.day.cost == 5


async def test_what_failed_or_was_stopped_is_booked_too(bench: StoreBench, gateway: Gateway) -> None:
    hold = await gateway.open("1000")
    await hold.stop()
    await _finish(hold, Usage(10, 10), 5)
    assert (await _used(bench, ADA)).account.day.usage == Usage(10, 10)


async def test_who_wants_an_answer_to_somebody_elses_question_is_charged_for_it(
    bench: StoreBench, gateway: Gateway
) -> None:
    await _limit(bench, MODERATOR, messages=1)
    first = await gateway.open("1000", requester_id="31")
    await _finish(first, Usage(10, 10), 5)
    assert (await _used(bench, MODERATOR)).account.day.usage == Usage(10, 10)
    assert (await _refusal(await gateway.open("1001", requester_id="31"))).reason is RefusalReason.QUOTA
    assert (await _used(bench, ADA)).account.day.messages == 0
    assert len(await (await gateway.open("1002", prompt="mine")).heard(Opened)) == 1


async def test_a_restored_turn_is_not_charged_again(bench: StoreBench, gateway: Gateway) -> None:
    await _limit(bench, ADA, messages=1)
    await gateway.open("1000", prompt="first")
    for turn_id, source in (("1001", Source.LEAD), ("1002", Source.FOLLOW)):
        restored = await gateway.open(turn_id, prompt=turn_id, have=have(source, offset=3))
        assert await restored.heard(Refused) == []
    assert (await _used(bench, ADA)).account.day.messages == 1


async def test_a_claim_again_is_not_charged_again(bench: StoreBench, gateway: Gateway) -> None:
    for _ in range(3):
        await gateway.open("1000")
    assert (await _used(bench, ADA)).account.day.messages == 1


async def test_a_turn_refused_for_a_full_queue_is_not_charged(bench: StoreBench, gateway: Gateway) -> None:
    for number in range(8):
        await gateway.open(str(1000 + number), prompt=str(number), reference=Named("chat"))
    assert (await _used(bench, ADA)).account.day.messages == 6


async def test_what_is_left_is_told_with_its_time(bench: StoreBench, gateway: Gateway) -> None:
    await _limit(bench, ADA, messages=2, tokens_day=1000)
    hold = await gateway.open("1000")
    await _finish(hold, Usage(300, 100))
    left = {one.kind: one for one in (await _used(bench, ADA)).left}
    assert left.keys() == {Kind.MESSAGES, Kind.TOKENS_DAY}
    assert (left[Kind.MESSAGES].left, left[Kind.MESSAGES].free_in) == (1, 0)
    assert left[Kind.TOKENS_DAY].left == pytest.approx(600, abs=1)


async def test_who_is_unknown_has_used_nothing(bench: StoreBench) -> None:
    used = await _used(bench, Subject(SubjectKind.USER, "99"))
    assert (used.account.day.messages, used.account.month.cost) == (0, 0)
