"""Users, and the people among them that a person at the page can be."""

from dataclasses import dataclass

from parley_sandbox.discord.model import Json


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who talks to the bot; `locale` is the language of their Discord client."""

    id: str
    name: str
    locale: str


def user(user_id: str, name: str, *, bot: bool = False) -> Json:
    """Return a user object; a bot has no display name of its own."""
    return {
        "id": user_id,
        "username": name.lower(),
        "discriminator": "0",
        "global_name": None if bot else name,
        "avatar": None,
        "avatar_decoration_data": None,
        "banner": None,
        "accent_color": None,
        "bot": bot,
        "system": False,
        "public_flags": 0,
        "flags": 0,
        "primary_guild": None,
        "collectibles": None,
    }


def own_user(bot: Json) -> Json:
    """Return the bot's user as it sees itself."""
    return {**bot, "mfa_enabled": True, "verified": True, "email": None, "locale": "en-US", "premium_type": 0}


def application(bot: Json, owner: Json, guilds: int) -> Json:
    """Return the bot's application as its owner sees it; `guilds` is the number of guilds it is in."""
    flags = 1 << 19  # GATEWAY_MESSAGE_CONTENT_LIMITED: what an unverified bot with the intent has
    return {
        "id": bot["id"],
        "name": bot["username"],
        "icon": None,
        "description": "",
        "type": None,
        "bot": bot,
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "00" * 32,
        "flags": flags,
        "flags_new": str(flags),
        "owner": owner,
        "team": None,
        "summary": "",
        "redirect_uris": [],
        "rpc_origins": [],
        "tags": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "approximate_guild_count": guilds,
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "eligible_oauth2_scopes": ["bot", "applications.commands"],
        "integration_types_config": {"0": {}},
        "event_webhooks_status": 1,
        "max_participants": None,
    }
