"""Routes of guilds, members, channels and direct channels."""

from parley_sandbox.discord.acts import Acts
from parley_sandbox.discord.acts.rights import demand
from parley_sandbox.discord.errors import Code, refusal
from parley_sandbox.discord.rest.call import Call, Reply, Routes


def _guild(acts: Acts, call: Call) -> Reply:
    world = acts.realm.world
    guild = world.guild(call.params["guild_id"])
    if call.query.get("with_counts", "").lower() != "true":
        return Reply(guild)
    members = len(world.members[guild["id"]])
    return Reply({**guild, "approximate_member_count": members, "approximate_presence_count": members})


def _member(acts: Acts, call: Call) -> Reply:
    world, user_id = acts.realm.world, call.params["user_id"]
    member = world.member(call.params["guild_id"], user_id)
    return Reply({**member, "user": world.user(user_id)})


def _user(acts: Acts, call: Call) -> Reply:
    return Reply(acts.realm.world.user(call.params["user_id"]))


def _channels(acts: Acts, call: Call) -> Reply:
    guild = acts.realm.world.guild(call.params["guild_id"])
    return Reply(list(acts.realm.world.channels_of(guild["id"])))


def _channel(acts: Acts, call: Call) -> Reply:
    world = acts.realm.world
    channel = world.channel(call.params["channel_id"])
    demand(world, world.bot["id"], channel["id"])
    return Reply(channel, channel["id"])


def _typing(acts: Acts, call: Call) -> Reply:
    acts.channels.typing(acts.realm.world.bot["id"], call.params["channel_id"])
    return Reply(channel_id=call.params["channel_id"])


def _open_direct(acts: Acts, call: Call) -> Reply:
    recipient = str(call.form.get("recipient_id"))
    if recipient not in acts.realm.world.people:
        raise refusal(Code.UNKNOWN_USER)
    channel = acts.channels.open_direct(recipient)
    return Reply(channel, channel["id"])


ROUTES: Routes = {
    "GET /guilds/{guild_id}": _guild,
    "GET /guilds/{guild_id}/channels": _channels,
    "GET /guilds/{guild_id}/members/{user_id}": _member,
    "GET /users/{user_id}": _user,
    "POST /users/@me/channels": _open_direct,
    "GET /channels/{channel_id}": _channel,
    "POST /channels/{channel_id}/typing": _typing,
}
