"""How a process begins and ends, well or not, and that nothing of it is left."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
import textwrap
from contextlib import aclosing, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from support.claude_processes import (
    CREDENTIAL,
    KEY,
    Spawn,
    as_before,
    can_confine,
    confined,
    held,
    launch_of,
    of_process,
    reply,
    running,
    script,
    soon,
    stand_in,
    until,
    user,
    without_disk,
)
from support.conversations import text_of

from parley_executor.engines.claude_cli.launch import Home, Key, Launch, LaunchError, checked
from parley_executor.engines.claude_cli.process import Process
from parley_executor.engines.port import Delta, EngineError, Finished
from parley_executor.reasons import Reason
from parley_sandbox.anthropic import LoopbackClaude

LONG = "hello [[tps=20 tokens=5000]]"


async def first_text(process: Process, question: str = LONG) -> tuple[asyncio.Task[EngineError | None], asyncio.Event]:
    """Begin a turn; the event is set when text has come."""
    came = asyncio.Event()

    async def read() -> EngineError | None:
        try:
            async for event in process.ask([user(question)], soon()):
                if isinstance(event, Delta):
                    came.set()
        except EngineError as error:
            return error
        return None

    reading = asyncio.create_task(read())
    await came.wait()
    return reading, came


@pytest.mark.parametrize("grace", [5.0, 0.0])
async def test_an_idle_process_ends_and_nothing_of_it_is_left(launch: Launch, root: Path, grace: float) -> None:
    before = held(root)
    process = await Process.spawned(launch, KEY)
    assert held(root)["processes"] == held(root)["directories"] == 1
    await process.end(grace)
    await process.end(grace)
    assert held(root) == before
    assert (process.alive, process.resident_bytes) == (False, 0)


async def test_twelve_processes_in_every_state_leave_nothing(
    launch: Launch, root: Path, claude: LoopbackClaude
) -> None:
    before = held(root)
    for _ in range(3):
        four = await asyncio.gather(*(Process.spawned(launch, KEY) for _ in range(4)))
        idle, answered, cancelled, killed = four
        await reply(answered, "hello [[tokens=3]]")
        reading, _ = await first_text(cancelled)
        reading.cancel()
        os.kill(killed.pid, signal.SIGKILL)
        await asyncio.gather(*(process.end(1.0) for process in (idle, answered, cancelled, killed)))
        with suppress(asyncio.CancelledError):
            await reading
    await claude.streams_open(0)
    await as_before(root, before)


async def test_a_child_that_is_killed_before_any_text_died(
    spawn: Spawn, launch: Launch, claude: LoopbackClaude
) -> None:
    process = await spawn(launch)
    reading = asyncio.create_task(reply(process, "hello [[ttft=30]]"))
    await claude.streams_open(1)
    os.kill(process.pid, signal.SIGKILL)
    _, error = await reading
    assert error is not None
    assert (error.reason, error.retryable, error.partial) == (Reason.CHILD_DIED, True, False)


async def test_a_child_that_is_killed_in_the_middle_is_a_broken_stream(spawn: Spawn, launch: Launch) -> None:
    process = await spawn(launch)
    reading, _ = await first_text(process)
    os.kill(process.pid, signal.SIGKILL)
    error = await reading
    assert error is not None
    assert (error.reason, error.partial) == (Reason.STREAM_BROKEN, True)


async def test_the_death_of_an_idle_child_is_noticed(spawn: Spawn, launch: Launch) -> None:
    process = await spawn(launch)
    os.kill(process.pid, signal.SIGKILL)
    await process.exited()
    assert not process.alive
    _, error = await reply(process, "hello")
    assert error is not None
    assert error.reason is Reason.CHILD_DIED


async def test_an_end_that_is_cancelled_is_an_end_nonetheless(launch: Launch, root: Path) -> None:
    before = held(root)
    process = await Process.spawned(launch, KEY)
    os.kill(process.pid, signal.SIGSTOP)
    ending = asyncio.create_task(process.end(60.0))
    await asyncio.sleep(0)
    ending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await ending
    assert held(root) == before


async def test_a_start_that_is_cancelled_leaves_nothing(launch: Launch, root: Path) -> None:
    before = held(root)
    starting = asyncio.create_task(Process.spawned(launch, KEY))
    await until(lambda: bool(running(root)))
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    await as_before(root, before)


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="no setpriv: `apt-get install util-linux`")
async def test_a_child_ends_with_an_executor_that_is_killed(launch: Launch, root: Path, claude: LoopbackClaude) -> None:
    """Closing its stdin would not do: it would run the turn to its end, and that is billed."""
    code = f"""
        import asyncio
        from pathlib import Path
        from parley_executor.engines.claude_cli.launch import Key, Launch
        from parley_executor.engines.claude_cli.process import Process
        from parley_executor.engines.port import Deadline
        from parley_executor.model import Message, Role, Text

        async def main():
            launch = Launch(Path({str(launch.program)!r}), Path({str(root)!r}), {launch.base_url!r}, "key", start_limit=30)
            process = await Process.spawned(launch, Key("claude-sonnet-5", "", 1024))
            now = asyncio.get_running_loop().time()
            deadline = Deadline(now + 60, now + 60, 60)
            async for event in process.ask([Message(Role.USER, (Text({LONG!r}),))], deadline):
                pass

        asyncio.run(main())
    """
    executor = await asyncio.create_subprocess_exec(sys.executable, "-c", textwrap.dedent(code))
    await claude.until(lambda: claude.live == 1, within=30)
    executor.kill()
    await executor.wait()
    await claude.closed_by_client()
    await until(lambda: not running(root))
    assert held(root)["directories"] == 1
    await checked(launch)
    assert held(root)["directories"] == 0, "the next executor sweeps what a killed one left"


async def test_another_executors_directory_is_not_swept(launch: Launch, root: Path) -> None:
    theirs = root / f"parley-claude-{os.getppid()}-abc"
    theirs.mkdir()
    ours = Home.made(root)
    await checked(launch)
    assert theirs.exists()
    assert not ours.path.exists(), "before the first start there is none of ours"


async def refused(launch: Launch, key: Key = KEY) -> str:
    """Return why a process does not start."""
    with pytest.raises(EngineError) as caught:
        await Process.spawned(launch, key)
    assert caught.value.reason is Reason.START_FAILED
    assert isinstance(caught.value.__cause__, LaunchError)
    return str(caught.value.__cause__)


async def test_a_program_that_is_not_there_is_told_by_its_path(root: Path) -> None:
    launch = launch_of(Path("/nowhere/claude"), root, "http://127.0.0.1:9")
    with pytest.raises(EngineError) as caught:
        await checked(launch)
    assert "/nowhere/claude" in str(caught.value.__cause__)
    assert "/nowhere/claude" in await refused(launch)
    assert held(root)["directories"] == 0


async def test_a_root_that_is_not_there_is_told_by_its_path(root: Path) -> None:
    assert "/nowhere/root" in await refused(launch_of(Path("/bin/true"), Path("/nowhere/root"), "http://127.0.0.1:9"))


async def test_a_program_that_ends_at_once_is_told_by_its_own_words_without_the_credential(
    root: Path, tmp_path: Path
) -> None:
    before = held(root)
    program = script(tmp_path / "claude", 'echo "bad key: $ANTHROPIC_API_KEY" >&2', "exit 3")
    why = await refused(launch_of(program, root, "http://127.0.0.1:9"))
    assert "bad key" in why
    assert CREDENTIAL not in why
    await as_before(root, before)


async def test_a_program_that_does_not_answer_is_ended_in_time(root: Path, tmp_path: Path) -> None:
    program = script(tmp_path / "claude", "trap '' TERM", "while read -r _; do :; done")
    assert "0.3 s" in await refused(launch_of(program, root, "http://127.0.0.1:9", start_limit=0.3))
    assert held(root)["directories"] == 0


async def test_an_old_program_is_refused_with_what_is_needed(root: Path, tmp_path: Path) -> None:
    program = script(tmp_path / "claude", "echo '1.0.9 (Claude Code)'")
    with pytest.raises(EngineError) as caught:
        await checked(launch_of(program, root, "http://127.0.0.1:9"))
    assert "1.0.9" in str(caught.value.__cause__)
    assert "2.1.330" in str(caught.value.__cause__)


async def played(spawn: Spawn, root: Path, path: Path, turn: str, **limits: float) -> tuple[str, EngineError | None]:
    """Ask a stand-in that plays a turn; return its text and how it failed."""
    process = await spawn(launch_of(stand_in(path, turn), root, "http://127.0.0.1:9"))
    events, error = await reply(process, "secret words", deadline=soon(**limits))
    assert process.alive is (error is None)
    return text_of(events), error


@pytest.mark.parametrize(
    ("turn", "reason"),
    [
        ("say('secret words')", Reason.PROTOCOL),
        ("say('[]')", Reason.PROTOCOL),
        ('begin(); say(\'{"type": "result"\')', Reason.PROTOCOL),
        ("begin(); text('a'); say('garbage')", Reason.STREAM_BROKEN),
        ("say('x' * 5_000_000)", Reason.PROTOCOL),
        ("begin(); sys.stdout.write('x' * 17_000_000); sys.stdout.flush(); time.sleep(60)", Reason.PROTOCOL),
        ("sys.exit(0)", Reason.CHILD_DIED),
        ("begin(); sys.exit(1)", Reason.CHILD_DIED),
        ("begin(); text('a'); sys.exit(0)", Reason.STREAM_BROKEN),
        ("os.close(1); time.sleep(60)", Reason.CHILD_DIED),
        ("say({'type': 'result', 'is_error': False, 'num_turns': 0})", Reason.PROTOCOL),
        ("begin(); text('a'); begin()", Reason.STREAM_BROKEN),
    ],
)
async def test_a_child_that_does_not_keep_the_protocol_is_one_error(
    spawn: Spawn, root: Path, tmp_path: Path, turn: str, reason: Reason
) -> None:
    _, error = await played(spawn, root, tmp_path / "claude", turn)
    assert error is not None
    assert error.reason is reason
    assert "secret" not in repr(error)


async def test_a_silent_child_is_late(spawn: Spawn, root: Path, tmp_path: Path) -> None:
    _, error = await played(spawn, root, tmp_path / "claude", "time.sleep(60)", first_text=0.3)
    assert error is not None
    assert error.reason is Reason.TIMED_OUT


@pytest.mark.parametrize(
    "more",
    [
        "say({'type': 'of_tomorrow', 'anything': 'x' * 5_000_000})",
        "say('')",
        "sys.stderr.write('words\\n' * 100_000)",
        "say({'type': 'control_request', 'request_id': 'r', 'request': {}}); assert 'error' in sys.stdin.readline()",
    ],
)
async def test_what_is_unknown_long_or_asked_of_us_does_not_stop_a_turn(
    spawn: Spawn, root: Path, tmp_path: Path, more: str
) -> None:
    text, error = await played(spawn, root, tmp_path / "claude", f"begin(); {more}; text('whole'); finish()")
    assert (text, error) == ("whole", None)


async def test_a_reply_is_whole_even_if_the_child_dies_of_its_end(spawn: Spawn, root: Path, tmp_path: Path) -> None:
    turn = "begin(); text('whole'); part(type='message_delta', delta={'stop_reason': 'end_turn'}, usage={})"
    program = stand_in(tmp_path / "claude", f"{turn}; part(type='message_stop'); sys.exit(1)")
    process = await spawn(launch_of(program, root, "http://127.0.0.1:9"))
    events, error = await reply(process, "hello")
    assert (text_of(events), error, process.alive) == ("whole", None, False)


async def test_a_child_that_speaks_without_being_asked_is_not_asked_again(
    spawn: Spawn, root: Path, tmp_path: Path
) -> None:
    process = await spawn(
        launch_of(stand_in(tmp_path / "claude", "begin(); text('a'); finish(); begin(); text('b')"), root, "")
    )
    await reply(process, "one")
    await asyncio.sleep(0.2)
    events, error = await reply(process, "two")
    assert error is not None
    assert (text_of(events), error.reason) == ("", Reason.PROTOCOL)


async def test_what_a_child_started_ends_with_it(spawn: Spawn, root: Path, tmp_path: Path) -> None:
    start = "subprocess.Popen(['/bin/sleep', '600'])"
    program = stand_in(tmp_path / "claude", "begin(); text('a'); sys.exit(0)", start)
    process = await spawn(launch_of(program, root, ""))
    assert len(running(root)) == 2
    await reply(process, "hello")
    await process.exited()
    await until(lambda: not running(root))


async def test_it_runs_without_rights_where_only_its_directory_can_be_written_to(
    spawn: Spawn, launch: Launch, tmp_path: Path, claude: LoopbackClaude
) -> None:
    program = confined(tmp_path / "claude", launch.program, "size=16m") if can_confine() else launch.program
    process = await spawn(replace(launch, program=program))
    status = of_process(process.pid, "status")
    assert "NoNewPrivs:\t1" in status
    if can_confine():
        assert "Uid:\t65532\t65532" in status
        assert "CapEff:\t0000000000000000" in status
    for _ in range(2):
        events, error = await reply(process, "hello [[tokens=5]]")
        assert error is None
        assert isinstance(events[-1], Finished)
    assert process.alive


async def test_a_full_disk_costs_no_reply(spawn: Spawn, launch: Launch, tmp_path: Path, claude: LoopbackClaude) -> None:
    fill = "/bin/head -c 10000000 /dev/zero > /tmp/fill 2>/dev/null || if echo x > /tmp/x 2>/dev/null; then exit 9; fi"
    script = tmp_path / "claude"
    if can_confine():
        program = confined(script, launch.program, "size=64k", fill)
    else:
        program = without_disk(script, launch.program)
    process = await spawn(replace(launch, program=program))
    events, error = await reply(process, "hello [[tokens=5]]")
    assert error is None
    assert isinstance(events[-1], Finished)


async def test_stopping_in_the_middle_of_a_turn_waits_no_longer_than_its_grace(
    spawn: Spawn, launch: Launch, claude: LoopbackClaude
) -> None:
    process = await spawn(launch)
    reading, _ = await first_text(process)
    await process.end(0.2)
    error = await reading
    assert error is not None
    assert (error.reason, error.partial) == (Reason.STREAM_BROKEN, True)
    await claude.closed_by_client()


async def test_a_turn_that_ends_within_the_grace_is_whole(spawn: Spawn, launch: Launch) -> None:
    process = await spawn(launch)
    async with aclosing(process.ask([user("hello [[tps=50 tokens=20]]")], soon())) as events:
        await anext(events)
        ending = asyncio.create_task(process.end(20.0))
        rest = [event async for event in events]
        await ending
    assert isinstance(rest[-1], Finished)
