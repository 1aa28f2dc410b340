"""The page's server: a thin HTTP interface over the loopbacks, and one stream of events."""

from parley_sandbox.web.server.app import serve_page
from parley_sandbox.web.server.capacity import Capacity
from parley_sandbox.web.server.sandbox import Sandbox

__all__ = ["Capacity", "Sandbox", "serve_page"]
