"""`/model`: the model that answers oneself, everywhere."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from parley_gateway.commands.models import fitting, matching
from parley_gateway.interactions import Click, Command, Completion, Interaction, Pick, Submission
from parley_gateway.messages import DeliveryError
from parley_gateway.model import Model
from parley_gateway.panels import Choice, Menu, Panel
from parley_gateway.ports import Customs, Models, PreferenceStore, Responses
from parley_gateway.preferences import Subject, SubjectKind
from parley_gateway.settings_panels import changes, choices
from parley_gateway.settings_panels.changes import Change, apply
from parley_gateway.texts import Key, Texts
from parley_kit.faults import Fault

_log = logging.getLogger(__name__)
FAMILY = "model"
MENU = f"v1:{FAMILY}:own"
OPTION = "model"
"""Of the command."""


@dataclass(frozen=True, slots=True)
class OwnModel:
    """Answers the command and its menu."""

    responses: Responses
    store: PreferenceStore
    customs: Customs
    models: Models

    async def take(self, interaction: Command | Click | Pick | Submission) -> None:
        """Answer one; what Discord does not take ends here."""
        with contextlib.suppress(DeliveryError):
            match interaction:
                case Command():
                    await self._asked(interaction, str(interaction.options.get(OPTION, "")).strip())
                case Pick():
                    if await self.responses.acknowledge(interaction):
                        note = await self._set(interaction, interaction.values[0] if interaction.values else "")
                        await self._show(interaction, note)

    async def _asked(self, command: Command, wanted: str) -> None:
        """Set what was named, and show it."""
        if not (await self.responses.defer(command, alone=True) or await self.responses.abandoned(command)):
            return
        model = _matching(wanted, await self.models.list()) if wanted else None
        note = ""
        if model is not None:
            note = await self._set(command, model)
        elif wanted:
            note = Texts(command.locale).render(Key.MODEL_UNKNOWN)
        await self._show(command, note)

    async def _set(self, interaction: Interaction, value: str) -> str:
        """Set a model, or the server's choice; return what is to be said about it."""
        texts = Texts(interaction.locale)
        change = Change(changes.MODEL, "" if value in ("", choices.UNSET) else value)
        try:
            done = await apply(self.store, _subject(interaction), change)
        except Fault as fault:
            _log.warning(
                "settings.failed", extra={"interaction": interaction.interaction_id, "error": type(fault).__name__}
            )
            return texts.render(Key.SETTINGS_FAILED, reference=interaction.interaction_id)
        return texts.render(Key.SETTINGS_STORED if done else Key.SETTINGS_FASTER)

    async def _show(self, interaction: Interaction, note: str = "") -> None:
        """Show who answers here, and the menu."""
        texts, known = Texts(interaction.locale), await self.models.list()
        own = await self._own(interaction)
        here = choices.name_of(self.customs.of(interaction.guild_id, interaction.channel_id, "").model, known)
        servers = texts.render(Key.MODEL_SERVERS, model=here)
        lines = [note, texts.render(Key.MODEL_OWN, model=choices.name_of(own, known)) if own else servers]
        menu = Menu(MENU, choices.options(servers, choices.models(own, known)))
        text = "\n".join(line for line in (*lines, texts.render(Key.MODEL_EVERYWHERE)) if line)
        await self.responses.rewrite(interaction, Panel(text, (menu,)))

    async def _own(self, interaction: Interaction) -> str:
        try:
            return (await self.store.get(_subject(interaction))).preferences.model
        except Fault:
            return ""


@dataclass(frozen=True, slots=True)
class OwnModelCompletion:
    """Completes the command's model; the server's choice is one of them."""

    responses: Responses
    models: Models

    async def take(self, completion: Completion) -> None:
        """Offer those that fit what stands there so far."""
        servers = Choice(Texts(completion.locale).render(Key.MODEL_SERVERS_SHORT), choices.UNSET)
        first = [servers] if completion.typed.strip().casefold() in servers.name.casefold() else []
        with contextlib.suppress(DeliveryError):
            await self.responses.complete(completion, [*first, *fitting(await self.models.list(), completion.typed)])


def _matching(wanted: str, known: Sequence[Model]) -> str | None:
    """Return the id of the model that is meant, or what stands for the server's choice; None: there is none."""
    return choices.UNSET if wanted.casefold() == choices.UNSET else matching(known, wanted)


def _subject(interaction: Interaction) -> Subject:
    return Subject(SubjectKind.USER, interaction.user_id)
