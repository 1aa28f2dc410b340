import asyncio
import os
import signal
import sys
import textwrap
import time

import aiohttp
import pytest

from parley_sandbox.children import ChildDiedError, ChildSpec
from parley_sandbox.plan import places
from parley_sandbox.ports import NoFreePortError, free_ports, listening_socket, port_of
from parley_sandbox.settings import SandboxSettings
from parley_sandbox.stack import Stack

SLEEPER = "print('up'); import time; time.sleep(60)"
SETTINGS = SandboxSettings(port=0, grace=2)


def spec(name: str, program: str) -> ChildSpec:
    return ChildSpec(name, (sys.executable, "-u", "-c", program), dict(os.environ))


async def test_everything_is_there_inside_and_gone_outside() -> None:
    async with Stack(SETTINGS, specs=(spec("one", SLEEPER),)) as stack:
        async with aiohttp.ClientSession(stack.url) as http, http.get("/api/state") as response:
            assert response.status == 200
        child = stack.children["one"]
        await child.said("up")
    assert not child.running
    async with aiohttp.ClientSession() as http:
        with pytest.raises(aiohttp.ClientConnectorError):
            await http.get(stack.url)


async def test_an_error_inside_comes_out_as_it_is() -> None:
    with pytest.raises(ZeroDivisionError):
        async with Stack(SETTINGS, specs=(spec("one", SLEEPER),)):
            _ = 1 / 0


async def test_a_child_that_dies_is_noticed() -> None:
    async with Stack(
        SETTINGS, specs=(spec("one", SLEEPER), spec("two", "print('oh no'); raise SystemExit(7)"))
    ) as stack:
        async with asyncio.timeout(30):
            died = await stack.death()
    assert died.name == "two"
    assert "exit code 7" in str(died)
    assert "oh no" in str(died)


async def test_a_child_that_a_test_kills_is_no_accident() -> None:
    async with Stack(SETTINGS, specs=(spec("one", SLEEPER),)) as stack:
        await stack.children["one"].kill()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await stack.death()
        await stack.children["one"].restart()
        assert stack.children["one"].running


async def test_when_one_cannot_start_the_others_are_ended_and_it_is_named() -> None:
    broken = ChildSpec(
        "two", (sys.executable, "-c", "raise SystemExit('bad setting')"), dict(os.environ), "127.0.0.1:1"
    )
    stack = Stack(SETTINGS, specs=(spec("one", SLEEPER), broken))
    with pytest.raises(ChildDiedError, match="two ended with exit code 1"):
        async with stack:
            pytest.fail("it must not start")
    assert not stack.children["one"].running


async def test_stubborn_children_end_together_within_the_grace() -> None:
    stubborn = "import signal,time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up'); time.sleep(60)"
    specs = tuple(spec(f"child-{number}", stubborn) for number in range(3))
    async with Stack(SandboxSettings(port=0, grace=0.5), specs=specs) as stack:
        for child in stack.children.values():
            await child.said("up")
        begun = time.monotonic()
    assert time.monotonic() - begun < 4


async def test_a_taken_port_is_said_and_the_next_one_used() -> None:
    heard: list[str] = []
    with listening_socket("127.0.0.1", 0) as taken:
        wanted = port_of(taken)
        settings = SandboxSettings(port=wanted, discord_port=wanted)
        async with Stack(settings, sink=lambda _name, line: heard.append(line), specs=()) as stack:
            assert not stack.url.endswith(f":{wanted}")
    assert sum(f"port {wanted} is taken" in line for line in heard) == 2


def test_ports_of_several_instances_follow_each_other_and_are_all_different() -> None:
    with listening_socket("127.0.0.1", 0) as probe:
        first = port_of(probe)
    found = places(SandboxSettings(executors=3, executor_port=first))
    ports = [place.grpc for place in found] + [place.metrics for place in found]
    assert len(set(ports)) == len(ports)
    numbers = [int(place.grpc.rsplit(":", 1)[1]) for place in found if place.service == "executor"]
    assert numbers == sorted(numbers)
    assert numbers[0] >= first


def test_a_port_that_cannot_be_had_is_named() -> None:
    with listening_socket("127.0.0.1", 65535), pytest.raises(NoFreePortError, match="65535"):
        free_ports("127.0.0.1", [65535])


UP = """
    import asyncio, os, sys
    from parley_sandbox.children import ChildSpec
    from parley_sandbox.command.up import up
    from parley_sandbox.settings import SandboxSettings

    child = ChildSpec("sleeper", (sys.executable, "-u", "-c", {program!r}), dict(os.environ))
    sys.exit(asyncio.run(up(SandboxSettings(port=0, grace={grace}), specs=(child,))))
"""


async def _up(program: str, grace: float = 2.0) -> asyncio.subprocess.Process:
    script = textwrap.dedent(UP).format(program=program, grace=grace)
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(sys.executable, "-c", script, stdout=pipe, stderr=pipe)


async def _until(process: asyncio.subprocess.Process, *parts: bytes) -> bytes:
    assert process.stdout is not None
    seen = b""
    async with asyncio.timeout(30):
        while not all(part in seen for part in parts):
            line = await process.stdout.readline()
            assert line, seen
            seen += line
    return seen


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_ctrl_c_ends_everything_in_time(number: signal.Signals) -> None:
    process = await _up("import os,time; print('child', os.getpid(), 'is up'); time.sleep(60)")
    seen = await _until(process, b"is up", b"talk to Parley at http://")
    child = int(seen.split(b"child ")[1].split()[0])
    begun = time.monotonic()
    process.send_signal(number)
    out, _ = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 0
    assert time.monotonic() - begun < 5
    assert b"ending" in out
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


async def test_a_second_ctrl_c_does_not_wait() -> None:
    stubborn = "import signal,time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up'); time.sleep(60)"
    process = await _up(stubborn, grace=60)
    await _until(process, b"talk to Parley at http://")
    process.send_signal(signal.SIGINT)
    await _until(process, b"ending")
    process.send_signal(signal.SIGINT)
    await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 0


async def test_a_dead_child_ends_the_run_and_is_named_with_its_last_words() -> None:
    process = await _up("import time; time.sleep(0.5); print('disk full'); raise SystemExit(9)")
    out, err = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 1
    assert "sleeper │ disk full" in out.decode()
    assert "sleeper ended with exit code 9" in err.decode()
    assert "disk full" in err.decode()
