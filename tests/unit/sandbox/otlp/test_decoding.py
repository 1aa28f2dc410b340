import json
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue, KeyValueList
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1 import trace_pb2

from parley_sandbox.otlp.decoding import Decoded, from_json, from_protobuf

TRACE_ID = bytes(range(16))
SPAN_ID = bytes(range(8))


def value(**kind: Any) -> AnyValue:
    return AnyValue(**kind)


def encoded(*spans: trace_pb2.Span, service: str | None = "gateway") -> bytes:
    attributes = [KeyValue(key="service.name", value=value(string_value=service))] if service else []
    scope = trace_pb2.ScopeSpans(spans=spans)
    group = trace_pb2.ResourceSpans(resource=Resource(attributes=attributes), scope_spans=[scope])
    return ExportTraceServiceRequest(resource_spans=[group]).SerializeToString()


def wire(**fields: Any) -> trace_pb2.Span:
    usual: dict[str, Any] = {"trace_id": TRACE_ID, "span_id": SPAN_ID, "name": "work"}
    return trace_pb2.Span(**(usual | fields))


def test_a_span_keeps_everything_it_carries() -> None:
    sent = wire(
        parent_span_id=b"parent00",
        kind=trace_pb2.Span.SPAN_KIND_SERVER,
        start_time_unix_nano=5,
        end_time_unix_nano=9,
        attributes=[
            KeyValue(key="text", value=value(string_value="x")),
            KeyValue(key="yes", value=value(bool_value=False)),
            KeyValue(key="whole", value=value(int_value=0)),
            KeyValue(key="half", value=value(double_value=0.5)),
            KeyValue(
                key="many", value=value(array_value=ArrayValue(values=[value(int_value=1), value(string_value="2")]))
            ),
            KeyValue(
                key="tree", value=value(kvlist_value=KeyValueList(values=[KeyValue(key="a", value=value(int_value=1))]))
            ),
            KeyValue(key="raw", value=value(bytes_value=b"\x00\xff")),
            KeyValue(key="nothing"),
        ],
        events=[trace_pb2.Span.Event(name="first text", time_unix_nano=7)],
        links=[trace_pb2.Span.Link(trace_id=TRACE_ID[::-1], span_id=SPAN_ID[::-1])],
        status=trace_pb2.Status(code=trace_pb2.Status.STATUS_CODE_ERROR, message="overloaded"),
    )
    (span,) = from_protobuf(encoded(sent)).spans
    assert (span.trace_id, span.span_id, span.parent_id) == (TRACE_ID.hex(), SPAN_ID.hex(), b"parent00".hex())
    assert (span.name, span.kind, span.service, span.start, span.end, span.duration) == (
        "work",
        "server",
        "gateway",
        5,
        9,
        4,
    )
    assert span.attributes == {
        "text": "x", "yes": False, "whole": 0, "half": 0.5, "many": [1, "2"], "tree": {"a": 1}, "raw": "AP8=", "nothing": None,
    }  # fmt: skip
    assert [(event.name, event.at) for event in span.events] == [("first text", 7)]
    assert [(link.trace_id, link.span_id) for link in span.links] == [(TRACE_ID[::-1].hex(), SPAN_ID[::-1].hex())]
    assert (span.status, span.status_message) == ("error", "overloaded")


def test_a_service_that_does_not_say_its_name_is_unknown() -> None:
    assert from_protobuf(encoded(wire(), service=None)).spans[0].service == "unknown_service"


@pytest.mark.parametrize(
    "fields",
    [
        {"trace_id": b""},
        {"trace_id": b"short"},
        {"trace_id": bytes(16)},
        {"span_id": bytes(8)},
        {"parent_span_id": b"odd"},
    ],
)
def test_a_span_whose_ids_are_none_is_counted_and_the_others_are_kept(fields: dict[str, bytes]) -> None:
    decoded = from_protobuf(encoded(wire(), wire(**fields)))
    assert (len(decoded.spans), decoded.rejected) == (1, 1)


def test_an_empty_request_is_in_order() -> None:
    assert from_protobuf(b"") == Decoded((), 0)


@pytest.mark.parametrize("body", [b"\xff\xff", encoded(wire())[:-3]])
def test_bytes_that_are_no_request_are_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match="not an ExportTraceServiceRequest"):
        from_protobuf(body)


def sent_as_json(span: dict[str, Any]) -> bytes:
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "claude-code"}}]}
    return json.dumps({"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": [span]}]}]}).encode()


def test_json_has_its_ids_in_hexadecimal() -> None:
    (span,) = from_json(
        sent_as_json(
            {
                "traceId": TRACE_ID.hex(),
                "spanId": SPAN_ID.hex().upper(),
                "parentSpanId": "",
                "name": "chat",
                "kind": 3,
                "startTimeUnixNano": "5",
                "endTimeUnixNano": 9,
                "status": {"code": 1},
                "links": [{"traceId": TRACE_ID.hex(), "spanId": SPAN_ID.hex()}],
                "somethingNew": True,
            }
        )
    ).spans
    assert (span.trace_id, span.span_id, span.parent_id, span.kind) == (TRACE_ID.hex(), SPAN_ID.hex(), "", "client")
    assert (span.service, span.start, span.end, span.status) == ("claude-code", 5, 9, "ok")
    assert span.links[0].span_id == SPAN_ID.hex()


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b'{"a":' * 1_000 + b"1" + b"}" * 1_000,
        b'"x"',
        b'{"resourceSpans": 5}',
        sent_as_json({"traceId": "xyz"}),
        sent_as_json({"traceId": 5}),
    ],
)
def test_json_that_is_no_request_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match="not an ExportTraceServiceRequest"):
        from_json(body)
