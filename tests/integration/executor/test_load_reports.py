from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from support.executors import Stand, read
from support.reports import Reports

Start = Callable[..., AbstractAsyncContextManager[Stand]]


async def test_a_report_says_who_where_and_how_full(start: Start, monitor: Reports) -> None:
    async with start(monitor=monitor.address, slots=3, instance="executor-7") as stand:
        report = await monitor.until(lambda report: report.slots.total == 3)
        assert (report.service, report.instance, report.address) == (
            "executor",
            "executor-7",
            stand.running.address,
        )
        assert report.version == "0.1.0"
        assert (report.slots.busy, report.slots.waiting, report.draining) == (0, 0, False)
        assert report.memory_bytes > 1_000_000
        assert stand.running.bound.runtime.health.states["monitor"]


async def test_reports_go_at_the_interval_that_the_monitor_wants(start: Start, monitor: Reports) -> None:
    monitor.interval = 0.02
    async with start(monitor=monitor.address):
        await monitor.until(lambda _: len(monitor.got) >= 10)


async def test_a_change_is_told_before_the_interval_is_over(start: Start) -> None:
    async with (
        Reports(interval=3600).serve() as monitor,
        start(monitor=monitor.address, slots=1, slot_wait=10) as stand,
    ):
        await monitor.until(lambda report: report.slots.total == 1)
        holding = stand.execute("hello [[ttft=30]]")
        assert (await monitor.until(lambda report: report.slots.busy == 1)).in_flight == 1
        waiting = stand.execute("hello [[ttft=30]]")
        assert (await monitor.until(lambda report: report.slots.waiting == 1)).in_flight == 2
        holding.cancel()
        await monitor.until(lambda report: (report.slots.busy, report.slots.waiting) == (1, 0))
        waiting.cancel()
        await monitor.until(lambda report: report.slots.busy == 0)


async def test_draining_is_told_at_once_and_the_stream_ends_in_good_order(start: Start) -> None:
    async with Reports(interval=3600).serve() as monitor:
        async with start(monitor=monitor.address) as stand:
            await monitor.until(lambda report: report.slots.total == 16)
            await read(stand.execute("hello [[tokens=3]]"))
        assert monitor.got[-1].draining
        assert (monitor.streams, monitor.ended) == (1, 1)


async def test_a_monitor_that_comes_late_or_comes_back_is_told(start: Start, unused_tcp_port: int) -> None:
    address = f"127.0.0.1:{unused_tcp_port}"
    async with start(monitor=address) as stand:
        await read(stand.execute("hello [[tokens=3]]"))
        for _ in range(2):
            async with Reports().serve(address) as monitor:
                await monitor.until(lambda report: report.slots.total == 16)


async def test_until_claude_is_reached_no_slot_is_offered(start: Start, monitor: Reports, unused_tcp_port: int) -> None:
    async with start(monitor=monitor.address, anthropic_base_url=f"http://127.0.0.1:{unused_tcp_port}") as stand:
        await monitor.until(lambda report: report.slots.total == 0)
        async with stand.claude.serve(port=unused_tcp_port):
            await monitor.until(lambda report: report.slots.total == 16)
