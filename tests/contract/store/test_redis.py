"""What only a store outside the process can suffer: crashes, failovers, silence, strangers' data, a crowd."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import signal
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from support.cache_turns import Gateway, Hold, StoreBench, have, opening
from support.redis_server import Fleet, Server, free_port, needed, redis_server, sentinel_fleet
from support.redis_stores import bench_on, eventually, store_on, target_of

from parley_cache import metering
from parley_cache.limits import Limits
from parley_cache.model import Finished, Named, Outcome, Source, Stopped, TextEnd, Usage
from parley_cache.preferences import Subject, SubjectKind
from parley_cache.rewinding import Rewound
from parley_cache.store.port import EVERYTHING
from parley_cache.store.redis import RedisStore, cells, names
from parley_cache.store.redis.log_table import BLOCK
from parley_cache.store.target import Target
from parley_cache.turns import Duplicate
from parley_cache.words import Opened, Refused
from parley_kit.faults import Conflict, Exhausted, Precondition, Unavailable

LIMITS = Limits()
CROWD = 100
SECONDS = 30.0


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Server]:
    """A server that the test may mistreat."""
    with redis_server(tmp_path) as server:
        yield server


# --- a crowd


async def _ask_as_another(store: RedisStore, number: int) -> Hold:
    """Ask what all ask; each member for the first time, so that no quota matters."""
    return await Gateway(store).open(str(1000 + number), author_id=str(5000 + number))


@pytest.fixture
async def pair(redis: Server) -> AsyncIterator[tuple[RedisStore, RedisStore]]:
    """Two caches' stores on one Redis."""
    redis.say("FLUSHALL")
    async with store_on(target_of(redis), LIMITS) as first, store_on(target_of(redis), LIMITS) as second:
        yield first, second


async def test_of_many_who_ask_the_same_at_once_one_leads(pair: tuple[RedisStore, RedisStore]) -> None:
    stores = itertools.cycle(pair)
    async with asyncio.TaskGroup() as tasks:
        asked = [tasks.create_task(_ask_as_another(next(stores), number)) for number in range(CROWD)]
    sources = [await task.result().source() for task in asked]
    assert (sources.count(Source.LEAD), sources.count(Source.FOLLOW)) == (1, CROWD - 1)
    leader = asked[sources.index(Source.LEAD)].result()
    await leader.answer("an answer for all")
    assert {await task.result().text() for task in asked if task.result() is not leader} == {"an answer for all"}
    assert (await pair[0].figures()).turns == CROWD - 1


async def test_of_many_gateways_that_claim_one_turn_one_gets_it(pair: tuple[RedisStore, RedisStore]) -> None:
    stores = itertools.cycle(pair)
    async with asyncio.TaskGroup() as tasks:
        asked = [tasks.create_task(Gateway(next(stores), f"g{n}").ask(opening("1000"))) for n in range(20)]
    assert sum(isinstance(task.result(), Hold) for task in asked) == 1
    assert sum(isinstance(task.result(), Duplicate) for task in asked) == 19


async def test_a_conversation_answers_one_turn_at_a_time_however_many_come_at_once(
    pair: tuple[RedisStore, RedisStore],
) -> None:
    stores = itertools.cycle(pair)
    async with asyncio.TaskGroup() as tasks:
        for n in range(6):
            tasks.create_task(Gateway(next(stores)).open(str(1000 + n), prompt=str(n), reference=Named("chat")))
    figures = await pair[0].figures()
    assert (figures.turns, figures.queued) == (6, 5)


MEMBERS = 60


