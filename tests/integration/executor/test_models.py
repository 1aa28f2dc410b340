from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import grpc
import pytest
from aiohttp import web
from support.executors import Stand, read, text_of

from parley.executor.v1 import executor_pb2 as pb
from parley_kit.status import fault_of
from parley_sandbox.anthropic import Fault

Start = Callable[..., AbstractAsyncContextManager[Stand]]


async def listed(stand: Stand) -> dict[str, pb.Model]:
    response = await stand.stub.ListModels(pb.ListModelsRequest(), timeout=10)
    return {model.id: model for model in response.models}


async def test_the_models_are_those_of_claude_with_the_executors_own_names(start: Start) -> None:
    async with start(model="small", model_aliases="small=claude-haiku-4-5,mine=claude-preview-9") as stand:
        models = await listed(stand)
    assert next(iter(models)) == "claude-haiku-5-5", "the newest comes first"
    haiku = models["claude-haiku-4-5-20251001"]
    assert (haiku.display_name, haiku.default, list(haiku.aliases)) == ("Claude Haiku 4.5", True, ["small"])
    assert (haiku.max_input_tokens, haiku.max_output_tokens, list(haiku.efforts)) == (200_000, 64_000, [])
    assert list(models["claude-sonnet-4-6"].efforts) == [
        pb.EFFORT_LOW,
        pb.EFFORT_MEDIUM,
        pb.EFFORT_HIGH,
        pb.EFFORT_MAX,
    ]
    assert list(models["claude-preview-9"].aliases) == ["mine"]
    assert [model.id for model in models.values() if model.default] == ["claude-haiku-4-5-20251001"]


async def test_where_claude_refuses_the_key_no_models_are_told(start: Start) -> None:
    async def refuse(_: web.Request) -> web.StreamResponse:
        return web.json_response({"type": "error", "error": {"type": "authentication_error"}}, status=401)

    app = web.Application()
    app.router.add_get("/v1/models", refuse)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        async with start(anthropic_base_url=f"http://127.0.0.1:{runner.addresses[0][1]}") as stand:
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await listed(stand)
    finally:
        await runner.cleanup()
    assert caught.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    assert fault_of(caught.value).reason == "UPSTREAM_AUTH"


async def test_an_alias_is_resolved_before_claude_is_asked_and_in_what_is_measured(start: Start) -> None:
    async with start(model_aliases="big=claude-opus-4-8") as stand:
        responses = await read(stand.execute("hello [[tokens=2]]", model="big"))
        labels = {
            "gen_ai_operation_name": "chat",
            "gen_ai_provider_name": "anthropic",
            "gen_ai_request_model": "claude-opus-4-8",
        }
        assert stand.running.sample("gen_ai_client_operation_time_to_first_chunk_seconds_count", labels) == 1
    assert responses[0].started.model == "claude-opus-4-8"
    assert stand.claude.requests[-1].model == "claude-opus-4-8"


@pytest.mark.parametrize(
    ("setting", "asked", "sent"),
    [
        ("off", pb.EFFORT_UNSPECIFIED, None),
        ("medium", pb.EFFORT_UNSPECIFIED, "medium"),
        ("medium", pb.EFFORT_OFF, None),
        ("off", pb.EFFORT_MAX, "max"),
    ],
)
async def test_the_effort_is_the_requests_or_the_executors(
    start: Start, setting: str, asked: pb.Effort.ValueType, sent: str | None
) -> None:
    async with start(effort=setting) as stand:
        await read(stand.execute("hello [[tokens=2]]", parameters=pb.Parameters(effort=asked)))
    parameters = stand.claude.requests[-1].parameters
    assert parameters is not None
    assert parameters.get("output_config") == ({"effort": sent} if sent else None)
    assert parameters["thinking"] == {"type": "adaptive" if sent else "disabled"}


@pytest.mark.parametrize("retries", [0, 2])
async def test_how_often_a_call_is_tried_again_is_a_setting(start: Start, retries: int) -> None:
    async with start(retries=retries) as stand:
        stand.claude.faults.add(Fault("api_error", times=retries + 1))
        with pytest.raises(grpc.aio.AioRpcError):
            await read(stand.execute("hello"))
        assert len(stand.claude.requests) == retries + 1
        assert text_of(await read(stand.execute("hello [[exact=whole]]"))) == "whole"
