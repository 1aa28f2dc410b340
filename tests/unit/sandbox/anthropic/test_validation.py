from typing import Any

import orjson
import pytest
from support.loopback_claude import KEY, body, conversation

from parley_sandbox.anthropic import models, validation
from parley_sandbox.anthropic import thinking as thinking_of
from parley_sandbox.anthropic.errors import ApiError
from parley_sandbox.anthropic.wire import Prompt, Request

EPHEMERAL = {"type": "ephemeral"}


def check(raw: bytes, *, beta: bool = False) -> validation.Accepted:
    return validation.check_request(validation.parse(Request, raw, beta=beta))


def refused(content: dict[str, Any]) -> tuple[int, str]:
    with pytest.raises(ApiError) as caught:
        check(orjson.dumps(content))
    return caught.value.status, caught.value.message


def blocks(count: int, **last: Any) -> list[dict[str, Any]]:
    return [{"type": "text", "text": f"part {at}", **last} for at in range(count)]


def user(*content: dict[str, Any]) -> dict[str, Any]:
    return body() | {"messages": [{"role": "user", "content": list(content)}]}


@pytest.mark.parametrize(
    ("change", "status", "told"),
    [
        ({"model": "claude-9"}, 404, "model: claude-9"),
        ({"max_tokens": 0}, 400, "max_tokens: Input should be greater than or equal to 1"),
        ({"max_tokens": 128_001}, 400, "max_tokens: 128001 > 128000, which is the maximum allowed number of output"),
        ({"max_tokens": "many"}, 400, "max_tokens: Input should be a valid integer"),
        ({"messages": []}, 400, "messages: at least one message is required"),
        ({"messages": "hello"}, 400, "messages: Input should be a valid list"),
        ({"messages": [{"role": "system", "content": "x"}]}, 400, "messages.0.role: Input should be 'user' or 'assistant'"),
        ({"messages": [{"role": "assistant", "content": "x"}]}, 400, 'messages: first message must use the "user" role'),
        ({"messages": [{"role": "user"}]}, 400, "messages.0.content: Field required"),
        ({"messages": [{"role": "user", "content": []}]}, 400, "messages.0: all messages must have non-empty content"),
        ({"messages": [{"role": "user", "content": ""}]}, 400, "messages: text content blocks must be non-empty"),
        ({"messages": [{"role": "user", "content": " \n"}]}, 400, "must contain non-whitespace text"),
        ({"messages": conversation("hi", "Sure:")}, 400, "does not support assistant message prefill"),
        ({"messages": conversation("hi", "Sure: "), "model": "claude-haiku-4-5", "max_tokens": 9}, 400, "cannot end with trailing whitespace"),
        ({"temperature": 1.5}, 400, "temperature: Input should be less than or equal to 1"),
        ({"stop_sequences": ["\n"]}, 400, "stop_sequences: each stop sequence must contain non-whitespace"),
        ({"colour": "red"}, 400, "colour: Extra inputs are not permitted"),
        ({"system": [{"type": "image"}]}, 400, "system.0.type: Input should be 'text'"),
    ],
)  # fmt: skip
def test_a_request_that_claude_would_refuse_is_refused_in_its_words(
    change: dict[str, Any], status: int, told: str
) -> None:
    got, message = refused(body("hi") | change)
    assert got == status
    assert told in message


@pytest.mark.parametrize("missing", ["model", "max_tokens", "messages"])
def test_what_is_required_is_named(missing: str) -> None:
    content = body("hi")
    del content[missing]
    assert refused(content) == (400, f"{missing}: Field required")


def test_a_body_that_is_no_json_is_told_so() -> None:
    with pytest.raises(ApiError, match="not valid JSON"):
        check(b'{"model": ')
    with pytest.raises(ApiError, match="must be a JSON object"):
        check(b"[]")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"type": "video"}, "Input tag 'video' found using 'type' does not match any of the expected tags"),
        ({"type": "image", "source": {"type": "base64", "media_type": "image/bmp", "data": "eA=="}}, "media_type: Input should be 'image/jpeg'"),
        ({"type": "text", "text": "x", "cache_control": {"type": "forever"}}, "cache_control.type: Input should be 'ephemeral'"),
    ],
)  # fmt: skip
def test_a_block_that_is_none_is_refused(content: dict[str, Any], told: str) -> None:
    status, message = refused(user(content))
    assert status == 400
    assert message.startswith("messages.0.content.0")
    assert told in message


