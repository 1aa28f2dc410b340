"""GatewayService on the wire."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import grpc
from typing_extensions import override

from parley.gateway.v1 import gateway_pb2 as pb
from parley.gateway.v1.gateway_pb2_grpc import GatewayServiceServicer
from parley_gateway.board import Board
from parley_gateway.clients.wire import timestamp
from parley_gateway.model import Stage, TurnView
from parley_kit.faults import Unavailable

STAGES = {
    Stage.CLAIMING: pb.TURN_STATE_WAITING,
    Stage.QUEUED: pb.TURN_STATE_QUEUED,
    Stage.WAITING: pb.TURN_STATE_WAITING,
    Stage.ANSWERING: pb.TURN_STATE_ANSWERING,
    Stage.ENDED: pb.TURN_STATE_ENDED,
}


class GatewayServicer(GatewayServiceServicer):
    """Tells what the gateway does; changes nothing."""

    def __init__(
        self,
        instance: str,
        board: Board,
        *,
        draining: Callable[[], bool],
        shards: Callable[[], Mapping[int, bool]],
        peers: Callable[[], Mapping[str, bool]],
        turns: Callable[[], int],
    ) -> None:
        self._instance, self._board = instance, board
        self._draining, self._shards, self._peers, self._turns = draining, shards, peers, turns

    @override
    async def GetStatus(
        self, request: pb.GetStatusRequest, context: grpc.aio.ServicerContext[Any, Any]
    ) -> pb.GetStatusResponse:
        return pb.GetStatusResponse(
            instance=self._instance,
            draining=self._draining(),
            shards=[pb.Shard(id=number, ready=ready) for number, ready in self._shards().items()],
            peers=[pb.Peer(service=name, reachable=reachable) for name, reachable in self._peers().items()],
            turns=self._turns(),
        )

    @override
    async def WatchTurns(
        self, request: pb.WatchTurnsRequest, context: grpc.aio.ServicerContext[Any, Any]
    ) -> AsyncIterator[pb.WatchTurnsResponse]:
        async for view in self._board.watch():
            yield pb.WatchTurnsResponse(turn=turn_of(view))
        raise Unavailable("DRAINING", "This gateway is about to end; watch another one.")


def turn_of(view: TurnView) -> pb.Turn:
    """Return a turn for the wire."""
    turn = pb.Turn(
        turn_id=view.turn_id,
        channel_id=view.channel_id,
        trace_id=view.trace_id,
        state=STAGES[view.stage],
        source=view.source,
        outcome=view.outcome,
        reason=view.reason,
        message_ids=view.message_ids,
        executor=view.executor,
        asked_at=timestamp(view.asked_at),
        accepted_at=timestamp(view.accepted_at),
    )
    if view.first_text_at is not None:
        turn.first_text_at.CopyFrom(timestamp(view.first_text_at))
    if view.ended_at is not None:
        turn.ended_at.CopyFrom(timestamp(view.ended_at))
    return turn
