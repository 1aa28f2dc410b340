"""UsageService on the wire."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import grpc
from typing_extensions import override

from parley.cache.v1 import usage_pb2 as pb
from parley.cache.v1 import usage_pb2_grpc
from parley_cache import metering
from parley_cache.metering import Left
from parley_cache.quotas import Kind, Spent
from parley_cache.service import subjects, writing
from parley_cache.store.port import Store

KINDS: dict[Kind, pb.QuotaKind.ValueType] = {
    Kind.MESSAGES: pb.QUOTA_KIND_MESSAGES,
    Kind.TOKENS_DAY: pb.QUOTA_KIND_TOKENS_DAY,
    Kind.TOKENS_MONTH: pb.QUOTA_KIND_TOKENS_MONTH,
    Kind.COST_DAY: pb.QUOTA_KIND_COST_DAY,
    Kind.COST_MONTH: pb.QUOTA_KIND_COST_MONTH,
}


class UsageServicer(usage_pb2_grpc.UsageServiceServicer):
    """What members and guilds used."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @override
    async def GetUsage(
        self, request: pb.GetUsageRequest, context: grpc.aio.ServicerContext[pb.GetUsageRequest, Any]
    ) -> pb.GetUsageResponse:
        subject = subjects.read("", request)
        used = await self._store.apply("get_usage", lambda tables: metering.used(tables, subject))
        return pb.GetUsageResponse(
            day=_spent(used.account.day, used.now),
            month=_spent(used.account.month, used.now),
            quotas=[_quota(left) for left in used.left],
        )


def _spent(spent: Spent, now: float) -> pb.Spent:
    return pb.Spent(
        since=writing.time_in(spent.since - now) if spent.messages or spent.answers else None,
        messages=spent.messages,
        answers=spent.answers,
        usage=writing.usage(spent.usage),
        cost_micro_usd=spent.cost,
    )


def _quota(left: Left) -> pb.Quota:
    return pb.Quota(
        kind=KINDS[left.kind],
        limit=left.rate.amount,
        period=writing.duration(timedelta(seconds=left.rate.period)),
        left=left.left,
        free_at=writing.time_in(left.free_in) if left.free_in else None,
    )
