"""Settings over real gRPC: read, written, watched."""

import asyncio

import grpc
import pytest
from support.cache_lines import Start

from parley.cache.v1 import preferences_pb2 as pb
from parley.cache.v1 import preferences_pb2_grpc

SECONDS = 5.0


def _subject(number: int = 10) -> pb.Subject:
    return pb.Subject(guild_id=str(number))


async def _set(
    channel: grpc.aio.Channel, model: str, version: int = 0, number: int = 10
) -> pb.UpdatePreferencesResponse:
    stub = preferences_pb2_grpc.PreferencesServiceStub(channel)
    request = pb.UpdatePreferencesRequest(
        subject=_subject(number), preferences=pb.Preferences(model=model), expected_version=version
    )
    return await stub.UpdatePreferences(request, timeout=10)


class Watch:
    """One watching gateway."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        stub = preferences_pb2_grpc.PreferencesServiceStub(channel)
        self.call = stub.WatchPreferences(pb.WatchPreferencesRequest())

    async def next(self) -> tuple[str, str, int]:
        async with asyncio.timeout(SECONDS):
            word = await self.call.read()
        assert isinstance(word, pb.WatchPreferencesResponse)
        found = word.preferences
        return found.subject.guild_id, found.preferences.model, found.version


async def test_settings_are_written_and_read(channel: grpc.aio.Channel) -> None:
    assert (await _set(channel, "one")).preferences.version == 1
    stub = preferences_pb2_grpc.PreferencesServiceStub(channel)
    request = pb.GetPreferencesRequest(subjects=[_subject(), pb.Subject(user_id="10")])
    found = (await stub.GetPreferences(request, timeout=10)).preferences
    assert [(one.preferences.model, one.version) for one in found] == [("one", 1), ("", 0)]


async def test_a_change_that_was_not_seen_is_not_overwritten(channel: grpc.aio.Channel) -> None:
    await _set(channel, "one")
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await _set(channel, "two")
    assert refused.value.code() is grpc.StatusCode.ABORTED


async def test_a_watcher_gets_all_and_then_each_change(channel: grpc.aio.Channel) -> None:
    for number in range(200):
        await _set(channel, "old", number=1000 + number)
    watches = [Watch(channel) for _ in range(2)]
    for watch in watches:
        assert [await watch.next() for _ in range(200)] == [(str(1000 + n), "old", 1) for n in range(200)]
    await _set(channel, "new", 1, number=1007)
    for watch in watches:
        assert await watch.next() == ("1007", "new", 2)


async def test_a_watch_ends_at_once_when_its_cache_drains(start: Start) -> None:
    async with start() as cache:
        await _set(cache.channel, "one")
        watch = Watch(cache.channel)
        await watch.next()
    async with asyncio.timeout(SECONDS):
        assert await watch.call.code() is grpc.StatusCode.UNAVAILABLE


async def test_too_many_subjects_are_refused(channel: grpc.aio.Channel) -> None:
    stub = preferences_pb2_grpc.PreferencesServiceStub(channel)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await stub.GetPreferences(pb.GetPreferencesRequest(subjects=[_subject()] * 101), timeout=10)
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
