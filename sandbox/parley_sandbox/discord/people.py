"""The person's side: what somebody at a Discord client can do. A refusal is an `ApiError` with Discord's code and sentence."""

import mimetypes
from collections.abc import Mapping, Sequence

from parley_sandbox.discord import validation
from parley_sandbox.discord.acts import Acts
from parley_sandbox.discord.acts.interactions import Interaction
from parley_sandbox.discord.model import Json
from parley_sandbox.discord.validation import Upload

File = tuple[str, bytes] | tuple[str, bytes, str]
"""A name, the content, and if it cannot be told from the name, the content type."""


class People:
    """The people of a world, acting."""

    def __init__(self, acts: Acts) -> None:
        self._acts = acts
        self._world = acts.realm.world

    def say(
        self,
        person_id: str,
        channel_id: str,
        content: str,
        *,
        reply_to: str | None = None,
        ping: bool = True,
        files: Sequence[File] = (),
    ) -> Json:
        """Write a message; a reply pings the one it answers unless `ping` is switched off, as in Discord's client."""
        body: Json = {"content": content}
        if reply_to is not None:
            body["message_reference"] = {"message_id": reply_to}
            body["allowed_mentions"] = {"parse": ["users", "roles", "everyone"], "replied_user": ping}
        draft = validation.draft(body, {f"files[{number}]": _upload(file) for number, file in enumerate(files)})
        return self._acts.messages.send(self._person(person_id), channel_id, draft)

    def edit(self, person_id: str, message_id: str, content: str) -> Json:
        """Change one's own message."""
        change = validation.change({"content": content}, {})
        return self._acts.messages.revise(self._person(person_id), self._home(message_id), message_id, change)

    def delete(self, person_id: str, message_id: str) -> None:
        """Delete one's own message, or with Manage Messages somebody else's."""
        self._acts.messages.withdraw(self._person(person_id), self._home(message_id), message_id)

    def click(self, person_id: str, message_id: str, custom_id: str) -> Json:
        """Press a button and return the interaction that the bot gets."""
        return self._acts.uses.click(person_id, message_id, custom_id).payload

    def select(self, person_id: str, message_id: str, custom_id: str, values: Sequence[str]) -> Json:
        """Choose in a list and return the interaction that the bot gets."""
        return self._acts.uses.select(person_id, message_id, custom_id, values).payload

    def commands(self, person_id: str, channel_id: str) -> Sequence[Json]:
        """Return the commands that a person may use in a channel."""
        return self._acts.commands.usable(person_id, channel_id)

    def command(
        self,
        person_id: str,
        channel_id: str,
        name: str,
        options: Mapping[str, object] | None = None,
        *,
        target: str | None = None,
        files: Sequence[File] = (),
    ) -> Json:
        """Use a command, by its registered name or id, and return the interaction that the bot gets.

        An option of type attachment is a number among the files; `target` is the user or message of a menu's entry.
        """
        uploads = [_upload(file) for file in files]
        return self._acts.uses.command(person_id, channel_id, name, options or {}, target=target, files=uploads).payload

    def complete(
        self,
        person_id: str,
        channel_id: str,
        name: str,
        *,
        option: str,
        typed: str,
        options: Mapping[str, object] | None = None,
    ) -> Interaction:
        """Ask for completions of an option; its `choices` come with the bot's answer."""
        return self._acts.uses.complete(person_id, channel_id, name, option=option, typed=typed, options=options or {})

    def submit(self, person_id: str, interaction_id: str, values: Mapping[str, str]) -> Json:
        """Send a form that the bot opened and return the interaction that the bot gets."""
        return self._acts.uses.submit(person_id, interaction_id, values).payload

    def forms(self, person_id: str) -> list[Interaction]:
        """Return the interactions of a person to which the bot has opened a form that is not sent yet."""
        return self._acts.interactions.with_forms(person_id)

    def typing(self, person_id: str, channel_id: str) -> None:
        """Be seen typing."""
        self._acts.channels.typing(self._person(person_id), channel_id)

    def react(self, person_id: str, message_id: str, emoji: str) -> None:
        """React to a message."""
        self._acts.reactions.add(self._person(person_id), self._home(message_id), message_id, emoji)

    def open_dm(self, person_id: str) -> Json:
        """Return the direct channel with the bot."""
        return self._acts.channels.open_direct(person_id)

    def begin_thread(self, person_id: str, channel_id: str, name: str, message_id: str | None = None) -> Json:
        """Begin a thread, at a message or without one."""
        return self._acts.thread_starts.begin(self._person(person_id), channel_id, name, message_id)

    def change_thread(self, person_id: str, thread_id: str, **change: object) -> Json:
        """Rename a thread, archive it or open it again."""
        return self._acts.threads.change(self._person(person_id), thread_id, change)

    def messages(self, person_id: str, channel_id: str) -> list[Json]:
        """Return what a person sees in a channel, oldest first, ephemeral answers to them included."""
        return self._acts.messages.visible(channel_id, self._person(person_id))

    def _person(self, person_id: str) -> str:
        return self._world.person(person_id).id

    def _home(self, message_id: str) -> str:
        return str(self._acts.messages.shown(message_id)["channel_id"])


def _upload(file: File) -> Upload:
    name, content, *given = file
    guessed = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Upload(name, str(given[0]) if given else guessed, content)
