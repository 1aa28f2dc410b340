"""The sandbox's HTTP interface, called."""

import io
import mimetypes
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp
import orjson

Json = dict[str, Any]


class UnreachableError(Exception):
    """No sandbox answers."""


class RefusedError(Exception):
    """The sandbox said no, with its sentence."""


class SandboxClient:
    """One sandbox at `url`."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None, connect=5))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def get(self, path: str, **query: str) -> Json:
        return orjson.loads(await self._call("GET", path, query))  # type: ignore[no-any-return] # the edge: JSON

    async def get_list(self, path: str, **query: str) -> list[Json]:
        return orjson.loads(await self._call("GET", path, query))  # type: ignore[no-any-return] # the edge: JSON

    async def get_or_nothing(self, path: str) -> Json:
        """The same where there may be nothing yet."""
        content = await self._call("GET", path, {})
        return orjson.loads(content) if content else {}

    async def text(self, path: str, **query: str) -> str:
        return (await self._call("GET", path, query)).decode()

    async def post(self, path: str, body: Json, files: Sequence[Path] = ()) -> Json:
        sent = _form(body, files) if files else body
        return orjson.loads(await self._call("POST", path, {}, sent))  # type: ignore[no-any-return] # the edge: JSON

    async def patch(self, path: str, body: Json) -> Json:
        return orjson.loads(await self._call("PATCH", path, {}, body))  # type: ignore[no-any-return] # the edge: JSON

    async def delete(self, path: str, **query: str) -> Json:
        return orjson.loads(await self._call("DELETE", path, query))  # type: ignore[no-any-return] # the edge: JSON

    async def events(self, person: str, after: str) -> AsyncIterator[tuple[str, Json]]:
        """Kind and content of what happens after that place, for ever."""
        query = {"person": person, "after": after}
        try:
            async with self._open("GET", "/api/events", query) as response:
                kind = ""
                async for line in response.content:
                    if line.startswith(b"event: "):
                        kind = line[7:].strip().decode()
                    elif line.startswith(b"data: "):
                        yield kind, orjson.loads(line[6:])
        except aiohttp.ClientError as error:
            raise UnreachableError(f"the sandbox at {self._url} went away") from error

    async def _call(
        self, method: str, path: str, query: Mapping[str, str], body: Json | aiohttp.FormData | None = None
    ) -> bytes:
        try:
            async with self._open(method, path, query, body) as response:
                content = await response.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise UnreachableError(f"no sandbox answers at {self._url}; `make run` starts one") from error
        if response.status >= 400:  # noqa: PLR2004 - where HTTP's errors begin
            raise RefusedError(_sentence(content, response.status))
        return content

    def _open(
        self, method: str, path: str, query: Mapping[str, str], body: Json | aiohttp.FormData | None = None
    ) -> "aiohttp.client._RequestContextManager":
        if self._session is None:
            raise RuntimeError("the client is not entered")
        how = {"data": body} if isinstance(body, aiohttp.FormData) else {"json": body}
        return self._session.request(method, self._url + path, params=query, **how)


def _form(body: Json, files: Sequence[Path]) -> aiohttp.FormData:
    """Multipart: the JSON, and the files of this machine."""
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("payload", orjson.dumps(body).decode(), content_type="application/json")
    for file in files:
        form.add_field("file", io.BytesIO(file.read_bytes()), filename=file.name, content_type=_kind_of(file))
    return form


def _kind_of(file: Path) -> str:
    return mimetypes.guess_type(file.name)[0] or "application/octet-stream"


def _sentence(content: bytes, status: int) -> str:
    try:
        return str(orjson.loads(content)["error"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return f"the sandbox answered {status}"
