"""What the gateways say about their turns."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Final

from google.protobuf.timestamp_pb2 import Timestamp

from parley.gateway.v1 import gateway_pb2, gateway_pb2_grpc
from parley_sandbox.web.server.watch import follow

KEPT: Final = 500
_ENDED: Final = "ended"


class Turns:
    """The last turns by the id of their question."""

    def __init__(self, kept: int = KEPT) -> None:
        self._turns: OrderedDict[str, dict[str, Any]] = OrderedDict()
        self._kept = kept
        self._tell: Callable[[dict[str, Any]], None] = _nobody

    def told_to(self, tell: Callable[[dict[str, Any]], None]) -> None:
        """Call `tell` with each turn that is new or changed."""
        self._tell = tell

    def newest_first(self) -> list[dict[str, Any]]:
        return list(reversed(self._turns.values()))

    def get(self, turn_id: str) -> dict[str, Any] | None:
        """A turn by its own id, or by the id of one of its reply's messages."""
        if turn_id in self._turns:
            return self._turns[turn_id]
        return next((turn for turn in self._turns.values() if turn_id in turn["message_ids"]), None)

    def take(self, turn: dict[str, Any]) -> None:
        """Keep what one gateway says; of two that speak of the same turn, the one that ended it is right."""
        known = self._turns.get(turn["turn_id"])
        if known == turn or (known is not None and known["state"] == _ENDED != turn["state"]):
            return
        self._turns[turn["turn_id"]] = turn
        while len(self._turns) > self._kept:
            self._turns.popitem(last=False)
        self._tell(turn)

    async def watch(self, gateway: str) -> None:
        """Follow one gateway at host:port, for ever."""
        await follow(
            gateway,
            lambda channel: gateway_pb2_grpc.GatewayServiceStub(channel).WatchTurns(gateway_pb2.WatchTurnsRequest()),
            lambda response: self.take(as_json(response.turn)),
            lambda: None,
        )


def as_json(turn: gateway_pb2.Turn) -> dict[str, Any]:
    """A turn for the page: times in ms since the epoch, what is unknown as null."""
    return {
        "turn_id": turn.turn_id,
        "channel_id": turn.channel_id,
        "trace_id": turn.trace_id or None,
        "state": gateway_pb2.TurnState.Name(turn.state).removeprefix("TURN_STATE_").lower(),
        "source": turn.source or None,
        "outcome": turn.outcome or None,
        "reason": turn.reason or None,
        "message_ids": list(turn.message_ids),
        "executor": turn.executor or None,
        "asked_at": _ms(turn, "asked_at"),
        "accepted_at": _ms(turn, "accepted_at"),
        "first_text_at": _ms(turn, "first_text_at"),
        "ended_at": _ms(turn, "ended_at"),
    }


def _ms(turn: gateway_pb2.Turn, field: str) -> float | None:
    if not turn.HasField(field):  # type: ignore[arg-type] # the stub lists the four names as literals
        return None
    at: Timestamp = getattr(turn, field)
    return at.ToNanoseconds() / 1e6


def _nobody(turn: dict[str, Any]) -> None:
    """Before the page listens."""
    del turn
