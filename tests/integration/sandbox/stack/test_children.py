import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable

import pytest

from parley_sandbox.children import Child, ChildDiedError, ChildSpec

NEVER_READY = "127.0.0.1:1"
Make = Callable[..., Child]


def spec(name: str, program: str, address: str | None = None, ready_line: str = "") -> ChildSpec:
    return ChildSpec(name, (sys.executable, "-u", "-c", program), dict(os.environ), address, ready_line=ready_line)


@pytest.fixture
def deaths() -> asyncio.Queue[ChildDiedError]:
    return asyncio.Queue()


@pytest.fixture
async def make(deaths: asyncio.Queue[ChildDiedError]) -> AsyncIterator[Make]:
    made: list[Child] = []
    async with asyncio.TaskGroup() as tasks:

        def one(program: str, address: str | None = None, ready_line: str = "") -> Child:
            made.append(
                Child(spec("child", program, address, ready_line), tasks, lambda _name, _line: None, deaths.put_nowait)
            )
            return made[-1]

        yield one
        for child in made:
            if child.running:
                await child.kill()


async def test_a_childs_lines_are_kept_errors_and_broken_bytes_too(make: Make) -> None:
    child = make("import os,sys; print('one'); print('two', file=sys.stderr); os.write(1, b'\\xff three\\n'); input()")
    await child.start()
    await child.ended()
    await child.said("three")
    assert list(child.lines)[:3] == ["one", "two", "\ufffd three"]


async def test_a_death_that_nobody_wanted_is_told_with_the_last_lines(
    make: Make, deaths: asyncio.Queue[ChildDiedError]
) -> None:
    child = make("print('all is well'); raise SystemExit(3)")
    await child.start()
    died = await asyncio.wait_for(deaths.get(), 30)
    assert "child ended with exit code 3" in str(died)
    assert died.lines == ("all is well",)


async def test_a_death_that_was_wanted_is_not_told(make: Make, deaths: asyncio.Queue[ChildDiedError]) -> None:
    child = make("print('up'); import time; time.sleep(60)")
    await child.start()
    await child.said("up")
    assert await child.kill() == -signal.SIGKILL
    assert deaths.empty()
    assert not child.running


async def test_terminate_waits_for_a_child_that_takes_leave(make: Make) -> None:
    child = make(
        "import signal,sys,time\n"
        "signal.signal(signal.SIGTERM, lambda *_: (print('bye'), sys.exit(0)))\n"
        "print('up'); time.sleep(60)"
    )
    await child.start()
    await child.said("up")
    assert await child.terminate() == 0
    assert child.lines[-1] == "bye"


async def test_terminate_ends_a_child_that_will_not_go_and_what_it_started(make: Make) -> None:
    child = make(
        "import signal,subprocess,sys,time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "grand = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print('grandchild', grand.pid); time.sleep(60)"
    )
    await child.start()
    grandchild = int((await child.said("grandchild")).split()[1])
    assert await child.terminate(within=0.1) == -signal.SIGKILL
    async with asyncio.timeout(30):
        while _alive(grandchild):  # noqa: ASYNC110 - a process that is no child of ours tells nobody
            await asyncio.sleep(0.01)


async def test_a_restarted_child_is_a_new_process(make: Make) -> None:
    child = make("print('up'); import time; time.sleep(60)")
    await child.start()
    first = child.pid
    await child.kill()
    await child.restart()
    assert child.running
    assert child.pid != first


async def test_a_child_that_dies_before_it_is_ready_is_told_at_once(make: Make) -> None:
    child = make("print('no such setting'); raise SystemExit(2)", NEVER_READY)
    await child.start()
    with pytest.raises(ChildDiedError, match=r"exit code 2 before it was ready.*(\n.*)*no such setting"):
        await child.ready(within=30)


async def test_a_child_that_never_becomes_ready_is_given_up(make: Make) -> None:
    child = make("print('thinking'); import time; time.sleep(60)", NEVER_READY)
    await child.start()
    await child.said("thinking")
    with pytest.raises(ChildDiedError, match="was not ready after"):
        await child.ready(within=0.2)


def _alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as stat:  # noqa: PTH123 - a file of the kernel
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def test_a_child_without_grpc_is_ready_when_it_says_so_each_time_anew(make: Make) -> None:
    child = make("import time; time.sleep(0.3); print('now: ready'); time.sleep(60)", ready_line="ready")
    for _ in range(2):
        await child.restart(10)
        assert child.ready_after >= 0.2
        assert child.running


async def test_a_child_that_ends_before_its_line_never_became_ready(make: Make) -> None:
    child = make("raise SystemExit('cannot')", ready_line="ready")
    await child.start()
    with pytest.raises(ChildDiedError, match="before it was ready"):
        await child.ready(10)
