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
    QuotaKind.TOKENS_DAY: Key.TOLD_LEFT_TOKENS_DAY,
    QuotaKind.TOKENS_MONTH: Key.TOLD_LEFT_TOKENS_MONTH,
    QuotaKind.COST_DAY: Key.TOLD_LEFT_COST_DAY,
    QuotaKind.COST_MONTH: Key.TOLD_LEFT_COST_MONTH,
}
MEMBER = (Key.TOLD_USAGE_HEAD, Key.TOLD_USAGE_DAY, Key.TOLD_USAGE_MONTH)
GUILD = (Key.TOLD_USAGE_GUILD, Key.TOLD_USAGE_GUILD_DAY, Key.TOLD_USAGE_GUILD_MONTH)
"""An account's lines. A guild's questions are counted only where they are limited, so that its answers are told."""
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
            lines = account_lines(MEMBER, await self.accounts.of_member(command.user_id), texts)
            if command.guild_id and command.may_manage_guild:
                lines += account_lines(GUILD, await self.accounts.of_guild(command.guild_id), texts)
            return Panel("\n".join(lines))

        await private.answer(self.responses, command, work)


def account_lines(words: tuple[Key, Key, Key], account: Account, texts: Texts) -> list[str]:
    """Return an account, line by line. words: MEMBER or GUILD."""
    head, day, month = words
    return [
        texts.render(head),
        _spent(day, account.day, texts),
        _spent(month, account.month, texts),
        *(_left(quota, texts) for quota in account.quotas),
    ]


def _spent(key: Key, spent: Spent, texts: Texts) -> str:
    """Return what was used. Tokens are those that limits count: what Claude's prompt cache gave is not among them."""
    usage = spent.usage
    tokens = f"{usage.input_tokens + usage.cache_write_tokens + usage.output_tokens:,}"
    cost = _dollars(usage.cost)
    return texts.render(key, messages=spent.messages, answers=spent.answers, tokens=tokens, cost=cost)


def _left(quota: Quota, texts: Texts) -> str:
    def amount(value: int) -> str:
        return _dollars(value) if quota.kind in MONEY else f"{value:,}"

    text = texts.render(LEFT[quota.kind], left=amount(quota.left), limit=amount(quota.limit))
    if quota.free_at is None:
        return text
    return f"{text} {texts.render(Key.TOLD_LEFT_AGAIN, again=quota.free_at)}"


def _dollars(millionths: int) -> str:
    return f"{millionths / MILLION:,.2f}"
