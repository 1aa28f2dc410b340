"""Read a request's body: JSON, or multipart with `payload_json` and `files[n]`."""

from typing import Any

import orjson
from aiohttp import BodyPartReader, web

from parley_sandbox.discord.errors import ApiError, Code, refusal
from parley_sandbox.discord.validation import Upload

LARGEST = 110 << 20
"""Bytes of the largest body: ten files of the largest size and the JSON."""


async def read_body(request: web.Request) -> tuple[Any, dict[str, Upload]]:
    """Return the JSON and the files by the name of their part; `ApiError` for what cannot be read."""
    if request.content_type == "multipart/form-data":
        return await _read_parts(request)
    try:
        raw = await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise refusal(Code.TOO_LARGE) from None
    return (_parsed(raw) if raw else None), {}


async def _read_parts(request: web.Request) -> tuple[Any, dict[str, Upload]]:
    body: Any = {}
    uploads: dict[str, Upload] = {}
    size = 0
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            raise refusal(Code.INVALID_JSON)
        content = bytes(await part.read(decode=True))
        size += len(content)
        if size > LARGEST:
            raise refusal(Code.TOO_LARGE)
        if part.name == "payload_json":
            body = _parsed(content)
        elif part.name and part.name.startswith("files["):
            kind = part.headers.get("Content-Type", "application/octet-stream")
            uploads[part.name] = Upload(part.filename or "unknown", kind, content)
    return body, uploads


def _parsed(raw: bytes) -> Any:
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise refusal(Code.INVALID_JSON) from None


def unreadable(error: ApiError | ValueError) -> ApiError:
    """Return the refusal for a body that broke the reader."""
    return error if isinstance(error, ApiError) else refusal(Code.INVALID_JSON)
