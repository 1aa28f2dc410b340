"""`/settings`: what is set for a server and its channels, by who may manage the server."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from parley_gateway.interactions import Click, Command, Interaction, Pick, Submission
from parley_gateway.messages import DeliveryError
from parley_gateway.panels import Panel
from parley_gateway.ports import Accounts, Customs, Models, PreferenceStore, Responses
from parley_gateway.preferences import Preferences, Subject, Versioned
from parley_gateway.settings_panels import choices, forms, limits
from parley_gateway.settings_panels.changes import Change, apply
from parley_gateway.settings_panels.free_talk import FreeTalk
from parley_gateway.settings_panels.spots import Control, Place, Spot, What, decode
from parley_gateway.settings_panels.view import View, draw
from parley_gateway.texts import Key, Texts
from parley_kit.faults import Fault, Precondition

FORMS = frozenset({What.PERSONA, What.LIMITS})
FREE_SECONDS = 1.5
"""A panel is shown without the channels of free talk after this: a sibling shows it where nothing is there for long."""
_log = logging.getLogger(__name__)
TURNS = frozenset({What.PAGE, What.PLACE})
"""Presses that change nothing but what is shown."""


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """Answers the command and all that is pressed and sent after it. known: a near copy; content: of messages is read."""

    responses: Responses
    store: PreferenceStore
    known: Callable[[Subject], Versioned]
    customs: Customs
    models: Models
    accounts: Accounts
    free_talk: FreeTalk
    content: bool

    async def take(self, interaction: Command | Click | Pick | Submission) -> None:
        """Answer one; what Discord does not take ends here. Discord hides the command from others: we check it too."""
        with contextlib.suppress(DeliveryError):
            if not interaction.guild_id or not interaction.may_manage_guild:
                text = Texts(interaction.locale).render(Key.SETTINGS_NOT_YOURS)
                await self.responses.show(interaction, Panel(text))
            elif isinstance(interaction, Command):
                if await self.responses.defer(interaction, alone=True) or await self.responses.abandoned(interaction):
                    await self._show(interaction, Spot())
            elif (control := decode(interaction.custom_id)) is not None:
                await self._pressed(interaction, control)

    async def _pressed(self, interaction: Click | Pick | Submission, control: Control) -> None:
        if isinstance(interaction, Click) and control.what in FORMS:
            own = self.known(control.spot.subject(interaction)).preferences
            form = forms.form(control.spot, control.what, own, Texts(interaction.locale))
            await self.responses.ask(interaction, form)
            return
        if not await self.responses.acknowledge(interaction):
            return  # a sibling does it: ours may come after what the member chooses next
        if control.what in TURNS:
            await self._show(interaction, _turned(interaction, control))
        else:
            await self._show(interaction, control.spot, await self._changed(interaction, control))

    async def _changed(self, interaction: Click | Pick | Submission, control: Control) -> str:
        """Make a change; return what is to be said about it, if anything."""
        texts = Texts(interaction.locale)
        try:
            done = await self._change(interaction, control)
        except limits.Unreadable as unreadable:
            return texts.render(Key.LIMIT_UNREADABLE, name=texts.render(unreadable.line.label))
        except (Fault, DeliveryError) as error:
            extra = {"interaction": interaction.interaction_id, "error": type(error).__name__}
            _log.warning("settings.failed", extra=extra)
            return texts.render(Key.SETTINGS_FAILED, reference=interaction.interaction_id)
        return texts.render(Key.SETTINGS_STORED if done else Key.SETTINGS_FASTER)

    async def _change(self, interaction: Click | Pick | Submission, control: Control) -> bool:
        if isinstance(interaction, Pick) and control.what is What.FREE:
            return await self.free_talk.set(interaction.guild_id, interaction.values, control.seen)
        change = _change_of(interaction, control)
        if change is None:
            raise Precondition("UNKNOWN_CHOICE", "A gateway of another version has offered this.")
        return await apply(self.store, control.spot.subject(interaction), change)

    # --- what is shown

    async def _show(self, interaction: Interaction, spot: Spot, note: str = "") -> None:
        view = await self._view(interaction, spot, note)
        await self.responses.rewrite(interaction, draw(view, Texts(interaction.locale)))

    async def _view(self, interaction: Interaction, spot: Spot, note: str) -> View:
        own = await self._own(spot.subject(interaction))
        operators = self.customs.of("", "", "")
        guild = spot.place is Place.GUILD
        return View(
            spot,
            interaction.channel_id,
            own,
            default=operators if guild else self.customs.of(interaction.guild_id, "", ""),
            widest=operators.sharing,
            models=await self.models.list(),
            free=await self._free(interaction.guild_id) if guild else None,
            content=self.content,
            exceeded=await self._exceeded(interaction.guild_id, own) if guild else frozenset(),
            note=note,
        )

    async def _own(self, subject: Subject) -> Preferences:
        try:
            return (await self.store.get(subject)).preferences
        except Fault:
            return self.known(subject).preferences

    async def _free(self, guild_id: str) -> tuple[str, ...] | None:
        try:
            async with asyncio.timeout(FREE_SECONDS):
                return tuple(await self.free_talk.channels(guild_id))
        except (DeliveryError, TimeoutError):
            return None

    async def _exceeded(self, guild_id: str, own: Preferences) -> frozenset[str]:
        """Return the limits that are of no effect, since the operator's are stricter."""
        chosen = [line for line in limits.LINES if limits.amount(own.limits, line)]
        if not chosen:
            return frozenset()
        try:
            count = {quota.kind: quota.limit for quota in (await self.accounts.of_guild(guild_id)).quotas}
        except Fault:
            return frozenset()
        return frozenset(
            line.attribute
            for line in chosen
            if limits.amount(own.limits, line) > count.get(line.kind, limits.amount(own.limits, line))
        )


def _turned(interaction: Interaction, control: Control) -> Spot:
    """Return the page or place that was asked for."""
    if control.what is What.PLACE and isinstance(interaction, Pick):
        guild = interaction.values != (Place.CHANNEL,)
        return Spot(control.spot.page, Place.GUILD if guild else Place.CHANNEL)
    return control.spot


def _change_of(interaction: Click | Pick | Submission, control: Control) -> Change[Any] | None:
    match interaction:
        case Submission():
            return forms.change_of(control, interaction)
        case Pick():
            return choices.change_of(control.what, interaction.values)
        case _:
            return None
