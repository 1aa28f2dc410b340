"""OTLP bytes to spans: protobuf and JSON."""

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from google.protobuf.json_format import ParseDict, ParseError
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1 import trace_pb2

from .model import Attribute, Attributes, Event, Kind, Link, Scalar, Span, Status

TRACE_ID_BYTES = 16
SPAN_ID_BYTES = 8
HEX_FIELDS = {"traceId", "trace_id", "spanId", "span_id", "parentSpanId", "parent_span_id"}

_KINDS: dict[int, Kind] = {
    trace_pb2.Span.SPAN_KIND_INTERNAL: "internal",
    trace_pb2.Span.SPAN_KIND_SERVER: "server",
    trace_pb2.Span.SPAN_KIND_CLIENT: "client",
    trace_pb2.Span.SPAN_KIND_PRODUCER: "producer",
    trace_pb2.Span.SPAN_KIND_CONSUMER: "consumer",
}
_STATUSES: dict[int, Status] = {
    trace_pb2.Status.STATUS_CODE_OK: "ok",
    trace_pb2.Status.STATUS_CODE_ERROR: "error",
}


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a request held: spans, and how many were not usable because their ids are not ids."""

    spans: tuple[Span, ...]
    rejected: int


def from_protobuf(body: bytes) -> Decoded:
    """Decode the binary form; ValueError says what is wrong with it."""
    try:
        return _decoded(ExportTraceServiceRequest.FromString(body))
    except DecodeError as error:
        raise ValueError("the body is not an ExportTraceServiceRequest in protobuf's binary form") from error


def from_json(body: bytes) -> Decoded:
    """Decode the JSON form, in which ids are hexadecimal; ValueError says what is wrong with it."""
    try:
        return _decoded(_parsed(orjson.loads(body)))
    except (orjson.JSONDecodeError, ParseError, binascii.Error, RecursionError) as error:
        raise ValueError(f"the body is not an ExportTraceServiceRequest in JSON: {error}") from error


def _parsed(content: Any) -> ExportTraceServiceRequest:
    if not isinstance(content, dict):
        raise ParseError("it is not an object")
    return ParseDict(_with_base64_ids(content), ExportTraceServiceRequest(), ignore_unknown_fields=True)


def _with_base64_ids(value: Any) -> Any:
    """OTLP writes ids in hex where protobuf's own JSON mapping wants base64."""
    if isinstance(value, list):
        return [_with_base64_ids(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {key: _base64(each) if key in HEX_FIELDS else _with_base64_ids(each) for key, each in value.items()}


def _base64(hexadecimal: Any) -> str:
    if not isinstance(hexadecimal, str):
        raise binascii.Error("an id must be a text of hexadecimal digits")
    return base64.b64encode(binascii.unhexlify(hexadecimal)).decode()


def _decoded(request: ExportTraceServiceRequest) -> Decoded:
    spans: list[Span] = []
    rejected = 0
    for group in request.resource_spans:
        resource = _attributes(group.resource.attributes)
        for wire in (span for scope in group.scope_spans for span in scope.spans):
            if _has_ids(wire):
                spans.append(_span(wire, resource))
            else:
                rejected += 1
    return Decoded(tuple(spans), rejected)


def _has_ids(wire: trace_pb2.Span) -> bool:
    sizes = len(wire.trace_id) == TRACE_ID_BYTES and len(wire.span_id) == SPAN_ID_BYTES
    return sizes and any(wire.trace_id) and any(wire.span_id) and len(wire.parent_span_id) in {0, SPAN_ID_BYTES}


def _span(wire: trace_pb2.Span, resource: Attributes) -> Span:
    return Span(
        trace_id=wire.trace_id.hex(),
        span_id=wire.span_id.hex(),
        parent_id=wire.parent_span_id.hex() if any(wire.parent_span_id) else "",
        name=wire.name,
        kind=_KINDS.get(wire.kind, "unspecified"),
        service=str(resource.get("service.name", "unknown_service")),
        start=wire.start_time_unix_nano,
        end=wire.end_time_unix_nano,
        attributes=_attributes(wire.attributes),
        resource=resource,
        events=tuple(Event(each.name, each.time_unix_nano, _attributes(each.attributes)) for each in wire.events),
        links=tuple(_link(each) for each in wire.links),
        status=_STATUSES.get(wire.status.code, "unset"),
        status_message=wire.status.message,
    )


def _link(wire: trace_pb2.Span.Link) -> Link:
    return Link(wire.trace_id.hex(), wire.span_id.hex(), _attributes(wire.attributes))


def _attributes(pairs: Iterable[KeyValue]) -> Mapping[str, Attribute]:
    return {pair.key: _value(pair.value) for pair in pairs}


def _value(value: AnyValue) -> Attribute:
    field = value.WhichOneof("value")
    if field == "array_value":
        return [_value(each) for each in value.array_value.values]
    if field == "kvlist_value":
        return {pair.key: _value(pair.value) for pair in value.kvlist_value.values}
    if field == "bytes_value":
        return base64.b64encode(value.bytes_value).decode()
    plain: Scalar = getattr(value, field) if field else None
    return plain
