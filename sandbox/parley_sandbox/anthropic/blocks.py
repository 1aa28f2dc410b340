"""A prompt as the row of blocks that the prompt cache sees: tools, system, messages."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import orjson

from .prompt_cache import Block
from .tokens import estimate_block
from .wire import Message, Prompt

MESSAGE_TOKENS = 3
"""What the frame of a message costs beside its text."""


def prompt_blocks(prompt: Prompt) -> list[Block]:
    """Return the blocks in the order in which Claude reads them, breakpoints marked.

    Thinking and tool choice belong to the messages: to change them leaves tools and system cached.
    """
    found = [_block("tool", tool) for tool in prompt.tools]
    found += [_block("system", each.model_dump(exclude_none=True)) for each in prompt.system]
    mode = orjson.dumps([prompt.thinking, prompt.tool_choice], option=orjson.OPT_SORT_KEYS).decode()
    for message in prompt.messages:
        found += _message_blocks(mode, message)
    if prompt.cache_control and found and found[-1].ttl is None:
        found[-1] = replace(found[-1], ttl=prompt.cache_control.ttl)
    return found


def _message_blocks(mode: str, message: Message) -> Iterator[Block]:
    for at, content in enumerate(message.content):
        block = _block(f"{message.role}/{at}/{mode}", content.model_dump(exclude_none=True))
        yield replace(block, tokens=block.tokens + (MESSAGE_TOKENS if at == 0 else 0))


def _block(place: str, value: dict[str, Any]) -> Block:
    content = {key: each for key, each in value.items() if key != "cache_control"}
    control = value.get("cache_control") or {}
    rendered = orjson.dumps([place, content], option=orjson.OPT_SORT_KEYS)
    return Block(rendered, estimate_block(content), control.get("ttl", "5m") if control else None)
