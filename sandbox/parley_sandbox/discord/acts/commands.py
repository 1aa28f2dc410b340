"""The application commands that a bot has registered, and who may use them where."""

from collections.abc import Sequence

from parley_sandbox.discord.commands.kinds import IN_DIRECT, IN_GUILD, CommandType
from parley_sandbox.discord.commands.registration import check_command, check_together
from parley_sandbox.discord.errors import Code, FormFaults, bad_field, refusal
from parley_sandbox.discord.model import Json
from parley_sandbox.discord.permissions import Permission
from parley_sandbox.discord.realm import Realm

GLOBAL = ""
_READ_ONLY = frozenset({"id", "application_id", "guild_id", "version"})


class Commands:
    """The registered commands of a realm."""

    def __init__(self, realm: Realm) -> None:
        self._realm = realm
        self._world = realm.world

    def list(self, guild_id: str = GLOBAL) -> Sequence[Json]:
        """Return the commands of a guild, or the global ones."""
        return self._world.commands.get(guild_id, [])

    def get(self, command_id: str, guild_id: str = GLOBAL) -> Json:
        """Return one command, or raise 10063."""
        found = next((command for command in self.list(guild_id) if command["id"] == command_id), None)
        if found is None:
            raise refusal(Code.UNKNOWN_COMMAND)
        return found

    def replace(self, given: object, guild_id: str = GLOBAL) -> Sequence[Json]:
        """Register exactly these commands; one of the same name and type keeps its id, and its version unless it changed."""
        if not isinstance(given, list):
            raise bad_field("_", "BASE_TYPE_BAD_TYPE", "Must be a list.")
        faults = FormFaults()
        for number, command in enumerate(given):
            check_command(str(number), command, faults)
        faults.raise_if_any()
        known = {(command["name"], command["type"]): command for command in self.list(guild_id)}
        registered = [self._registered(command, guild_id, known) for command in given]
        check_together(registered)
        self._world.commands[guild_id] = registered
        return registered

    def put(self, given: Json, guild_id: str = GLOBAL) -> tuple[Json, bool]:
        """Register one command over the one of the same name and type; tell whether there was none."""
        wanted = given.get("name"), given.get("type") or CommandType.CHAT_INPUT
        others = [command for command in self.list(guild_id) if (command["name"], command["type"]) != wanted]
        known = {command["id"] for command in self.list(guild_id)}
        registered = self._beside(others, given, guild_id)
        return registered, registered["id"] not in known

    def change(self, command_id: str, given: Json, guild_id: str = GLOBAL) -> Json:
        """Change what is named of one command; its type stays, and its id."""
        before = self.get(command_id, guild_id)
        others = [command for command in self.list(guild_id) if command["id"] != command_id]
        changed = self._beside(others, {**before, **given, "type": before["type"]}, guild_id)
        self._world.commands[guild_id] = [*others, {**changed, "id": command_id}]
        return self.get(command_id, guild_id)

    def delete(self, command_id: str, guild_id: str = GLOBAL) -> None:
        """Forget one command."""
        self.get(command_id, guild_id)
        self._world.commands[guild_id] = [each for each in self.list(guild_id) if each["id"] != command_id]

    def usable(self, person_id: str, channel_id: str) -> Sequence[Json]:
        """Return the commands that a person may use in a channel, those of its guild first."""
        guild_id = self._world.guild_of(channel_id)
        there = [*(self.list(guild_id) if guild_id else ()), *self.list()]
        return [command for command in there if self._may_use(command, person_id, channel_id, guild_id)]

    def find(self, person_id: str, channel_id: str, wanted: str) -> Json:
        """Return a command by its id or its registered name, or refuse."""
        found = (each for each in self.usable(person_id, channel_id) if wanted in (each["id"], each["name"]))
        command = next(found, None)
        if command is None:
            raise bad_field("command", "COMMAND_UNKNOWN", f"There is no command {wanted} to use here")
        return command

    def _may_use(self, command: Json, person_id: str, channel_id: str, guild_id: str | None) -> bool:
        granted = self._world.permissions_of(person_id, channel_id)
        if Permission.VIEW_CHANNEL not in granted or Permission.USE_APPLICATION_COMMANDS not in granted:
            return False
        everywhere = (IN_GUILD, IN_DIRECT) if command["dm_permission"] else (IN_GUILD,)
        if (IN_GUILD if guild_id else IN_DIRECT) not in (command["contexts"] or everywhere):
            return False
        return guild_id is None or _permitted(command["default_member_permissions"], granted)

    def _beside(self, others: Sequence[Json], given: Json, guild_id: str) -> Json:
        return self.replace([*others, given], guild_id)[-1]

    def _registered(self, given: Json, guild_id: str, known: dict[tuple[str, int], Json]) -> Json:
        wanted = {**self._defaults(guild_id), **_without_nulls(given)}
        before = known.get((wanted["name"], wanted["type"]))
        if before is None:
            return {"id": self._realm.ids.next(), "version": self._realm.ids.next(), **wanted}
        same = {key: value for key, value in before.items() if key not in ("id", "version")} == wanted
        return {"id": before["id"], "version": before["version"] if same else self._realm.ids.next(), **wanted}

    def _defaults(self, guild_id: str) -> Json:
        return {
            "application_id": self._world.bot["id"],
            "type": CommandType.CHAT_INPUT,
            "description": "",
            "name_localizations": None,
            "description_localizations": None,
            "default_member_permissions": None,
            "dm_permission": True,
            "contexts": None,
            "integration_types": [0],
            "nsfw": False,
        } | ({"guild_id": guild_id} if guild_id else {})


def _permitted(wanted: str | None, granted: Permission) -> bool:
    """Obey `default_member_permissions`; "0" leaves a command to administrators."""
    if wanted is None or Permission.ADMINISTRATOR in granted:
        return True
    return int(wanted) != 0 and int(granted) & int(wanted) == int(wanted)


def _without_nulls(given: Json) -> Json:
    """Return a command, an option or a choice as Discord keeps it: what was sent as null is left out."""
    said = {key: value for key, value in given.items() if value is not None and key not in _READ_ONLY}
    for key in ("options", "choices"):
        if key in said:
            said[key] = [_without_nulls(each) for each in said[key]]
    if "default_member_permissions" in said:
        said["default_member_permissions"] = str(said["default_member_permissions"])
    return said
