"""The wire of the OTLP receiver."""

import orjson
from aiohttp import web
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from google.rpc.code_pb2 import INVALID_ARGUMENT
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTracePartialSuccess,
    ExportTraceServiceResponse,
)

from .decoding import Decoded, from_json, from_protobuf
from .forward import Export, Forward
from .store import TraceStore

PROTOBUF = "application/x-protobuf"
JSON = "application/json"
LARGEST = 64 << 20


def receiver(store: TraceStore, forward: Forward | None = None) -> web.Application:
    """Return the application that puts spans into the store, and passes them on."""

    async def export(request: web.Request) -> web.Response:
        try:
            body = await _body(request)
            decoded = _decode(request.content_type, body)
        except ValueError as error:
            return _answer(request, Status(code=INVALID_ARGUMENT, message=str(error)), 400)
        store.add(decoded.spans)
        if forward is not None:
            forward.take(Export(request.content_type, body))
        return _answer(request, _response(decoded), 200)

    app = web.Application(client_max_size=LARGEST)
    app.router.add_post("/v1/traces", export)
    return app


async def _body(request: web.Request) -> bytes:
    """Return the body; aiohttp has undone gzip, deflate, br or zstd on the way."""
    try:
        return await request.read()
    except web.RequestPayloadError as error:
        encoding = request.headers.get("content-encoding", "identity")
        raise ValueError(f"the body is not whole or not {encoding}") from error
    except web.HTTPRequestEntityTooLarge as error:
        raise ValueError(f"the body is larger than {LARGEST >> 20} MiB") from error


def _decode(content_type: str, body: bytes) -> Decoded:
    if content_type == PROTOBUF:
        return from_protobuf(body)
    if content_type == JSON:
        return from_json(body)
    raise ValueError(f"content-type {content_type} is neither {PROTOBUF} nor {JSON}")


def _response(decoded: Decoded) -> ExportTraceServiceResponse:
    if not decoded.rejected:
        return ExportTraceServiceResponse()
    message = "a trace id has 16 bytes and a span id 8, not all of them zero"
    return ExportTraceServiceResponse(
        partial_success=ExportTracePartialSuccess(rejected_spans=decoded.rejected, error_message=message)
    )


def _answer(request: web.Request, message: Message, status: int) -> web.Response:
    """Answer in the encoding of the question, as OTLP demands."""
    if request.content_type == JSON:
        return web.Response(body=orjson.dumps(MessageToDict(message)), status=status, content_type=JSON)
    return web.Response(body=message.SerializeToString(), status=status, content_type=PROTOBUF)
