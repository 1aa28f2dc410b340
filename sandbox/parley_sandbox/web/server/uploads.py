"""Bodies that may carry files: JSON alone, or multipart with the JSON in `payload` and any number of `file`."""

from typing import TypeVar

from aiohttp import BodyPartReader, web

from parley_sandbox.discord.people import File
from parley_sandbox.discord.validation import FILE_BYTES, FILES
from parley_sandbox.web.server.answers import Body, RefusedError, body_of

Asked = TypeVar("Asked", bound=Body)


async def sent(request: web.Request, kind: type[Asked]) -> tuple[Asked, list[File]]:
    """The body as a checked value, and its files."""
    if request.content_type != "multipart/form-data":
        return await body_of(request, kind), []
    payload, files = b"", list[File]()
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            raise RefusedError(400, "a file within a file")
        if part.name == "payload":
            payload = bytes(await part.read(decode=True))
        elif part.name == "file":
            files.append(await _file(part))
    if len(files) > FILES:
        raise RefusedError(413, f"at most {FILES} files")
    return kind.model_validate_json(payload), files


async def _file(part: BodyPartReader) -> File:
    content = bytearray()
    while chunk := await part.read_chunk():
        content += chunk
        if len(content) > FILE_BYTES:
            raise RefusedError(413, f"a file has at most {FILE_BYTES >> 20} MiB")
    name = part.filename or "unknown"
    kind = part.headers.get("Content-Type")
    return (name, bytes(content), kind) if kind else (name, bytes(content))
