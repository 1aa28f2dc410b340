"""Routes of Discord's REST interface, as telemetry names them: templates, without ids and tokens."""

from __future__ import annotations

TYPING = "/channels/{channel_id}/typing"
MESSAGES = "/channels/{channel_id}/messages"
MESSAGE = "/channels/{channel_id}/messages/{message_id}"
CALLBACK = "/interactions/{interaction_id}/{interaction_token}/callback"
FOLLOW_UP = "/webhooks/{webhook_id}/{webhook_token}"
ORIGINAL = "/webhooks/{webhook_id}/{webhook_token}/messages/@original"
WEBHOOK_MESSAGE = "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}"
COMMANDS = "/applications/{application_id}/commands"
GUILD_CHANNELS = "/guilds/{guild_id}/channels"
CHANNEL = "/channels/{channel_id}"
MEMBER = "/guilds/{guild_id}/members/{user_id}"
