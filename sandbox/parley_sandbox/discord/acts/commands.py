"""The application commands that a bot has registered, and who may use them where."""

from collections.abc import Sequence

from parley_sandbox.discord.acts.checks import CHAT_INPUT, check_commands
from parley_sandbox.discord.errors import FormFaults, bad_field
from parley_sandbox.discord.model import Json
from parley_sandbox.discord.permissions import Permission
from parley_sandbox.discord.realm import Realm

GLOBAL = ""
GUILD, BOT_DM = 0, 1
"""Where a command may be used, as `contexts` says it."""
_MOST = 100


class Commands:
    """The registered commands of a realm."""

    def __init__(self, realm: Realm) -> None:
        self._realm = realm
        self._world = realm.world

    def list(self, guild_id: str = GLOBAL) -> Sequence[Json]:
        """Return the commands of a guild, or the global ones."""
        return self._world.commands.get(guild_id, [])

    def replace(self, given: object, guild_id: str = GLOBAL) -> Sequence[Json]:
        """Register exactly these commands; one of the same name and type keeps its id, and its version unless it changed."""
        if not isinstance(given, list) or len(given) > _MOST:
            raise bad_field("_", "BASE_TYPE_MAX_LENGTH", f"Must be a list of {_MOST} or fewer in length.")
        faults = FormFaults()
        check_commands(given, faults)
        faults.raise_if_any()
        known = {(command["name"], command["type"]): command for command in self.list(guild_id)}
        self._world.commands[guild_id] = [self._registered(command, guild_id, known) for command in given]
        return self._world.commands[guild_id]

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
        contexts = command.get("contexts")
        if (GUILD if guild_id else BOT_DM) not in (contexts or (GUILD, BOT_DM)):
            return False
        granted = self._world.permissions_of(person_id, channel_id)
        if guild_id is None:
            return Permission.VIEW_CHANNEL in granted
        needed = int(command.get("default_member_permissions") or 0)
        allowed = int(granted) & needed == needed or Permission.ADMINISTRATOR in granted
        return allowed and Permission.USE_APPLICATION_COMMANDS in granted

    def _registered(self, given: Json, guild_id: str, known: dict[tuple[str, int], Json]) -> Json:
        said = {key: value for key, value in given.items() if value is not None and key != "id"}
        wanted = {**self._defaults(guild_id), **said}
        before = known.get((wanted["name"], wanted["type"]))
        if before is None:
            return {"id": self._realm.ids.next(), "version": self._realm.ids.next(), **wanted}
        same = {key: value for key, value in before.items() if key not in ("id", "version")} == wanted
        return {"id": before["id"], "version": before["version"] if same else self._realm.ids.next(), **wanted}

    def _defaults(self, guild_id: str) -> Json:
        return {
            "application_id": self._world.bot["id"],
            "type": CHAT_INPUT,
            "description": "",
            "name_localizations": None,
            "description_localizations": None,
            "default_member_permissions": None,
            "dm_permission": True,
            "contexts": None,
            "integration_types": [0],
            "nsfw": False,
        } | ({"guild_id": guild_id} if guild_id else {})
