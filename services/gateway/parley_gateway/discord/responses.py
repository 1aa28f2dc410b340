"""Answers to interactions, within the times that Discord sets."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import hikari
from typing_extensions import override

from parley_gateway.discord.calls import Calls
from parley_gateway.discord.errors import ACKNOWLEDGED
from parley_gateway.discord.mentions import INERT
from parley_gateway.discord.panels import fields_of, rows_of
from parley_gateway.discord.routes import CALLBACK, FOLLOW_UP, ORIGINAL
from parley_gateway.interactions import Completion, Interaction
from parley_gateway.messages import Gone
from parley_gateway.panels import Choice, Form, Panel
from parley_gateway.ports import Responses, RestWatch
from parley_kit.clock import Clock

TOO_LATE = timedelta(seconds=2.8)
"""Discord forgets an interaction that nobody has answered for 3 s; a first answer is not tried after this."""
ALARMING = timedelta(seconds=2.0)
"""A first answer that Discord took so late was nearly none; the aim is 1 s."""
SIBLINGS_SECONDS = 3.0
"""A sibling that was first has shown its answer by then, or is gone."""
MOST_CHOICES = 25
"""Discord's limit."""
_log = logging.getLogger(__name__)


class HikariResponses(Responses):
    """Responses through hikari's REST client. application_id: known when the bot is connected."""

    def __init__(
        self, rest: hikari.api.RESTClient, calls: Calls, clock: Clock, *, application_id: Callable[[], int]
    ) -> None:
        self._rest, self._calls, self._clock, self._application_id = rest, calls, clock, application_id

    @override
    async def acknowledge(self, interaction: Interaction) -> bool:
        return await self._respond(interaction, hikari.ResponseType.DEFERRED_MESSAGE_UPDATE)

    @override
    async def defer(self, interaction: Interaction, *, alone: bool) -> bool:
        return await self._respond(interaction, hikari.ResponseType.DEFERRED_MESSAGE_CREATE, alone=alone)

    @override
    async def abandoned(self, interaction: Interaction) -> bool:
        async def work(_: RestWatch) -> hikari.Message:
            return await self._rest.fetch_interaction_response(self._application_id(), interaction.token)

        await self._clock.sleep(SIBLINGS_SECONDS)
        found = await self._calls.call("GET", ORIGINAL, work, counted=True)
        return bool(found.flags & hikari.MessageFlag.LOADING)

    @override
    async def show(self, interaction: Interaction, panel: Panel, *, alone: bool = True) -> bool:
        return await self._respond(interaction, hikari.ResponseType.MESSAGE_CREATE, panel, alone=alone)

    @override
    async def ask(self, interaction: Interaction, form: Form) -> bool:
        return await self._first(
            interaction,
            lambda: self._rest.create_modal_response(
                int(interaction.interaction_id),
                interaction.token,
                title=form.title,
                custom_id=form.custom_id,
                components=fields_of(form),
            ),
        )

    @override
    async def complete(self, completion: Completion, choices: Sequence[Choice]) -> None:
        built = [hikari.impl.AutocompleteChoiceBuilder(one.name, one.value) for one in choices[:MOST_CHOICES]]
        await self._first(
            completion,
            lambda: self._rest.create_autocomplete_response(int(completion.interaction_id), completion.token, built),
        )

    @override
    async def rewrite(self, interaction: Interaction, panel: Panel) -> None:
        async def work(_: RestWatch) -> None:
            await self._rest.edit_interaction_response(
                self._application_id(),
                interaction.token,
                panel.text,
                components=rows_of(panel),
                **INERT,
            )

        await self._calls.call("PATCH", ORIGINAL, work, counted=True)

    @override
    async def answer_alone(self, interaction: Interaction, text: str, *, acknowledged: bool) -> None:
        if acknowledged:
            await self._follow_up(interaction, text)
        else:
            await self.show(interaction, Panel(text))

    async def _respond(
        self,
        interaction: Interaction,
        kind: hikari.ResponseType,
        panel: Panel | None = None,
        *,
        alone: bool = False,
    ) -> bool:
        return await self._first(
            interaction,
            lambda: self._rest.create_interaction_response(
                int(interaction.interaction_id),
                interaction.token,
                kind,
                hikari.UNDEFINED if panel is None else panel.text,
                components=hikari.UNDEFINED if panel is None else rows_of(panel),
                flags=_flags(alone=alone, previews=kind is hikari.ResponseType.DEFERRED_MESSAGE_UPDATE),
                **INERT,
            ),
        )

    async def _first(self, interaction: Interaction, respond: Callable[[], Awaitable[object]]) -> bool:
        """Make the first answer; False: there was one."""
        if self._clock.now() - interaction.made_at > TOO_LATE:
            raise Gone("too late for a first answer")

        async def work(_: RestWatch) -> bool:
            try:
                await respond()
            except hikari.BadRequestError as error:
                if error.code != ACKNOWLEDGED:
                    raise
                return False
            return True

        was_first = await self._calls.call("POST", CALLBACK, work, counted=True)
        took = self._clock.now() - interaction.made_at
        if took > ALARMING:
            _log.warning("interaction.late", extra={"seconds": round(took.total_seconds(), 1)})
        return was_first

    async def _follow_up(self, interaction: Interaction, text: str) -> None:
        async def work(_: RestWatch) -> None:
            await self._rest.execute_webhook(
                self._application_id(), interaction.token, text, flags=hikari.MessageFlag.EPHEMERAL
            )

        await self._calls.call("POST", FOLLOW_UP, work, counted=True)


def _flags(*, alone: bool, previews: bool) -> hikari.UndefinedOr[hikari.MessageFlag]:
    """Hide an answer from others, and the previews of its links; previews: they stay as they are."""
    flags = hikari.MessageFlag.NONE
    if alone:
        flags |= hikari.MessageFlag.EPHEMERAL
    if not previews:
        flags |= hikari.MessageFlag.SUPPRESS_EMBEDS
    return flags or hikari.UNDEFINED
