"""Routes that register application commands."""

from parley_sandbox.discord.acts import Acts
from parley_sandbox.discord.acts.commands import GLOBAL
from parley_sandbox.discord.errors import Code, refusal
from parley_sandbox.discord.rest.call import Call, Reply, Routes


def _list(acts: Acts, call: Call) -> Reply:
    return Reply(acts.commands.list(_scope(acts, call)))


def _replace(acts: Acts, call: Call) -> Reply:
    return Reply(acts.commands.replace(call.body, _scope(acts, call)))


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
