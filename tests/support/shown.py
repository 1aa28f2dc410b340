"""What the bot shows in answer to interactions, kept for tests; and interactions as tests write them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from parley_gateway.interactions import Click, Command, Completion, Interaction, Pick, Submission
from parley_gateway.panels import ChannelMenu, Choice, Form, Menu, Panel, Press

MANAGER: dict[str, Any] = {"may_manage_guild": True}


@dataclass
class Shown:
    """A Responses that keeps what was shown. sibling: another gateway was faster with the first answer; gone: and has
    shown nothing since.
    """

    sibling: bool = False
    gone: bool = False
    first: list[str] = field(default_factory=list)
    alone: list[str] = field(default_factory=list)
    panels: list[Panel] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)

    async def acknowledge(self, interaction: Interaction) -> bool:
        return self._first("acknowledge", interaction)

    async def defer(self, interaction: Interaction, *, alone: bool) -> bool:
        assert alone
        return self._first("defer", interaction)

    async def abandoned(self, interaction: Interaction) -> bool:
        assert self.sibling, f"{interaction.interaction_id}: whoever is first answers"
        return self.gone

    async def show(self, interaction: Interaction, panel: Panel, *, alone: bool = True) -> bool:
        assert alone
        self.alone.append(panel.text)
        return self._first("show", interaction)

    async def update(self, interaction: Interaction, panel: Panel) -> bool:
        self.panels.append(panel)
        return self._first("update", interaction)

    async def ask(self, interaction: Interaction, form: Form) -> bool:
        self.forms.append(form)
        return self._first("ask", interaction)

    async def complete(self, completion: Completion, choices: Sequence[Choice]) -> None:
        self.choices = list(choices)
        self._first("complete", completion)

    async def rewrite(self, interaction: Interaction, panel: Panel) -> None:
        assert self.first, f"{interaction.interaction_id} was not answered before"
        self.panels.append(panel)

    async def answer_alone(self, interaction: Interaction, text: str, *, acknowledged: bool) -> None:
        assert acknowledged == bool(self.first), interaction.interaction_id
        self.alone.append(text)

    def _first(self, kind: str, interaction: Interaction) -> bool:
        assert interaction.token
        self.first.append(kind)
        return not self.sibling

    # --- what stands there now

    @property
    def text(self) -> str:
        """The text of the newest panel."""
        return self.panels[-1].text

    def menu(self, what: str) -> Menu | ChannelMenu:
        """Return a menu of the newest panel, by a part of its custom id."""
        menus = (row for row in self.panels[-1].rows if isinstance(row, Menu | ChannelMenu))
        return next(one for one in menus if what in one.custom_id.split(":"))

    def button(self, what: str) -> Press:
        """Return a button of the newest panel, by a part of its custom id."""
        rows = (row for row in self.panels[-1].rows if isinstance(row, tuple))
        return next(one for row in rows for one in row if what in one.custom_id.split(":"))


def told(**more: Any) -> dict[str, Any]:
    """Return what every interaction tells."""
    values: dict[str, Any] = {
        "interaction_id": "1",
        "token": "token",
        "channel_id": "20",
        "guild_id": "10",
        "user_id": "30",
        "user_name": "Ada",
        "locale": "en-GB",
        "made_at": datetime.now(UTC),
    }
    return values | more


def command(name: str, options: dict[str, Any] | None = None, **more: Any) -> Command:
    """Use a command."""
    return Command(**told(**more), name=name, options=options or {})


def pick(custom_id: str, *values: str, **more: Any) -> Pick:
    """Choose in a menu."""
    return Pick(**told(**more), custom_id=custom_id, message_id="40", values=values)


def press(custom_id: str, **more: Any) -> Click:
    """Press a button."""
    return Click(**told(**more), custom_id=custom_id, message_id="40")


def send(form: Form, values: dict[str, str], **more: Any) -> Submission:
    """Send a form; what is not written anew stays as it was shown."""
    fields = {one.custom_id: (values.get(one.custom_id, one.value),) for one in form.fields}
    return Submission(**told(**more), custom_id=form.custom_id, message_id="40", fields=fields)


def typed(name: str, text: str, **more: Any) -> Completion:
    """Type the option `model` of a command."""
    return Completion(**told(**more), name=name, option="model", typed=text)
