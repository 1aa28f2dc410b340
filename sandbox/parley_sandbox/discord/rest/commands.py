"""Routes that register application commands."""

from http import HTTPStatus

from parley_sandbox.discord.acts import Acts
from parley_sandbox.discord.acts.commands import GLOBAL
from parley_sandbox.discord.errors import Code, refusal
from parley_sandbox.discord.model import Json
from parley_sandbox.discord.rest.call import Call, Reply, Route, Routes


def _list(acts: Acts, call: Call) -> Reply:
    listed = acts.commands.list(_scope(acts, call))
    whole = call.query.get("with_localizations", "").lower() in ("true", "1")
    return Reply([each if whole else _without_localisations(each) for each in listed])


def _replace(acts: Acts, call: Call) -> Reply:
    return Reply(acts.commands.replace(call.body, _scope(acts, call)))


def _create(acts: Acts, call: Call) -> Reply:
    command, new = acts.commands.put(call.form, _scope(acts, call))
    return Reply(command, status=HTTPStatus.CREATED if new else None)


def _get(acts: Acts, call: Call) -> Reply:
    return Reply(acts.commands.get(call.params["command_id"], _scope(acts, call)))


def _change(acts: Acts, call: Call) -> Reply:
    return Reply(acts.commands.change(call.params["command_id"], call.form, _scope(acts, call)))


def _delete(acts: Acts, call: Call) -> Reply:
    acts.commands.delete(call.params["command_id"], _scope(acts, call))
    return Reply()


def _without_localisations(said: Json) -> Json:
    """Return a command, an option or a choice without its translations."""
    shown = {key: value for key, value in said.items() if not key.endswith("_localizations")}
    for key in ("options", "choices"):
        if key in shown:
            shown[key] = [_without_localisations(each) for each in shown[key]]
    return shown


def _scope(acts: Acts, call: Call) -> str:
    world = acts.realm.world
    if call.params["application_id"] != world.bot["id"]:
        raise refusal(Code.MISSING_ACCESS)
    guild_id = call.params.get("guild_id")
    return GLOBAL if guild_id is None else str(world.guild(guild_id)["id"])


_SCOPES = ("/applications/{application_id}/commands", "/applications/{application_id}/guilds/{guild_id}/commands")
_BELOW: tuple[tuple[str, str, Route], ...] = (
    ("GET", "", _list),
    ("PUT", "", _replace),
    ("POST", "", _create),
    ("GET", "/{command_id}", _get),
    ("PATCH", "/{command_id}", _change),
    ("DELETE", "/{command_id}", _delete),
)

ROUTES: Routes = {f"{method} {scope}{below}": route for method, below, route in _BELOW for scope in _SCOPES}
