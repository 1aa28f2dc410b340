"""Routes of messages and reactions."""

from parley_sandbox.discord import validation
from parley_sandbox.discord.acts import Acts
from parley_sandbox.discord.acts.history import page
from parley_sandbox.discord.acts.rights import demand
from parley_sandbox.discord.model.messages import rendered
from parley_sandbox.discord.permissions import Permission
from parley_sandbox.discord.rest.call import Call, Reply, Routes, about


def _list(acts: Acts, call: Call) -> Reply:
    world, channel_id = acts.realm.world, call.params["channel_id"]
    world.channel(channel_id)
    demand(world, world.bot["id"], channel_id)
    there = [each for each in world.messages[channel_id].values() if each["id"] not in world.viewers]
    chosen = page(there, call.query)
    may_read = Permission.READ_MESSAGE_HISTORY in world.permissions_of(world.bot["id"], channel_id)
    return Reply([rendered(world, each) for each in chosen] if may_read else [], channel_id)


def _get(acts: Acts, call: Call) -> Reply:
    return about(acts.messages.read(acts.realm.world.bot["id"], call.params["channel_id"], call.params["message_id"]))


def _create(acts: Acts, call: Call) -> Reply:
    draft = validation.draft(call.form, call.files)
    return about(acts.messages.send(acts.realm.world.bot["id"], call.params["channel_id"], draft))


def _edit(acts: Acts, call: Call) -> Reply:
    change = validation.change(call.form, call.files)
    place = call.params["channel_id"], call.params["message_id"]
    return about(acts.messages.revise(acts.realm.world.bot["id"], *place, change))


def _delete(acts: Acts, call: Call) -> Reply:
    place = call.params["channel_id"], call.params["message_id"]
    acts.messages.withdraw(acts.realm.world.bot["id"], *place)
    return Reply(None, *place)


def _react(acts: Acts, call: Call) -> Reply:
    place = call.params["channel_id"], call.params["message_id"]
    acts.reactions.add(acts.realm.world.bot["id"], *place, call.params["emoji_name"])
    return Reply(None, *place)


def _unreact(acts: Acts, call: Call) -> Reply:
    place = call.params["channel_id"], call.params["message_id"]
    acts.reactions.remove(acts.realm.world.bot["id"], *place, call.params["emoji_name"])
    return Reply(None, *place)


ROUTES: Routes = {
    "GET /channels/{channel_id}/messages": _list,
    "POST /channels/{channel_id}/messages": _create,
    "GET /channels/{channel_id}/messages/{message_id}": _get,
    "PATCH /channels/{channel_id}/messages/{message_id}": _edit,
    "DELETE /channels/{channel_id}/messages/{message_id}": _delete,
    "PUT /channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}/@me": _react,
    "DELETE /channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}/@me": _unreact,
}
