"""The official SDK as the referee: whatever Claude's API says, our engine hears what the SDK hears.

Each answer of the loopback Claude is kept byte for byte and said again to both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import anthropic
import httpx2
import orjson
import pytest
from anthropic.types.message_create_params import MessageCreateParamsStreaming
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from support.conversations import ask, run, said, text_of, within
from support.engines import messages_api
from support.recordings import Recording, Replay, record

from parley_executor.engines.messages_body import encode
from parley_executor.engines.messages_models import read
from parley_executor.engines.messages_reply import Reply
from parley_executor.engines.port import EngineError, EngineEvent, Finished, Started
from parley_executor.model import Document, Effort, Image, Message, ModelCard, Role, Text, Usage
from parley_executor.reasons import Reason
from parley_sandbox.anthropic import LoopbackClaude, Pace, models

PIECES = [5, 65_536]
"""In pieces that cut lines, JSON and characters, and all at once."""

SILENCE = 1.5
"""How long both wait for a Claude that has fallen silent, in seconds."""


@dataclass
class Heard:
    """What came of an answer. status: of HTTP, or what an error event stands for."""

    response_id: str = ""
    model: str = ""
    text: str = ""
    stop_reason: str | None = None
    usage: Usage = field(default_factory=Usage)
    whole: bool = False
    failure: str = ""
    status: int | None = None


STATUS_OF_TYPE = {"overloaded_error": 529}


async def by_the_sdk(base_url: str, limit: float) -> Heard:
    heard, counts = Heard(), dict[str, int]()
    async with anthropic.AsyncAnthropic(
        api_key="sk-ant-loopback", base_url=base_url, max_retries=0, timeout=limit
    ) as client:
        try:
            messages: Any = [{"role": "user", "content": "again"}]
            async for event in await client.messages.create(
                model="claude-opus-4-8", max_tokens=1024, messages=messages, stream=True
            ):
                hear(heard, counts, event)
        except (anthropic.APIError, httpx2.TransportError, orjson.JSONDecodeError, ValueError) as error:
            heard.failure = type(error).__name__
            heard.status = status_of(error)
    heard.usage = Usage(
        counts.get("input_tokens", 0),
        counts.get("output_tokens", 0),
        counts.get("cache_read_input_tokens", 0),
        counts.get("cache_creation_input_tokens", 0),
    )
    return heard


def hear(heard: Heard, counts: dict[str, int], event: anthropic.types.RawMessageStreamEvent) -> None:
    match event.type:
        case "message_start":
            heard.response_id, heard.model = event.message.id, event.message.model
            counts |= event.message.usage.model_dump(exclude_none=True)
        case "content_block_delta" if event.delta.type == "text_delta":
            heard.text += event.delta.text
        case "message_delta":
            heard.stop_reason = event.delta.stop_reason
            counts |= event.usage.model_dump(exclude_none=True)
        case "message_stop":
            heard.whole = True


def status_of(error: Exception) -> int | None:
    """The SDK gives an error event the status 200 of the stream; its type says more."""
    if not isinstance(error, anthropic.APIStatusError):
        return None
    return error.status_code if error.status_code != 200 else STATUS_OF_TYPE[str(error.type)]


async def by_us(base_url: str, limit: float) -> Heard:
    engine = messages_api(base_url, headers_limit=limit)
    await engine.start()
    events, error = await run(engine, ask("again"), within(first_text=limit, gap=limit))
    await engine.close(0.1)
    return told(events, error)


def told(events: list[EngineEvent], error: EngineError | None) -> Heard:
    heard = Heard(text=text_of(events))
    for event in events:
        match event:
            case Started(model, response_id):
                heard.model, heard.response_id = model, response_id
            case Finished(stop_reason, usage):
                heard.stop_reason, heard.usage, heard.whole = stop_reason, usage, True
    if error is not None:
        heard.failure, heard.status = error.reason.value, error.upstream_status
    return heard


def asking(question: str, **more: Any) -> dict[str, Any]:
    messages = [{"role": "user", "content": question}]
    return {"model": "claude-opus-4-8", "max_tokens": 1024, "stream": True, "messages": messages} | more


@pytest.fixture
async def claude() -> LoopbackClaude:
    return LoopbackClaude(pace=Pace(ttft=0, tps=0))


async def both(recording: Recording, piece: int) -> tuple[Heard, Heard]:
    limit = SILENCE if recording.end == "silent" else 10.0
    async with Replay(recording, piece).serve() as base_url:
        return await by_us(base_url, limit), await by_the_sdk(base_url, limit)


SYSTEM = [{"type": "text", "text": "You are Parley. " * 2_000, "cache_control": {"type": "ephemeral"}}]
ADAPTIVE = {"type": "adaptive"}
WHOLE: dict[str, dict[str, Any]] = {
    "plain": asking("hello [[tokens=40]]"),
    "one token": asking("hello [[tokens=1]]"),
    "long": asking("hello [[text=words:500]]", max_tokens=8_000),
    "code": asking("hello [[text=fence]]"),
    "table": asking("hello [[text=table]]"),
    "Japanese": asking("富士山について教えて"),
    "of many bytes": asking("hello [[exact='é 日本語 😀 👩‍👩‍👧 \u2028 \u0085 end']]"),
    "line ends": asking("hello [[exact='a\r\nb\rc\n\nd: e\ndata: f\n\nevent: g']]"),
    "prompt cache": asking("hello [[tokens=5]]", system=SYSTEM),
    "thought over": asking("hello [[thinking=20 tokens=5]]", thinking=ADAPTIVE),
    "thought over unseen": asking("hello [[thinking=20 tokens=5]]", thinking=ADAPTIVE | {"display": "omitted"}),
    "nothing but thought": asking("hello [[thinking=50]]", thinking=ADAPTIVE, max_tokens=20),
    "cut by length": asking("hello [[tokens=40]]", max_tokens=7),
    **{
        f"stop {reason}": asking(f"hello [[tokens=9 stop={reason}]]")
        for reason in ("stop_sequence", "refusal", "pause_turn", "model_context_window_exceeded")
    },
}


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize("name", WHOLE)
async def test_a_whole_reply_is_heard_alike(claude: LoopbackClaude, base_url: str, name: str, piece: int) -> None:
    recording = await record(base_url, WHOLE[name])
    assert recording.end == "whole"
    ours, theirs = await both(recording, piece)
    assert ours == theirs
    assert ours.whole
    assert ours.text == claude.requests[-1].text


FAILURES: dict[str, tuple[Reason, str]] = {
    "error=400": (Reason.INVALID_REQUEST, "BadRequestError"),
    "error=401": (Reason.UPSTREAM_AUTH, "AuthenticationError"),
    "error=402": (Reason.BILLING, "PaymentRequiredError"),
    "error=403": (Reason.UPSTREAM_AUTH, "PermissionDeniedError"),
    "error=404": (Reason.MODEL_NOT_FOUND, "NotFoundError"),
    "error=408": (Reason.UPSTREAM_5XX, "RequestTimeoutError"),
    "error=413": (Reason.PROMPT_TOO_LONG, "ContentTooLargeError"),
    "error=429": (Reason.RATE_LIMITED, "RateLimitError"),
    "error=500": (Reason.UPSTREAM_5XX, "InternalServerError"),
    "error=529": (Reason.OVERLOADED, "OverloadedError"),
    "cut=headers": (Reason.CONNECT, "APIConnectionError"),
    "cut=0": (Reason.CONNECT, "RemoteProtocolError"),
    "cut=3": (Reason.STREAM_BROKEN, "RemoteProtocolError"),
    "bad=0": (Reason.PROTOCOL, "JSONDecodeError"),
    "bad=3": (Reason.STREAM_BROKEN, "JSONDecodeError"),
    "sse_error=0": (Reason.OVERLOADED, "APIStatusError"),
    "sse_error=3": (Reason.STREAM_BROKEN, "APIStatusError"),
    "stall=0": (Reason.TIMED_OUT, "ReadTimeout"),
    "stall=3": (Reason.TIMED_OUT, "ReadTimeout"),
}
"""What we and what the SDK call each way to fail; ours tells whether text had come, the SDK's does not."""


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize("directive", FAILURES)
async def test_a_reply_that_fails_for_the_sdk_fails_for_us_at_the_same_place(
    base_url: str, directive: str, piece: int
) -> None:
    kind, _, after = directive.partition("=")
    silent_after = int(after) if kind == "stall" else None
    recording = await record(base_url, asking(f"hello [[tokens=40 {directive}]]"), silent_after=silent_after)
    ours, theirs = await both(recording, piece)
    assert not ours.whole
    assert not theirs.whole
    assert (ours.failure, theirs.failure) == (FAILURES[directive][0].value, FAILURES[directive][1])
    assert (ours.text, ours.status, ours.response_id) == (theirs.text, theirs.status, theirs.response_id)


