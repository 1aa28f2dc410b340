"""Who answers what of the settings: put together from the gateway's parts."""

from __future__ import annotations

from dataclasses import dataclass

from parley_gateway.ports import Accounts, Guilds, Models, PreferenceStore, Responses
from parley_gateway.preference_book import PreferenceBook
from parley_gateway.settings_panels import members, spots
from parley_gateway.settings_panels.free_talk import FreeTalk
from parley_gateway.settings_panels.members import OwnModel, OwnModelCompletion
from parley_gateway.settings_panels.servers import ServerSettings

SETTINGS, MODEL = "settings", "model"
"""Commands, as they are registered."""


@dataclass(frozen=True, slots=True)
class Handlers:
    """For the desk: commands and completions by name, presses by family."""

    commands: dict[str, ServerSettings | OwnModel]
    completions: dict[str, OwnModelCompletion]
    pressed: dict[str, ServerSettings | OwnModel]


def handlers(
    responses: Responses,
    *,
    store: PreferenceStore,
    book: PreferenceBook,
    models: Models,
    accounts: Accounts,
    guilds: Guilds,
    content: bool,
) -> Handlers:
    """Make them. content: whether the bot reads messages that are not addressed to it."""
    free_talk = FreeTalk(guilds, store, book.get)
    servers = ServerSettings(responses, store, book.get, book, models, accounts, free_talk, content)
    own = OwnModel(responses, store, book, models)
    return Handlers(
        commands={SETTINGS: servers, MODEL: own},
        completions={MODEL: OwnModelCompletion(responses, models)},
        pressed={spots.FAMILY: servers, members.FAMILY: own},
    )
