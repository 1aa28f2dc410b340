"""Tells Discord the bot's commands, when those that it has differ."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

import hikari

from parley_gateway.commands.definitions import DEFINITIONS, LANGUAGES, Definition, Given, Kind, Parameter
from parley_gateway.discord.calls import Calls
from parley_gateway.discord.routes import COMMANDS
from parley_gateway.messages import DeliveryError
from parley_gateway.ports import RestWatch
from parley_gateway.texts import Key, Texts
from parley_kit.clock import Clock

FIRST_PAUSE, LAST_PAUSE = 5.0, 600.0
"""Between tries, in seconds; doubled each time."""
LOOK_AGAIN = 15.0
"""Who does not go first looks so often whether it does now, in seconds."""
CHECK_AGAIN = 3600.0
"""Who does looks so often whether the commands are still its own: a gateway of another version may have thought the same.
In seconds.
"""
OPTION_TYPES = {Given.TEXT: hikari.OptionType.STRING, Given.FILE: hikari.OptionType.ATTACHMENT}
EVERYWHERE = (hikari.ApplicationContextType.GUILD, hikari.ApplicationContextType.BOT_DM)
GUILDS = (hikari.ApplicationContextType.GUILD,)
_log = logging.getLogger(__name__)


class Registration:
    """Keeps them registered. known: waits until Discord told who we are. first: whether this gateway goes first for it."""

    def __init__(
        self,
        rest: hikari.api.RESTClient,
        calls: Calls,
        clock: Clock,
        *,
        known: Callable[[], Awaitable[int]],
        first: Callable[[], bool],
    ) -> None:
        self._rest, self._calls, self._clock, self._known, self._first = rest, calls, clock, known, first

    async def run(self) -> None:
        """Register whenever it is ours to do, until cancelled."""
        application_id = await self._known()
        while True:
            while not self._first():
                await self._clock.sleep(LOOK_AGAIN)
            await self._register(application_id)
            await self._clock.sleep(CHECK_AGAIN)

    async def _register(self, application_id: int) -> None:
        """Register, again after a pause that grows while Discord does not take it."""
        pause = FIRST_PAUSE
        while not await self._registered(application_id, told=pause > FIRST_PAUSE):
            await self._clock.sleep(pause)
            pause = min(2 * pause, LAST_PAUSE)

    async def _registered(self, application_id: int, *, told: bool) -> bool:
        try:
            if digest(await self._there(application_id)) != digest(builders()):
                await self._put(application_id)
                _log.info("commands.registered", extra={"commands": len(DEFINITIONS)})
        except DeliveryError as error:
            if not told:
                _log.warning("commands.not_registered", extra={"kind": error.kind.value})
            return False
        return True

    async def _there(self, application_id: int) -> Sequence[hikari.PartialCommand]:
        async def work(_: RestWatch) -> Sequence[hikari.PartialCommand]:
            return await self._rest.fetch_application_commands(application_id)

        return await self._calls.call("GET", COMMANDS, work)

    async def _put(self, application_id: int) -> None:
        async def work(_: RestWatch) -> None:
            await self._rest.set_application_commands(application_id, builders())

        await self._calls.call("PUT", COMMANDS, work)


def builders() -> Sequence[hikari.api.CommandBuilder]:
    """Return all commands as hikari sends them."""
    return [_builder(definition) for definition in DEFINITIONS]


def digest(commands: Iterable[hikari.PartialCommand | hikari.api.CommandBuilder]) -> str:
    """Return a hash over all that we define of commands, the same for ours and for what Discord has of them."""
    plain = sorted((_plain(command) for command in commands), key=lambda one: (one["name"], one["type"]))
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


def _builder(definition: Definition) -> hikari.api.CommandBuilder:
    name = _english(definition.name)
    built: hikari.impl.SlashCommandBuilder | hikari.impl.ContextMenuCommandBuilder
    if definition.kind is Kind.MESSAGE or definition.about is None:
        built = hikari.impl.ContextMenuCommandBuilder(hikari.CommandType.MESSAGE, name)
    else:
        built = hikari.impl.SlashCommandBuilder(name, _english(definition.about))
        built.set_description_localizations(_localised(definition.about))
        for parameter in definition.parameters:
            built.add_option(_option(parameter))
    built.set_name_localizations(_localised(definition.name))
    built.set_context_types(GUILDS if definition.managers else EVERYWHERE)
    if definition.managers:
        built.set_default_member_permissions(hikari.Permissions.MANAGE_GUILD)
    return built


def _option(parameter: Parameter) -> hikari.CommandOption:
    return hikari.CommandOption(
        type=OPTION_TYPES[parameter.given],
        name=_english(parameter.name),
        description=_english(parameter.about),
        is_required=parameter.required,
        autocomplete=parameter.completed,
        max_length=parameter.most or None,
        name_localizations=_localised(parameter.name),
        description_localizations=_localised(parameter.about),
    )


def _english(key: Key) -> str:
    return Texts("en").render(key)


def _localised(key: Key) -> Mapping[hikari.Locale | str, str]:
    return {locale: Texts(language).render(key) for locale, language in LANGUAGES.items()}


def _plain(command: hikari.PartialCommand | hikari.api.CommandBuilder) -> dict[str, Any]:
    contexts = command.context_types
    return {
        "type": int(command.type),
        "name": command.name,
        "names": _words(command.name_localizations),
        "permissions": int(command.default_member_permissions or 0),
        "contexts": sorted(int(one) for one in contexts) if contexts is not hikari.UNDEFINED else [],
    } | _plain_slash(command)


def _plain_slash(command: hikari.PartialCommand | hikari.api.CommandBuilder) -> dict[str, Any]:
    if not isinstance(command, hikari.SlashCommand | hikari.api.SlashCommandBuilder):
        return {}
    return {
        "about": command.description,
        "abouts": _words(command.description_localizations),
        "options": [_plain_option(option) for option in (command.options or ())],
    }


def _plain_option(option: hikari.CommandOption) -> dict[str, Any]:
    return {
        "type": int(option.type),
        "name": option.name,
        "names": _words(option.name_localizations),
        "about": option.description,
        "abouts": _words(option.description_localizations),
        "required": bool(option.is_required),
        "completed": bool(option.autocomplete),
        "most": option.max_length or 0,
    }


def _words(localised: Mapping[Any, str] | None) -> dict[str, str]:
    return {str(locale): text for locale, text in (localised or {}).items()}
