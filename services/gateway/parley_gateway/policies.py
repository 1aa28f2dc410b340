"""Who is answered, as what, and on which terms: the operator's settings, under what members and servers have set."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from parley_gateway.access import Access, Lists
from parley_gateway.addressing import UNREAD, Rules
from parley_gateway.commands.places import reference_of
from parley_gateway.conversation import system_prompt
from parley_gateway.interactions import Interaction
from parley_gateway.model import Prompt, Reference, Trigger
from parley_gateway.places import CHANNEL, Place, Places
from parley_gateway.preference_book import PreferenceBook
from parley_gateway.preferences import Effective, MentionRule
from parley_gateway.settings import GatewaySettings, ids_of
from parley_gateway.terms import Terms


class Policies:
    """Knows the settings of all. user_id: the bot's own, waits until it is known."""

    def __init__(self, settings: GatewaySettings, places: Places, user_id: Callable[[], Awaitable[int]]) -> None:
        self._settings, self._places, self._user_id = settings, places, user_id
        self._recent = timedelta(seconds=settings.recent)
        self.access = _access(settings)
        self.preferences = PreferenceBook(_operators(settings), parent_of=places.parent_of)

    @property
    def unread(self) -> Sequence[Trigger]:
        """What the bot does not answer, since Discord does not let it read it: the message content intent is off."""
        return () if self._settings.message_content else UNREAD

    async def rules(self) -> Rules:
        """Return by what a message is known to be addressed to the bot."""
        return Rules(
            str(await self._user_id()),
            self._recent,
            self._settings.default_locale,
            reads_all=self._settings.message_content,
        )

    def terms(self, prompt: Prompt) -> Terms:
        """Return on which terms a question is answered."""
        set_here = self._effective(prompt)
        return Terms(
            prompt.model or set_here.model,
            system_prompt(set_here.persona),
            self._settings.max_output_tokens,
            set_here.sharing,
            afresh=prompt.afresh,
        )

    def numbered(self, prompt: Prompt) -> bool:
        """Whether the pages of an answer are numbered."""
        return self._effective(prompt).numbering

    def place(self, channel_id: str) -> Place:
        """Return what is known of a channel or thread."""
        return self._places.known(channel_id) or CHANNEL

    def conversation(self, interaction: Interaction) -> Reference:
        """Return the conversation that a command means: that with which the member's next message would go on."""
        set_here = self.preferences.of(interaction.guild_id, interaction.channel_id, interaction.user_id)
        return reference_of(
            interaction,
            self.place(interaction.channel_id),
            self._recent,
            free_talk=set_here.mention_rule is MentionRule.EVERYTHING and self._settings.message_content,
        )

    def _effective(self, prompt: Prompt) -> Effective:
        return self.preferences.of(prompt.guild_id, prompt.channel_id, prompt.author_id)


def _operators(settings: GatewaySettings) -> Effective:
    return Effective(settings.model, language=settings.default_locale, sharing=settings.shared_answers)


def _access(settings: GatewaySettings) -> Access:
    def lists(of: str) -> Lists:
        return Lists(*(ids_of(getattr(settings, f"{of}_{kind}")) for kind in ("guilds", "channels", "roles", "users")))

    return Access(lists("allow"), lists("deny"), settings.direct_messages)
