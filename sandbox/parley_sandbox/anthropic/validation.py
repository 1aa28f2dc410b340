"""From bytes to a request that Claude would accept, or to the error that Anthropic would answer."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import orjson
from pydantic import ValidationError

from . import models, thinking
from .blocks import prompt_blocks
from .errors import ApiError
from .models import Model
from .prompt_cache import MOST_BREAKPOINTS, Block
from .wire import Message, Prompt, Request, TextBlock

VERSIONS = {"2023-01-01", "2023-06-01"}

Body = TypeVar("Body", bound=Prompt)


@dataclass(frozen=True, slots=True)
class Accepted:
    """What a sound prompt is for: its model, and its blocks as the prompt cache sees them."""

    model: Model
    blocks: Sequence[Block]


def check_headers(headers: Mapping[str, str]) -> None:
    """Demand a key and a version."""
    if not (headers.get("x-api-key") or headers.get("authorization", "").startswith("Bearer ")):
        raise ApiError(401, "x-api-key header is required")
    version = headers.get("anthropic-version")
    if version is None:
        raise ApiError(400, "anthropic-version: header is required")
    if version not in VERSIONS:
        raise ApiError(400, f'anthropic-version: "{version}" is not a valid version')


def parse(kind: type[Body], raw: bytes, *, beta: bool) -> Body:
    """Return the body as a value. With a beta header, fields that we do not know may be a beta's."""
    try:
        content = orjson.loads(raw)
        if not isinstance(content, dict):
            raise ApiError(400, "The request body must be a JSON object")
        body = kind.model_validate(content)
    except orjson.JSONDecodeError as error:
        raise ApiError(400, f"The request body is not valid JSON: {error}") from error
    except ValidationError as error:
        raise ApiError(400, _first(error)) from error
    if body.model_extra and not beta:
        raise ApiError(400, f"{next(iter(body.model_extra))}: Extra inputs are not permitted")
    return body


def check_prompt(prompt: Prompt) -> Accepted:
    """Demand what the types do not say of a prompt."""
    accepted = Accepted(models.find(prompt.model), prompt_blocks(prompt))
    for complaint in _complaints(prompt, accepted):
        raise ApiError(400, complaint)
    return accepted


def check_request(request: Request) -> Accepted:
    """Demand the same of a request to reply, and that its limits fit the model."""
    accepted = check_prompt(request)
    model = accepted.model
    if request.max_tokens > model.max_output:
        largest = f"which is the maximum allowed number of output tokens for {model.id}"
        raise ApiError(400, f"max_tokens: {request.max_tokens} > {model.max_output}, {largest}")
    if thinking.budget(request) >= request.max_tokens:
        raise ApiError(400, "`max_tokens` must be greater than `thinking.budget_tokens`.")
    if any(not sequence.strip() for sequence in request.stop_sequences):
        raise ApiError(400, "stop_sequences: each stop sequence must contain non-whitespace")
    return accepted


def _first(error: ValidationError) -> str:
    problem = error.errors(include_url=False, include_context=False, include_input=False)[0]
    return f"{'.'.join(str(step) for step in problem['loc'])}: {problem['msg']}"


def _complaints(prompt: Prompt, accepted: Accepted) -> Iterator[str]:
    """Yield what is wrong; the caller reports the first."""
    if not prompt.messages:
        yield "messages: at least one message is required"
        return
    if prompt.messages[0].role != "user":
        yield 'messages: first message must use the "user" role'
    for at, message in enumerate(prompt.messages):
        yield from _message_complaints(at, message)
    if prompt.messages[-1].role == "assistant":
        yield from _prefill_complaints(prompt.messages[-1], accepted.model)
    yield from thinking.complaints(prompt, accepted.model)
    yield from _cache_complaints(accepted.blocks)
    tokens = sum(block.tokens for block in accepted.blocks)
    if tokens > accepted.model.context:
        yield f"prompt is too long: {tokens} tokens > {accepted.model.context} maximum"


def _message_complaints(at: int, message: Message) -> Iterator[str]:
    if not message.content:
        yield f"messages.{at}: all messages must have non-empty content except for the optional final assistant message"
    for block in message.content:
        if isinstance(block, TextBlock) and not block.text:
            yield "messages: text content blocks must be non-empty"
        elif isinstance(block, TextBlock) and not block.text.strip():
            yield "messages: text content blocks must contain non-whitespace text"


def _prefill_complaints(last: Message, model: Model) -> Iterator[str]:
    if not model.prefill:
        yield "This model does not support assistant message prefill. The conversation must end with a user message."
    end = last.content[-1] if last.content else None
    if isinstance(end, TextBlock) and end.text != end.text.rstrip():
        yield "messages: final assistant content cannot end with trailing whitespace"


def _cache_complaints(blocks: Sequence[Block]) -> Iterator[str]:
    ttls = [block.ttl for block in blocks if block.ttl]
    if len(ttls) > MOST_BREAKPOINTS:
        most = f"A maximum of {MOST_BREAKPOINTS} blocks with cache_control may be provided."
        yield f"{most} Found {len(ttls)}."
    if ttls != sorted(ttls):  # "1h" sorts before "5m"
        yield "a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block"