def test_a_message_may_hold_pictures_and_files() -> None:
    accepted = check(
        orjson.dumps(
            user(
                {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "eA=="}},
                {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "a file"}},
                {"type": "text", "text": "What is this?"},
            )
        )
    )
    assert sum(block.tokens for block in accepted.blocks) > 1_600


@pytest.mark.parametrize("count", [4, 5])
def test_four_breakpoints_are_the_most(count: int) -> None:
    content = orjson.dumps(user(*blocks(count, cache_control=EPHEMERAL)))
    if count == 4:
        assert [block.ttl for block in check(content).blocks] == ["5m"] * 4
    else:
        assert refused(orjson.loads(content)) == (
            400,
            "A maximum of 4 blocks with cache_control may be provided. Found 5.",
        )


def test_automatic_caching_takes_one_of_the_four() -> None:
    assert refused(user(*blocks(4, cache_control=EPHEMERAL), *blocks(1)) | {"cache_control": EPHEMERAL})[0] == 400
    accepted = check(orjson.dumps(body("one", "two", "three", cache_control=EPHEMERAL)))
    assert [block.ttl for block in accepted.blocks] == [None, None, "5m"]


def test_a_long_lifetime_may_not_come_after_a_short_one() -> None:
    hour = {"type": "text", "text": "y", "cache_control": {"type": "ephemeral", "ttl": "1h"}}
    short = {"type": "text", "text": "x", "cache_control": EPHEMERAL}
    assert "must not come after" in refused(user(short, hour))[1]
    assert [block.ttl for block in check(orjson.dumps(user(hour, short))).blocks] == ["1h", "5m"]


def test_a_prompt_longer_than_the_context_is_refused() -> None:
    status, message = refused(body("long " * 170_000, model="claude-haiku-4-5"))
    assert (status, message) == (400, "prompt is too long: 212503 tokens > 200000 maximum")


def test_a_text_and_its_one_block_are_the_same_prompt() -> None:
    plain = check(orjson.dumps(body("hello", system="be brief"))).blocks
    listed = check(
        orjson.dumps(user({"type": "text", "text": "hello"}) | {"system": [{"type": "text", "text": "be brief"}]})
    ).blocks
    assert plain == listed


def test_a_breakpoint_does_not_change_the_bytes_that_are_compared() -> None:
    marked = check(orjson.dumps(user({"type": "text", "text": "hello", "cache_control": EPHEMERAL}))).blocks
    plain = check(orjson.dumps(body("hello"))).blocks
    assert [block.content for block in marked] == [block.content for block in plain]


def test_tools_come_first_and_thinking_touches_only_the_messages() -> None:
    tool = {"name": "look", "input_schema": {}}
    one = check(orjson.dumps(body("hello", system="be brief", tools=[tool]))).blocks
    other = check(
        orjson.dumps(body("hello", system="be brief", tools=[tool], thinking={"type": "between_tools"}))
    ).blocks
    assert [a.content == b.content for a, b in zip(one, other, strict=True)] == [True, True, False]
    assert b"look" in one[0].content


def test_a_beta_may_bring_fields_that_nobody_knows() -> None:
    check(orjson.dumps(body("hi", colour="red")), beta=True)


def test_a_prompt_to_count_needs_no_max_tokens() -> None:
    prompt = validation.parse(
        Prompt, orjson.dumps({"model": "claude-opus-5-5", "messages": conversation("hi")}), beta=False
    )
    assert validation.check_prompt(prompt).model.id == "claude-opus-5-5"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"x-api-key": ""}, 401),
        ({"authorization": "Basic x", "anthropic-version": "2023-06-01"}, 401),
        ({"x-api-key": "k"}, 400),
        ({"x-api-key": "k", "anthropic-version": "2024-01-01"}, 400),
    ],
)
def test_a_key_and_a_version_are_demanded(headers: dict[str, str], status: int) -> None:
    with pytest.raises(ApiError) as caught:
        validation.check_headers(headers)
    assert caught.value.status == status


