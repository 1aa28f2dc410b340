"""`/usage`: what was used, and what is left."""

from __future__ import annotations

from dataclasses import dataclass

from parley_gateway.commands import private
from parley_gateway.interactions import Command
from parley_gateway.memory import Account, Quota, QuotaKind, Spent
from parley_gateway.panels import Panel
from parley_gateway.ports import Accounts, Responses
from parley_gateway.texts import Key, Texts

MILLION = 1_000_000
LEFT = {
    QuotaKind.MESSAGES: Key.TOLD_LEFT_MESSAGES,
    QuotaKind.TOKENS_DAY: Key.TOLD_LEFT_TOKENS,
    QuotaKind.TOKENS_MONTH: Key.TOLD_LEFT_TOKENS,
    QuotaKind.COST_DAY: Key.TOLD_LEFT_COST,
    QuotaKind.COST_MONTH: Key.TOLD_LEFT_COST,
}
MONEY = frozenset({QuotaKind.COST_DAY, QuotaKind.COST_MONTH})


@dataclass(frozen=True, slots=True)
class Accounting:
    """Shows the member's account; the guild's too to those who may manage it."""

    responses: Responses
    accounts: Accounts

    async def take(self, command: Command) -> None:
        """Show it to the member alone."""

        async def work() -> Panel:
            texts = Texts(command.locale)
            lines = account_lines(Key.TOLD_USAGE_HEAD, await self.accounts.of_member(command.user_id), texts)
            if command.guild_id and command.may_manage_guild:
                lines += account_lines(Key.TOLD_USAGE_GUILD, await self.accounts.of_guild(command.guild_id), texts)
            return Panel("\n".join(lines))

        await private.answer(self.responses, command, work)


def account_lines(head: Key, account: Account, texts: Texts) -> list[str]:
    """Return an account, line by line."""
    return [
        texts.render(head),
        _spent(Key.TOLD_USAGE_DAY, account.day, texts),
        _spent(Key.TOLD_USAGE_MONTH, account.month, texts),
        *(_left(quota, texts) for quota in account.quotas),
    ]


def _spent(key: Key, spent: Spent, texts: Texts) -> str:
    usage = spent.usage
    tokens = usage.input_tokens + usage.output_tokens + usage.cache_read_tokens + usage.cache_write_tokens
    return texts.render(key, messages=spent.messages, tokens=f"{tokens:,}", cost=_dollars(usage.cost))


def _left(quota: Quota, texts: Texts) -> str:
    def amount(value: int) -> str:
        return _dollars(value) if quota.kind in MONEY else f"{value:,}"

    text = texts.render(LEFT[quota.kind], left=amount(quota.left), limit=amount(quota.limit))
    if quota.free_at is None:
        return text
    return f"{text} {texts.render(Key.TOLD_LEFT_AGAIN, again=quota.free_at)}"


def _dollars(millionths: int) -> str:
    return f"{millionths / MILLION:,.2f}"
