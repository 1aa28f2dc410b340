"""The application commands a bot has registered. Running them comes with the people's slash commands."""

from collections.abc import Sequence

from parley_sandbox.discord.errors import FormFaults, bad_field
from parley_sandbox.discord.model import Json
from parley_sandbox.discord.realm import Realm

GLOBAL = ""
CHAT_INPUT = 1
_NAME_CHARACTERS = 32
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
        for number, command in enumerate(given):
            _check(str(number), command, faults)
        faults.raise_if_any()
        known = {(command["name"], command["type"]): command for command in self.list(guild_id)}
        self._world.commands[guild_id] = [self._registered(command, guild_id, known) for command in given]
        return self._world.commands[guild_id]

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


def _check(path: str, command: object, faults: FormFaults) -> None:
    if not isinstance(command, dict):
        faults.add(path, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
        return
    name = command.get("name")
    if not isinstance(name, str) or not 1 <= len(name) <= _NAME_CHARACTERS:
        faults.add(f"{path}.name", "BASE_TYPE_BAD_LENGTH", f"Must be between 1 and {_NAME_CHARACTERS} in length.")
    if (command.get("type") or CHAT_INPUT) == CHAT_INPUT and not command.get("description"):
        faults.add(f"{path}.description", "BASE_TYPE_REQUIRED", "This field is required")
