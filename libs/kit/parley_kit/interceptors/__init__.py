"""Our own gRPC instrumentation, in all four cardinalities and both styles.

The contrib interceptors lose cancellations, break `context.write` and cost half a call's CPU; the figures are
in docs/adr/0001. Each call gets a span, a sample of a duration histogram with its exemplar, and a place in the
in-flight gauge; cancellation and deadlines are recorded as what they are and passed on untouched.
"""

from parley_kit.interceptors.client import InstrumentedChannel
from parley_kit.interceptors.server import ServerInstrumentation

__all__ = ["InstrumentedChannel", "ServerInstrumentation"]
