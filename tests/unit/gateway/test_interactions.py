"""What Discord sends of interactions, as hikari reads it, as the gateway's values."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import hikari
import pytest

from parley_cache.service import bounds
from parley_gateway.discord.interactions import interaction_of
from parley_gateway.interactions import Click, Command, Completion, Interaction, Pick, Submission

USER = {"id": "30", "username": "ada", "discriminator": "0", "avatar": None, "global_name": "Ada L."}
MANAGE_GUILD, MANAGE_MESSAGES = 1 << 5, 1 << 13
BUTTON, TEXT_MENU, CHANNEL_MENU = 2, 3, 8
TEXT, ATTACHMENT, INTEGER = 3, 11, 4


def message(**more: Any) -> dict[str, Any]:
    return {
        "id": "40",
        "channel_id": "20",
        "author": {**USER, "id": "31", "username": "bob", "global_name": "Bob"},
        "content": "How tall is a pear tree?",
        "timestamp": "2026-01-01T00:00:00+00:00",
        "edited_timestamp": None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": [],
        "embeds": [],
        "pinned": False,
        "type": 0,
        "flags": 0,
    } | more


def file(number: str, name: str) -> dict[str, Any]:
    return {
        "id": number,
        "filename": name,
        "size": 12,
        "url": f"https://cdn.discordapp.com/{name}",
        "proxy_url": f"https://media.discordapp.net/{name}",
        "content_type": "text/plain",
    }


def heard(
    kind: int, payload: dict[str, Any], *, direct: bool = False, permissions: int = 0, **more: Any
) -> Interaction:
    """Return what becomes of an interaction."""
    member = {
        "user": USER,
        "nick": "Ada",
        "roles": ["50"],
        "joined_at": "2026-01-01T00:00:00+00:00",
        "premium_since": None,
        "permissions": str(permissions),
        "avatar": None,
        "deaf": False,
        "mute": False,
        "flags": 0,
    }
    where = {"user": USER} if direct else {"guild_id": "10", "member": member}
    whole = {
        "id": "1234567890123456789",
        "application_id": "9",
        "type": kind,
        "token": "secret",
        "version": 1,
        "data": payload,
        "channel": {"id": "20", "type": 1 if direct else 0, "name": "general", "permissions": "0"},
        "locale": "ja",
        "app_permissions": "0",
        "authorizing_integration_owners": {},
        "context": 1 if direct else 0,
        "attachment_size_limit": 10485760,
        "entitlements": [],
    }
    bot = hikari.GatewayBot(
        f"{b64encode(b'9').decode()}.a.b", banner=None, logs=None, suppress_optimization_warning=True
    )
    found = interaction_of(bot.entity_factory.deserialize_interaction(whole | where | more))
    assert found is not None
    return found


def test_a_press_is_a_click() -> None:
    found = heard(3, {"custom_id": "v1:stop:9:30", "component_type": BUTTON}, message=message())
    assert isinstance(found, Click)
    assert (found.custom_id, found.message_id) == ("v1:stop:9:30", "40")


@pytest.mark.parametrize("kind", [TEXT_MENU, CHANNEL_MENU])
def test_a_choice_in_a_menu_is_a_pick(kind: int) -> None:
    chosen = {"custom_id": "v1:settings:model", "component_type": kind, "values": ["7", "8"]}
    found = heard(3, chosen, message=message())
    assert isinstance(found, Pick)
    assert (found.custom_id, found.values) == ("v1:settings:model", ("7", "8"))


def test_a_form_brings_its_fields() -> None:
    rows = [{"type": 1, "id": 1, "components": [{"type": 4, "id": 2, "custom_id": "persona", "value": "A gardener."}]}]
    found = heard(5, {"custom_id": "v1:settings:persona", "components": rows})
    assert isinstance(found, Submission)
    assert found.fields == {"persona": ("A gardener.",)}
    assert found.message_id == ""


def test_a_command_brings_its_options_and_files() -> None:
    options = [
        {"name": "prompt", "type": TEXT, "value": "Why?"},
        {"name": "file", "type": ATTACHMENT, "value": "70"},
        {"name": "days", "type": INTEGER, "value": 3},
    ]
    resolved = {"attachments": {"70": file("70", "notes.txt")}}
    found = heard(2, {"id": "5", "name": "ask", "type": 1, "options": options, "resolved": resolved})
    assert isinstance(found, Command)
    assert found.options == {"prompt": "Why?", "file": "70", "days": 3}
    assert [(one.filename, one.message_id, one.size) for one in found.attachments] == [
        ("notes.txt", str(found.interaction_id), 12)
    ]
    assert found.target is None


def test_of_a_files_name_and_type_no_more_is_taken_than_the_cache_takes() -> None:
    odd = file("70", "n" * 300) | {"content_type": "text/plain; " + "x" * 300}
    found = heard(2, {"id": "5", "name": "ask", "type": 1, "resolved": {"attachments": {"70": odd}}})
    assert isinstance(found, Command)
    assert [(len(one.filename), len(one.content_type)) for one in found.attachments] == [
        (bounds.FILENAME, bounds.MEDIA_TYPE)
    ]


def test_a_command_at_a_message_brings_that_message_and_its_files() -> None:
    at = message(attachments=[file("70", "notes.txt")])
    found = heard(
        2, {"id": "5", "name": "Ask Claude", "type": 3, "target_id": "40", "resolved": {"messages": {"40": at}}}
    )
    assert isinstance(found, Command)
    assert found.target is not None
    assert (found.target.message_id, found.target.content) == ("40", "How tall is a pear tree?")
    assert [(one.filename, one.message_id) for one in found.attachments] == [("notes.txt", "40")]


def test_a_command_being_typed_tells_the_option_to_complete() -> None:
    options = [
        {"name": "prompt", "type": TEXT, "value": "Why?"},
        {"name": "model", "type": TEXT, "value": "opu", "focused": True},
    ]
    found = heard(4, {"id": "5", "name": "ask", "type": 1, "options": options})
    assert isinstance(found, Completion)
    assert (found.name, found.option, found.typed) == ("ask", "model", "opu")


def test_a_member_of_a_guild_is_known_with_what_they_may() -> None:
    found = heard(2, {"id": "5", "name": "help", "type": 1}, permissions=MANAGE_GUILD)
    assert (found.guild_id, found.channel_id, found.user_id, found.user_name) == ("10", "20", "30", "Ada")
    assert (found.locale, found.role_ids) == ("ja", frozenset({"10", "50"}))  # @everyone is a role too
    assert found.may_manage_guild
    assert not found.may_manage_messages


def test_in_a_direct_message_nobody_may_manage_anything() -> None:
    found = heard(2, {"id": "5", "name": "help", "type": 1}, direct=True)
    assert (found.guild_id, found.user_name) == ("", "Ada L.")
    assert not found.may_manage_guild
    assert not found.may_manage_messages


def test_the_token_is_shown_nowhere() -> None:
    assert "secret" not in repr(heard(2, {"id": "5", "name": "help", "type": 1}))


@pytest.mark.parametrize(("kind", "parent"), [(0, ""), (10, "5"), (11, "5"), (12, "5")])
def test_a_thread_tells_its_channel_and_a_channel_not_its_category(kind: int, parent: str) -> None:
    where = {"id": "20", "type": kind, "name": "general", "permissions": "0", "parent_id": "5"}
    assert heard(2, {"id": "5", "name": "ask", "type": 1}, channel=where).parent_id == parent
