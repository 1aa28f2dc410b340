"""Interactions: what a person did to the bot's components, waiting to be acknowledged."""

import asyncio
import secrets
from dataclasses import dataclass

from parley_sandbox.discord.errors import Code, refusal
from parley_sandbox.discord.happenings import Event, Happening
from parley_sandbox.discord.model import Json
from parley_sandbox.discord.model.users import Person
from parley_sandbox.discord.realm import Realm
from parley_sandbox.discord.validation import FILE_BYTES

COMMAND, COMPONENT, COMPLETION, FORM = 2, 3, 4, 5
"""The types of interactions: a command, a pressed button or a chosen option, a command that is being typed, a sent form."""
ACKNOWLEDGE_WITHIN = 3.0
"""Seconds from the interaction's creation until it is too late for the first response."""
TOKEN_LIFE = 900.0
"""Seconds for which an interaction's token is good."""


@dataclass(slots=True)
class Interaction:
    """One interaction and how far it got."""

    id: str
    token: str
    kind: int
    person: Person
    channel_id: str
    created: float
    payload: Json
    component_message: str | None = None
    answered: int | None = None
    """The type of the first response."""
    original: str | None = None
    """The message that `@original` means."""
    choices: list[Json] | None = None
    """What the bot offers to complete an option with."""
    form: Json | None = None
    """The form that the bot opened."""
    opened_by: "Interaction | None" = None
    """What the form was opened in answer to that this one sends."""

    @property
    def component(self) -> bool:
        """Whether it came from a message's component, or from a form that one opened."""
        return self.component_message is not None

    @property
    def completes(self) -> int:
        """The type of the option that a completion is about."""
        return next(int(option["type"]) for option in self.payload["data"]["options"] if option.get("focused"))


class Interactions:
    """The interactions of a realm, by token."""

    def __init__(self, realm: Realm) -> None:
        self._realm = realm
        self._world = realm.world
        self._by_token: dict[str, Interaction] = {}
        self._unanswered: asyncio.Queue[Interaction] = asyncio.Queue()

    def by_id(self, interaction_id: str, token: str) -> Interaction:
        """Return the interaction that a first response names, or raise 10062."""
        found = self._by_token.get(token)
        if found is None or found.id != interaction_id:
            raise refusal(Code.UNKNOWN_INTERACTION)
        return found

    def by_token(self, token: str) -> Interaction:
        """Return the answered interaction of a webhook's token, or raise 10015, or 50027 when the token has died."""
        found = self._by_token.get(token)
        if found is None or found.answered is None:
            raise refusal(Code.UNKNOWN_WEBHOOK)
        if self._realm.clock.now() - found.created > TOKEN_LIFE:
            raise refusal(Code.INVALID_WEBHOOK_TOKEN)
        return found

    def own(self, person_id: str, interaction_id: str) -> Interaction:
        """Return what somebody did themselves, or raise 10062."""
        found = next((each for each in self._by_token.values() if each.id == interaction_id), None)
        if found is None or found.person.id != person_id:
            raise refusal(Code.UNKNOWN_INTERACTION)
        return found

    def with_forms(self, person_id: str) -> list[Interaction]:
        """Return a person's interactions whose form is open, oldest first."""
        return [each for each in self._by_token.values() if each.form is not None and each.person.id == person_id]

    def late(self, interaction: Interaction) -> bool:
        """Whether the time to acknowledge it is over."""
        return self._realm.clock.now() - interaction.created > ACKNOWLEDGE_WITHIN

    def answer(self, interaction: Interaction, kind: int) -> None:
        """Take the first response as given."""
        interaction.answered = kind
        self._note(interaction, "answered")

    async def watch(self) -> None:
        """Tell of each interaction that nobody answered in time; runs until cancelled."""
        while True:
            interaction = await self._unanswered.get()
            left = interaction.created + ACKNOWLEDGE_WITHIN - self._realm.clock.now()
            if left > 0:
                await self._realm.clock.sleep(left)
            if interaction.answered is None:
                self._note(interaction, "failed")

    def _note(self, interaction: Interaction, state: str) -> None:
        """Tell listeners how an interaction goes: created, then answered or failed."""
        notice = {"id": interaction.id, "state": state, "type": interaction.kind, "answer": interaction.answered}
        notice |= {"name": interaction.payload.get("data", {}).get("name"), "person": interaction.person.id}
        place = {"channel_id": interaction.channel_id, "message_id": interaction.component_message}
        self._realm.tell(Happening("interaction", notice | place, interaction.person.id))

    def open_form(self, interaction: Interaction) -> None:
        """Show the form that the bot opened to whoever it is for."""
        shown = {"interaction": interaction.id, "channel_id": interaction.channel_id, **(interaction.form or {})}
        self._realm.tell(Happening("modal", shown, interaction.person.id))

    def begin(
        self,
        kind: int,
        person: Person,
        channel_id: str,
        chosen: Json,
        message: Json | None = None,
        *,
        opened_by: Interaction | None = None,
    ) -> Interaction:
        """Tell the bot what somebody did. message: whose component it was; opened_by: what a sent form answers."""
        interaction = Interaction(
            id=self._realm.ids.next(),
            token=secrets.token_urlsafe(48),
            kind=kind,
            person=person,
            channel_id=channel_id,
            created=self._realm.clock.now(),
            payload={},
            component_message=message["id"] if message else None,
            original=message["id"] if message else None,
            opened_by=opened_by,
        )
        interaction.payload = self._payload(interaction, chosen) | ({"message": message} if message else {})
        self._forget_dead()
        self._by_token[interaction.token] = interaction
        self._unanswered.put_nowait(interaction)
        self._note(interaction, "created")
        guild_id = self._world.guild_of(channel_id)
        self._realm.dispatch(Event("INTERACTION_CREATE", interaction.payload, guild_id=guild_id))
        return interaction

    def _payload(self, interaction: Interaction, chosen: Json) -> Json:
        world, channel_id, person = self._world, interaction.channel_id, interaction.person
        guild_id = world.guild_of(channel_id)
        granted = str(int(world.permissions_of(person.id, channel_id)))
        return {
            "id": interaction.id,
            "application_id": world.bot["id"],
            "type": interaction.kind,
            "token": interaction.token,
            "version": 1,
            "data": chosen,
            "channel": {**world.channel(channel_id), "permissions": granted},
            "channel_id": channel_id,
            "locale": person.locale,
            "app_permissions": str(int(world.permissions_of(world.bot["id"], channel_id))),
            "authorizing_integration_owners": {"0": guild_id or "0"},
            "attachment_size_limit": FILE_BYTES,
            "entitlements": [],
            **(self._in_guild(guild_id, person, granted) if guild_id else self._in_direct(person)),
        }

    def _in_guild(self, guild_id: str, person: Person, granted: str) -> Json:
        guild = self._world.guild(guild_id)
        member = {
            **self._world.member(guild_id, person.id),
            "user": self._world.user(person.id),
            "permissions": granted,
        }
        return {
            "context": 0,
            "guild_id": guild_id,
            "guild": {"id": guild_id, "locale": guild["preferred_locale"], "features": guild["features"]},
            "guild_locale": guild["preferred_locale"],
            "member": member,
        }

    def _in_direct(self, person: Person) -> Json:
        return {"context": 1, "user": self._world.user(person.id)}

    def _forget_dead(self) -> None:
        """Drop tokens long dead, keeping them for a while so that late calls get the right refusal."""
        oldest = self._realm.clock.now() - 4 * TOKEN_LIFE
        while self._by_token and next(iter(self._by_token.values())).created < oldest:
            del self._by_token[next(iter(self._by_token))]
