"""Whose time a span is: one of the services, or the outside party that it waited for."""

from typing import Any, Final

from parley_sandbox.otlp import Span, Trace, as_json

SERVICES: Final = ("gateway", "cache", "executor", "monitor")
TURN: Final = "parley.turn.id"
"""The attribute that names the question's message."""
_CLIENT_OF: Final = {"gateway": "discord", "executor": "claude"}


def party_of(span: Span) -> str:
    """gateway, cache, executor, monitor, redis, discord, claude, or other."""
    attributes = span.attributes
    if attributes.get("db.system.name") or attributes.get("db.system"):
        return "redis"
    if "gen_ai.provider.name" in attributes or "gen_ai.operation.name" in attributes or span.name.startswith("chat "):
        return "claude"
    service = service_of(span)
    if span.name.startswith("discord ") or "discord" in str(attributes.get("server.address", "")):
        return "discord"
    if span.kind == "client" and "http.request.method" in attributes:
        return _CLIENT_OF.get(service, service)
    return service


def service_of(span: Span) -> str:
    """parley-gateway and gateway are the same one."""
    return next((service for service in SERVICES if service in span.service), "other")


def writes_to_discord(span: Span) -> str | None:
    """`create` or `edit` for a request that shows text to members, else None."""
    method = span.attributes.get("http.request.method")
    route = str(span.attributes.get("url.template") or span.attributes.get("http.route") or span.name)
    if party_of(span) != "discord" or "/messages" not in route or "reactions" in route:
        return None
    return {"POST": "create", "PATCH": "edit"}.get(str(method))


def trace_view(trace: Trace) -> dict[str, Any]:
    """The trace as the waterfall draws it: rows of the receiver, each with its party and what it wrote."""
    spans = {span.span_id: span for span in trace.spans}
    view = as_json(trace)
    for row in view["spans"]:
        row["party"] = party_of(spans[row["span_id"]])
        row["writes"] = writes_to_discord(spans[row["span_id"]])
    return view


def summary(trace: Trace) -> dict[str, Any]:
    """A line in the list of traces."""
    roots = [span for span in trace.spans if not span.parent_id]
    first = roots[0] if roots else trace.spans[0]
    return {
        "trace_id": trace.trace_id,
        "name": first.name,
        "turn": next((str(span.attributes[TURN]) for span in trace.spans if TURN in span.attributes), None),
        "start_ms": trace.start / 1e6,
        "duration_ms": (trace.end - trace.start) / 1e6,
        "parties": sorted({party_of(span) for span in trace.spans}),
        "spans": len(trace.spans),
        "errors": sum(span.status == "error" for span in trace.spans),
    }
