"""Who answers an interaction: commands by their name, presses, choices and forms by the family of their custom id."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Protocol, TypeVar

from parley_gateway.interactions import Click, Command, Completion, Interaction, Pick, Submission
from parley_gateway.ports import Observer

EVENT = "INTERACTION_CREATE"
I_contra = TypeVar("I_contra", bound=Interaction, contravariant=True)
_log = logging.getLogger(__name__)


class Handler(Protocol[I_contra]):
    """Answers interactions of one kind."""

    async def take(self, interaction: I_contra, /) -> None:
        """Answer one; what Discord does not take ends here."""
        ...


class Desk:
    """Knows the handlers. commands and completions: by name; pressed: by family, the second part of the custom id."""

    def __init__(
        self,
        commands: Mapping[str, Handler[Command]],
        completions: Mapping[str, Handler[Completion]],
        pressed: Mapping[str, Handler[Click | Pick | Submission]],
        observer: Observer,
    ) -> None:
        self._commands, self._completions, self._pressed = commands, completions, pressed
        self._observer = observer

    async def take(self, interaction: Interaction) -> None:
        """Let whoever knows it answer; what nobody knows is left alone, a mistake of ours is logged."""
        try:
            known = await self._answered(interaction)
        except Exception:  # noqa: BLE001 — told in the log; one press must not end the others
            _log.exception("interaction.failed")
            self._observer.event(EVENT, "failed")
        else:
            self._observer.event(EVENT, "handled" if known else "ignored")

    async def _answered(self, interaction: Interaction) -> bool:
        match interaction:
            case Command(name=name) if handler := self._commands.get(name):
                await handler.take(interaction)
            case Completion(name=name) if completing := self._completions.get(name):
                await completing.take(interaction)
            case Click() | Pick() | Submission() if pressed := self._pressed.get(_family(interaction.custom_id)):
                await pressed.take(interaction)
            case _:
                return False
        return True


def _family(custom_id: str) -> str:
    version, _, rest = custom_id.partition(":")
    return rest.partition(":")[0] if version == "v1" else ""