@pytest.fixture
async def limited(redis: Server) -> AsyncIterator[tuple[RedisStore, RedisStore]]:
    """Two caches' stores on one Redis, with a limit for a guild as a whole."""
    redis.say("FLUSHALL")
    limits = Limits(guild_messages=MEMBERS // 2, guild_tokens_day=10**9)
    async with store_on(target_of(redis), limits) as first, store_on(target_of(redis), limits) as second:
        yield first, second


async def _ask_of_their_own(stores: tuple[RedisStore, RedisStore]) -> list[Hold]:
    return await asyncio.gather(*(_ask_alone(stores[n % 2], n) for n in range(MEMBERS)))


async def _ask_alone(store: RedisStore, number: int) -> Hold:
    return await Gateway(store).open(str(1000 + number), prompt=str(number), author_id=str(5000 + number))


async def test_of_a_guilds_members_who_ask_at_once_just_so_many_are_let_in(
    limited: tuple[RedisStore, RedisStore],
) -> None:
    holds = await _ask_of_their_own(limited)
    opened = [len(await hold.heard(Opened)) for hold in holds]
    assert sum(opened) == MEMBERS // 2
    free = [(await hold.last(Refused)).free_in for hold, was in zip(holds, opened, strict=True) if not was]
    assert all(seconds is not None and 0 < seconds <= 60 / (MEMBERS // 2) for seconds in free)


async def test_what_a_guilds_answers_used_is_booked_whole_though_they_end_at_once(
    limited: tuple[RedisStore, RedisStore],
) -> None:
    holds = [hold for hold in await _ask_of_their_own(limited) if await hold.heard(Opened)]
    lost = holds.pop()
    await Gateway(lost.store).open(lost.right.turn_id, have=have())  # its lease is replaced by another
    end = TextEnd(1, Finished("end_turn"), Usage(10, 5))
    ended = await asyncio.gather(
        *(hold.store.finish(hold.right, end) for hold in [*holds, lost]), return_exceptions=True
    )
    assert [type(fault) for fault in ended if fault is not None] == [Conflict], "one fails, alone"
    used = await limited[0].apply("get_usage", lambda tables: metering.used(tables, Subject(SubjectKind.GUILD, "10")))
    assert (used.account.day.answers, used.account.day.usage.output_tokens) == (len(holds), 5 * len(holds))


async def test_who_leaves_a_crowd_takes_nobody_along(limited: tuple[RedisStore, RedisStore]) -> None:
    asked = [asyncio.ensure_future(_ask_alone(limited[0], number)) for number in range(MEMBERS // 2)]
    await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
    for leaving in asked[::5]:
        leaving.cancel()
    staying = [task for number, task in enumerate(asked) if number % 5]
    assert all([await hold.heard(Opened) for hold in await asyncio.gather(*staying)])
    await asyncio.wait(asked)


async def test_two_caches_that_sweep_at_once_offer_a_turn_once_and_forget_nothing(
    pair: tuple[RedisStore, RedisStore],
) -> None:
    holds = [await Gateway(pair[0]).open(str(1000 + n), prompt=str(n)) for n in range(50)]
    for store in pair:
        store.steps.ahead += 16
    for _ in range(3):
        await asyncio.gather(*(store.sweep(lapses=True) for store in pair))
    assert len(await pair[1].orphans()) == len(holds)
    assert (await pair[0].figures()).turns == len(holds)


async def test_a_text_of_many_blocks_and_alphabets_is_read_as_it_was_written(
    pair: tuple[RedisStore, RedisStore],
) -> None:
    leader = await Gateway(pair[0]).open("1000")
    reader = await Gateway(pair[1]).open("1001")
    text = ("aé日🙂" * BLOCK)[: 2 * BLOCK + 17]
    for place in range(0, len(text), 1000):
        await leader.say(text[place : place + 1000])
        await reader.hear()
    assert await reader.text() == text


# --- what a crash leaves


async def test_after_a_crash_in_mid_operation_nothing_is_half_written(tmp_path: Path) -> None:
    with redis_server(tmp_path, "--appendonly", "yes", "--appendfsync", "always") as server:
        async with store_on(target_of(server), LIMITS) as store:
            hold = await Gateway(store).open("1000")
            reader = await Gateway(store).open("1001")

            async def speak() -> None:
                for n in itertools.count():
                    await hold.store.append(hold.right, 1, 4 * n, f"{n:04}")

            speaking = asyncio.create_task(speak())
            await asyncio.sleep(0.1)
            server.kill()
            with pytest.raises(Unavailable):
                await speaking
            server.start()
            await eventually(reader.hear)
            text = await reader.text()
            view = await store.look(hold.right, hold.told.seen)
            assert view.log is not None
            assert len(text) == view.log.length > 0
            assert text == "".join(f"{n:04}" for n in range(len(text) // 4))
            assert (await store.figures()).log_bytes == len(text)


async def test_what_a_restart_without_persistence_forgot_is_restored_by_its_holder(own: Server) -> None:
    async with store_on(target_of(own), LIMITS) as store:
        hold = await Gateway(store).open("1000")
        await hold.say("Hello")
        losses = store.losses
        own.kill()
        own.start()
        await eventually(store.figures)
        assert store.losses > losses
        with pytest.raises(Unavailable, match="no longer knows"):
            await hold.renew()
        again = await Gateway(store).open("1000", have=have(offset=5))
        await again.say("Hello there")
        await again.answer("")
        assert (await store.figures()).turns == 0


async def test_a_failover_costs_a_moment_and_no_text(tmp_path: Path) -> None:
    with sentinel_fleet(tmp_path) as fleet:
        async with store_on(target_of(fleet), LIMITS) as store:
            leader = await Gateway(store).open("1000")
            follower = await Gateway(store).open("1001")
            await leader.say("Hello")
            fleet.wait_until_in_step()
            await asyncio.to_thread(fleet.fail_over)
            await eventually(leader.renew)
            await leader.say(" there")
            await leader.finish()
            assert await follower.text() == "Hello there"


async def test_a_dead_master_is_replaced_without_help(tmp_path: Path) -> None:
    with sentinel_fleet(tmp_path) as fleet:
        async with store_on(target_of(fleet), LIMITS) as store:
            hold = await Gateway(store).open("1000")
            fleet.wait_until_in_step()
            fleet.master().kill()
            await eventually(hold.renew)
            assert store.losses > 0


# --- silence


async def test_a_silent_redis_fails_calls_soon_and_then_at_once(own: Server) -> None:
    async with store_on(target_of(own), LIMITS, patience=0.1) as store:
        hold = await Gateway(store).open("1000")
        own.signal(signal.SIGSTOP)
        async with asyncio.timeout(2):
            with pytest.raises(Unavailable):
                await hold.renew()
            while store.is_up:  # noqa: ASYNC110 — a real server is silent, unseen
                await asyncio.sleep(0.01)
        refused = hold.renew()
        with pytest.raises(Unavailable):
            refused.send(None)  # not even one turn of the loop
        own.signal(signal.SIGCONT)
        await eventually(hold.renew)


async def test_a_call_while_redis_is_down_says_so_and_works_once_it_is_back(own: Server) -> None:
    async with store_on(target_of(own), LIMITS, patience=0.1) as store:
        hold = await Gateway(store).open("1000")
        own.kill()
        with pytest.raises(Unavailable):
            await hold.renew()
        own.start()
        await eventually(lambda: Gateway(store).open("1001"))


async def test_a_broken_subscription_begins_anew_with_everything(own: Server) -> None:
    async with store_on(target_of(own), LIMITS) as store:
        changes = store.changes()
        async with asyncio.timeout(SECONDS):
            assert list(await anext(changes)) == [EVERYTHING]
            waiting = asyncio.ensure_future(anext(changes))
            await asyncio.sleep(0)
            own.say("CLIENT", "KILL", "TYPE", "pubsub")
            assert list(await waiting) == [EVERYTHING]


# --- strangers


async def _refusal(target: Target) -> str:
    with pytest.raises(Precondition) as refused:
        async with store_on(target, LIMITS):
            pass
    return refused.value.message


async def test_a_cluster_is_refused_with_the_reason(tmp_path: Path) -> None:
    with redis_server(tmp_path, "--cluster-enabled", "yes", "--cluster-port", str(free_port())) as server:
        assert "change in one step" in await _refusal(target_of(server))


async def test_data_of_another_schema_is_refused_and_left_alone(own: Server) -> None:
    own.say("SET", "parley:schema", "7")
    assert "schema '7'" in await _refusal(target_of(own))
    assert own.say("DBSIZE") == ":1\r\n"


async def test_data_that_another_version_brings_while_we_run_is_not_touched(own: Server) -> None:
    async with store_on(target_of(own), LIMITS) as store:
        hold = await Gateway(store).open("1000")
        own.say("SET", "parley:schema", "7")
        with pytest.raises(Precondition):
            await hold.renew()


async def test_a_sentinel_in_the_place_of_a_redis_is_named(fleet: Fleet) -> None:
    assert "PARLEY_CACHE_REDIS_SENTINELS" in await _refusal(target_of(fleet.sentinels[0]))


async def test_a_full_redis_refuses_what_is_new_and_serves_what_is_there(own: Server) -> None:
    async with store_on(target_of(own), LIMITS) as store:
        leader = await Gateway(store).open("1000")
        follower = await Gateway(store).open("1001")
        await leader.say("Hello")
        own.say("CONFIG", "SET", "maxmemory", "1")
        with pytest.raises(Exhausted):
            await leader.say(" there")
        assert await follower.text() == "Hello"
        own.say("CONFIG", "SET", "maxmemory", "0")
        await leader.say(" there")
        assert await follower.text() == "Hello there"


async def test_a_full_redis_gets_rid_of_what_is_over_and_offers_orphans(own: Server) -> None:
    async with bench_on(target_of(own), LIMITS) as bench:
        gateway = bench.gateway()
        await (await gateway.open("1000")).answer("Hello")
        await gateway.open("1001", prompt="left behind")
        own.say("CONFIG", "SET", "maxmemory", "1")
        await bench.later(LIMITS.reply_ttl + 1)
        assert await bench.orphan_ids() == ["1001"]
        adopted = await bench.gateway("gateway-2").adopt("1001")
        await adopted.renew()
        await adopted.finish(attempt=2, result=Stopped())
        await adopted.end(Outcome.ABANDONED)
        figures = await bench.store.figures()
        assert (figures.turns, figures.stored, figures.logs) == (0, 0, 0)


# --- TLS and users


@pytest.fixture
def certified(tmp_path: Path) -> Path:
    """An authority and a server's certificate for 127.0.0.1."""

    def openssl(*words: str) -> None:
        subprocess.run([needed("openssl"), *words], cwd=tmp_path, check=True, capture_output=True)

    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    openssl("req", "-x509", *curve, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=test authority")
    openssl("req", *curve, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=127.0.0.1")
    (tmp_path / "names").write_text("subjectAltName=IP:127.0.0.1\n")
    by = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "names")
    openssl("x509", "-req", "-in", "server.csr", *by, "-out", "server.pem")
    return tmp_path


@contextlib.contextmanager
def _guarded(folder: Path) -> Iterator[tuple[Server, int]]:
    secure = free_port()
    tls = ["--tls-port", str(secure), "--tls-cert-file", "server.pem", "--tls-key-file", "server.key"]
    tls += ["--tls-ca-cert-file", "ca.pem", "--tls-auth-clients", "no"]
    with redis_server(folder, *tls) as server:
        allowed = ["on", ">pass", "~parley:*", "&parley:*", "+@all", "-@dangerous", "-@admin"]
        assert server.say("ACL", "SETUSER", "cache", *allowed).startswith("+OK")
        yield server, secure


async def test_tls_and_a_user_with_few_rights_suffice(certified: Path) -> None:
    with _guarded(certified) as (_, port):
        target = Target(f"rediss://cache:pass@127.0.0.1:{port}/0", ca_file=str(certified / "ca.pem"))
        async with bench_on(target, LIMITS) as bench:
            await _whole_turn(bench)


async def test_user_and_password_may_come_beside_the_url(certified: Path) -> None:
    with _guarded(certified) as (server, _):
        assert server.say("ACL", "SETUSER", "cache", ">p@ss:w/rd%").startswith("+OK")
        url = f"redis://127.0.0.1:{server.port}/0"
        async with bench_on(Target(url, username="cache", password="p@ss:w/rd%"), LIMITS) as bench:
            await _whole_turn(bench)
        assert "does not accept the user" in await _refusal(Target(url, username="cache", password="wrong"))


async def _whole_turn(bench: StoreBench) -> None:
    changes = bench.store.changes()
    async with asyncio.timeout(SECONDS):
        await anext(changes)
        hold = await bench.gateway().open("1000")
        await hold.answer("an answer")
        assert await anext(changes)
        await bench.later(20)
        assert (await bench.store.figures()).stored == 1


async def test_a_wrong_password_is_refused_without_telling_it(certified: Path) -> None:
    with _guarded(certified) as (server, _):
        told = await _refusal(Target(f"redis://cache:secret-guess@127.0.0.1:{server.port}/0"))
        assert "does not accept the user" in told
        assert "secret" not in told


async def test_a_certificate_of_an_unknown_authority_is_not_trusted(certified: Path) -> None:
    with _guarded(certified) as (_, port), pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5), store_on(Target(f"rediss://cache:pass@127.0.0.1:{port}/0"), LIMITS):
            pass


async def test_a_record_whose_time_is_over_goes_also_by_a_cache_that_never_met_its_kind(
    redis: Server, pair: tuple[RedisStore, RedisStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await Gateway(pair[0]).open("1000")
    await first.answer("one")
    await Gateway(pair[0]).open("1001", rewind_to="1000")
    rewound = f"{names.PREFIX}{names.record(Rewound, '1000')}"
    assert redis.say("EXISTS", rewound) == ":1\r\n"
    monkeypatch.delitem(cells.KINDS, "Rewound")
    for store in pair:
        store.steps.ahead += LIMITS.conversation_ttl + 1
    await pair[1].figures()  # a sweep goes by the time that Redis told last
    await pair[1].sweep(lapses=True)
    assert redis.say("EXISTS", rewound) == ":0\r\n"