@pytest.mark.parametrize("after", [0, 3])
async def test_a_reply_that_begins_again_fails_for_us_alone(base_url: str, after: int) -> None:
    """The SDK hands both beginnings on and leaves it to its reader; what we stream to a member cannot be unsaid."""
    recording = await record(base_url, asking(f"hello [[tokens=40 restart={after}]]"))
    ours, theirs = await both(recording, 65_536)
    assert (theirs.whole, theirs.failure) == (True, "")
    assert ours.failure == (Reason.STREAM_BROKEN if after else Reason.PROTOCOL).value
    assert theirs.text.startswith(ours.text)


async def test_a_reply_that_ends_before_its_last_event_fails_for_us_alone(base_url: str) -> None:
    """To the SDK an end of the bytes is an end of the events; a member would take half an answer for a whole one."""
    recording = await record(base_url, asking("hello [[tokens=40]]"))
    head, _, _ = recording.raw.partition(b"\r\n\r\n")
    body = recording.body.partition(b"event: message_delta")[0]
    short = Recording(head + b"\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(body), body), "whole")
    ours, theirs = await both(short, 65_536)
    assert (theirs.whole, theirs.failure, theirs.stop_reason) == (False, "", None)
    assert ours.failure == Reason.STREAM_BROKEN.value
    assert ours.text == theirs.text


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(cuts=st.lists(st.integers(1, 400), min_size=1, max_size=40), name=st.sampled_from(["Japanese", "of many bytes"]))
async def test_where_the_bytes_are_cut_makes_no_difference(base_url: str, cuts: list[int], name: str) -> None:
    body = (await record(base_url, WHOLE[name])).body
    cut, whole = Reply(), Reply()
    got: list[EngineEvent] = []
    at = 0
    for size in cuts:
        got += cut.feed(body[at : at + size])
        at += size
    got += cut.feed(body[at:])
    assert got == list(whole.feed(body))
    assert cut.finished


FORM: TypeAdapter[Any] = TypeAdapter(MessageCreateParamsStreaming)
CARDS = read(orjson.dumps({"data": [model.as_json() for model in models.MODELS]}))


def consume(value: Any) -> Any:
    """Read what the SDK declares as iterable; pydantic looks at its elements only then."""
    if isinstance(value, Mapping):
        return {key: consume(each) for key, each in value.items()}
    return list(map(consume, value)) if isinstance(value, Iterable) and not isinstance(value, str) else value


@pytest.mark.parametrize("effort", Effort)
@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.id)
def test_what_we_ask_is_of_the_form_that_the_sdk_asks_in(card: ModelCard, effort: Effort) -> None:
    pdf, code = Document("application/pdf", b"%PDF-1.7", "a.pdf"), Document("text/x-python", b"print()", "a.py")
    parts = (Image("image/png", b"\x89PNG"), pdf, code, Text("what is this?"))
    messages = (*said("one", "two"), Message(Role.USER, parts))
    asked = orjson.loads(encode(ask(model=card.id, effort=effort, system=("who",), messages=messages), card))
    assert consume(FORM.validate_python(asked)) == asked, "all of it is known"


def test_a_block_of_another_form_is_not_taken() -> None:
    asked = asking("hello")
    asked["messages"][0]["content"] = [{"type": "document", "source": {"type": "text", "media_type": "text/x-python"}}]
    with pytest.raises(ValidationError):
        consume(FORM.validate_python(asked))
