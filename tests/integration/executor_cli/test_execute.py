"""An executor that runs the `claude` program, as its callers and its operator see it."""

from __future__ import annotations

from pathlib import Path

import grpc
import pytest
from support.claude_processes import held, real_program, until
from support.executors import ask, executor, read, text_of

from parley.executor.v1 import executor_pb2 as pb
from parley_kit import semconv
from parley_sandbox.anthropic import Fault, LoopbackClaude


def conversation(*texts: str) -> list[pb.Message]:
    roles = (pb.ROLE_USER, pb.ROLE_ASSISTANT)
    return [pb.Message(role=roles[at % 2], parts=[pb.Part(text=text)]) for at, text in enumerate(texts)]


async def test_callers_see_its_replies_and_faults_and_the_operator_its_processes(
    claude: LoopbackClaude, base_url: str, root: Path
) -> None:
    real_program()
    async with executor(claude, base_url, engine="claude_cli", claude_directory=root) as stand:
        sample = stand.running.sample
        assert stand.slots.load.total == 3
        assert sample(semconv.PROCESS_ENDS, {"reason": "died"}) == 0, "shown from zero"
        await until(lambda: sample(semconv.PROCESSES, {"state": "spare"}) == 1)
        first = await read(stand.execute("hello [[exact=here]]"))
        assert first[0].started.engine == "claude_cli"
        assert text_of(first) == "here"
        assert first[-1].completed.usage.output_tokens > 0
        again = ask("", messages=conversation("hello [[exact=here]]", "here", "and now? [[exact=there]]"))
        assert text_of(await read(stand.stub.Execute(again, timeout=20))) == "there"
        sessions = [span.attributes or {} for span in stand.running.spans if span.name.startswith("chat ")]
        assert sessions[0][semconv.EXECUTOR_SESSION] == sessions[1][semconv.EXECUTOR_SESSION]
        assert sample(semconv.PROCESS_TAKES, {"how": "kept"}) == 1
        claude.faults.add(Fault("overloaded_error", times=2))
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await read(stand.execute("overloaded"))
        assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
    assert (held(root)["processes"], held(root)["directories"]) == (0, 0)
