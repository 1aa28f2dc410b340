"""An OTLP receiver that keeps the last traces, and pure views of a trace."""

from .critical import critical_path
from .model import Attributes, Backlink, Event, Link, Span, Trace
from .rendering import as_json, as_text
from .server import Address, serve_otlp
from .store import TraceStore
from .tree import Edge, Tree, edges, service_edges, tree

__all__ = [
    "Address",
    "Attributes",
    "Backlink",
    "Edge",
    "Event",
    "Link",
    "Span",
    "Trace",
    "TraceStore",
    "Tree",
    "as_json",
    "as_text",
    "critical_path",
    "edges",
    "serve_otlp",
    "service_edges",
    "tree",
]