def test_either_kind_of_key_will_do() -> None:
    validation.check_headers(KEY)
    validation.check_headers({"authorization": "Bearer token", "anthropic-version": "2023-06-01"})


@pytest.mark.parametrize(
    ("model", "change", "told"),
    [
        ("claude-sonnet-5-5", {"thinking": {"type": "disabled"}}, '"thinking.type.disabled" is not supported for this'),
        ("claude-sonnet-5-5", {"thinking": {"type": "disabled"}}, 'send "thinking": {"type": "between_tools"}'),
        ("claude-opus-5-5", {"thinking": {"type": "disabled"}}, '"thinking.type.disabled" is not supported for this'),
        ("claude-opus-5-5", {"thinking": {"type": "between_tools"}}, "is not supported for this model"),
        ("claude-sonnet-5", {"thinking": {"type": "enabled", "budget_tokens": 2_000}}, '"thinking.type.enabled" is not'),
        ("claude-haiku-4-5", {"thinking": {"type": "adaptive"}}, "adaptive thinking is not supported on this model"),
        ("claude-haiku-4-5", {"thinking": {"type": "enabled", "budget_tokens": 9}}, "greater than or equal to 1024"),
        ("claude-haiku-4-5", {"thinking": {"type": "enabled", "budget_tokens": 8_000}}, "`max_tokens` must be greater"),
        ("claude-sonnet-5", {"thinking": {"type": "sometimes"}}, "does not match any of the expected tags"),
        ("claude-haiku-4-5", {"output_config": {"effort": "low"}}, "does not support the effort parameter"),
        ("claude-sonnet-4-6", {"output_config": {"effort": "xhigh"}}, "does not support effort level 'xhigh'"),
        ("claude-opus-5", {"output_config": {"effort": "max"}, "thinking": {"type": "disabled"}}, "cannot be turned off"),
    ],
)  # fmt: skip
def test_a_way_of_thinking_that_the_model_does_not_know_is_refused(
    model: str, change: dict[str, Any], told: str
) -> None:
    got, message = refused(body("hi") | {"model": model} | change)
    assert (got, told in message) == (400, True), message


@pytest.mark.parametrize(
    ("model", "thinking", "display"),
    [
        ("claude-sonnet-5", None, "omitted"),
        ("claude-sonnet-5", {"type": "disabled"}, "none"),
        ("claude-sonnet-5", {"type": "adaptive", "display": "summarized"}, "summarized"),
        ("claude-sonnet-5-5", {"type": "between_tools"}, "none"),
        ("claude-opus-4-8", None, "none"),
        ("claude-opus-4-8", {"type": "adaptive"}, "summarized"),
    ],
)
def test_newer_models_think_unless_they_are_told_not_to(
    model: str, thinking: dict[str, Any] | None, display: str
) -> None:
    request = validation.parse(Request, orjson.dumps(body("hi") | {"thinking": thinking}), beta=False)
    assert thinking_of.display(request, models.find(model)) == display


def test_what_a_model_takes_is_told_in_the_list() -> None:
    told: Any = models.find("claude-sonnet-5-5").as_json()["capabilities"]
    assert {kind for kind, can in told["thinking"]["types"].items() if can["supported"]} == {
        "adaptive",
        "between_tools",
    }
    assert told["effort"]["supported"]
    assert told["effort"]["xhigh"]["supported"]


def test_models_are_found_by_id_and_alias() -> None:
    assert models.find("claude-haiku-4-5") is models.find("claude-haiku-4-5-20251001")
    assert {model.least_prefix for model in models.MODELS} == {512, 1_024, 2_048, 4_096}
    assert models.find("claude-opus-5").as_json()["created_at"] == "2026-07-24T00:00:00Z"
