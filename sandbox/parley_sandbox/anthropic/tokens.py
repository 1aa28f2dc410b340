"""Token counts, estimated the same way every time: about 4 bytes of UTF-8 are a token, a piece of reply is one."""

import re
from collections.abc import Mapping
from typing import Any

import orjson

BYTES_A_TOKEN = 4
IMAGE_TOKENS = 1_600
"""What a picture of 1.15 megapixels costs (width x height / 750), the largest that is not scaled down."""

_PIECE = re.compile(r"\s*(?:[぀-ヿ㐀-鿿ｦ-ﾟ]{1,2}|\w{1,7}|[^\w\s])|\s+$")


def estimate(text: str) -> int:
    """Return the tokens of a text, at least 1 for a text that is not empty."""
    return -(-len(text.encode()) // BYTES_A_TOKEN)


def estimate_block(block: Mapping[str, Any]) -> int:
    """Return the tokens of a content block, a tool or any other JSON value of the prompt."""
    if block.get("type") == "text":
        return estimate(block["text"])
    if block.get("type") == "image":
        return IMAGE_TOKENS
    return -(-len(orjson.dumps(block)) // BYTES_A_TOKEN)


def pieces(text: str) -> tuple[str, ...]:
    """Cut a reply into the texts of its deltas, a token each; joined they are the reply again."""
    return tuple(_PIECE.findall(text))
