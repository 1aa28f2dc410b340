"""Routes that register application commands."""

from parley_sandbox.discord.acts import Acts
from parley_sandbox.discord.acts.commands import GLOBAL
from parley_sandbox.discord.errors import Code, refusal
from parley_sandbox.discord.model import Json
from parley_sandbox.discord.rest.call import Call, Reply, Routes


def _list(acts: Acts, call: Call) -> Reply:
    listed = acts.commands.list(_scope(acts, call))
    whole = call.query.get("with_localizations", "").lower() in ("true", "1")
    return Reply([each if whole else _without_localisations(each) for each in listed])


def _replace(acts: Acts, call: Call) -> Reply:
    return Reply(acts.commands.replace(call.body, _scope(acts, call)))


def _without_localisations(command: Json) -> Json:
    return {key: value for key, value in command.items() if not key.endswith("_localizations")}


def _scope(acts: Acts, call: Call) -> str:
    world = acts.realm.world
    if call.params["application_id"] != world.bot["id"]:
        raise refusal(Code.MISSING_ACCESS)
    guild_id = call.params.get("guild_id")
    return GLOBAL if guild_id is None else str(world.guild(guild_id)["id"])


ROUTES: Routes = {
    f"{method} {path}": route
    for method, route in (("GET", _list), ("PUT", _replace))
    for path in ("/applications/{application_id}/commands", "/applications/{application_id}/guilds/{guild_id}/commands")
}
