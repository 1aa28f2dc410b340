"""What the cache tells of usage, over gRPC."""

from __future__ import annotations

from typing_extensions import override

from parley.cache.v1 import usage_pb2 as pb
from parley.cache.v1.usage_pb2_grpc import UsageServiceStub
from parley_gateway.clients.caches import Caches
from parley_gateway.clients.wire import moment
from parley_gateway.memory import Account, Quota, QuotaKind, Spent
from parley_gateway.model import Usage
from parley_gateway.ports import Accounts

KINDS: dict[pb.QuotaKind.ValueType, QuotaKind] = {
    pb.QUOTA_KIND_MESSAGES: QuotaKind.MESSAGES,
    pb.QUOTA_KIND_TOKENS_DAY: QuotaKind.TOKENS_DAY,
    pb.QUOTA_KIND_TOKENS_MONTH: QuotaKind.TOKENS_MONTH,
    pb.QUOTA_KIND_COST_DAY: QuotaKind.COST_DAY,
    pb.QUOTA_KIND_COST_MONTH: QuotaKind.COST_MONTH,
}


class AccountClient(Accounts):
    """Asks the caches."""

    def __init__(self, caches: Caches) -> None:
        self._caches = caches

    @override
    async def of_member(self, user_id: str) -> Account:
        return await self._ask(user_id, pb.GetUsageRequest(user_id=user_id))

    @override
    async def of_guild(self, guild_id: str) -> Account:
        return await self._ask(guild_id, pb.GetUsageRequest(guild_id=guild_id))

    async def _ask(self, key: str, asked: pb.GetUsageRequest) -> Account:
        found = await self._caches.ask(key, lambda channel: UsageServiceStub(channel).GetUsage(asked))
        quotas = tuple(_quota(quota) for quota in found.quotas if quota.kind in KINDS)
        return Account(_spent(found.day), _spent(found.month), quotas)


def _quota(quota: pb.Quota) -> Quota:
    free_at = moment(quota.free_at) if quota.HasField("free_at") else None
    return Quota(KINDS[quota.kind], quota.limit, quota.period.ToTimedelta(), quota.left, free_at)


def _spent(spent: pb.Spent) -> Spent:
    used = spent.usage
    return Spent(
        moment(spent.since) if spent.HasField("since") else None,
        spent.messages,
        spent.answers,
        Usage(
            used.input_tokens,
            used.output_tokens,
            used.cache_read_tokens,
            used.cache_write_tokens,
            spent.cost_micro_usd,
        ),
    )
