"""Routes of threads and of who is in them."""

from http import HTTPStatus

from parley_sandbox.discord.acts import Acts
from parley_sandbox.discord.acts.history import page_size
from parley_sandbox.discord.acts.rights import demand
from parley_sandbox.discord.errors import Code, refusal
from parley_sandbox.discord.model import Json
from parley_sandbox.discord.permissions import Permission
from parley_sandbox.discord.rest.call import Call, Reply, Route, Routes

_ME = "@me"


def _begin(acts: Acts, call: Call) -> Reply:
    body, place = call.form, (call.params["channel_id"], call.form.get("name"), call.params.get("message_id"))
    thread = acts.thread_starts.begin(_bot(acts), *place, minutes=body.get("auto_archive_duration"))
    return Reply(_with_place(acts, thread), thread["id"], status=HTTPStatus.CREATED)


def _change(acts: Acts, call: Call) -> Reply:
    thread = acts.threads.change(_bot(acts), call.params["channel_id"], call.form)
    return Reply(_with_place(acts, thread), thread["id"])


def _delete(acts: Acts, call: Call) -> Reply:
    return Reply(acts.threads.delete(_bot(acts), call.params["channel_id"]), call.params["channel_id"])


def _active(acts: Acts, call: Call) -> Reply:
    world = acts.realm.world
    seen = [
        thread
        for thread in world.threads_of(world.guild(call.params["guild_id"])["id"])
        if Permission.VIEW_CHANNEL in world.permissions_of(_bot(acts), thread["id"])
    ]
    return Reply(_listed(acts, seen))


def _archived(acts: Acts, call: Call) -> Reply:
    channel_id, before = call.params["channel_id"], call.query.get("before", "")
    demand(acts.realm.world, _bot(acts), channel_id, Permission.READ_MESSAGE_HISTORY)
    older = [
        thread
        for thread in acts.threads.archived(channel_id)
        if not before or thread["thread_metadata"]["archive_timestamp"] < before
    ]
    limit = page_size(call.query.get("limit"))
    return Reply(_listed(acts, older[:limit], more=len(older) > limit), channel_id)


def _members(acts: Acts, call: Call) -> Reply:
    there = acts.threads.members(call.params["channel_id"])
    return Reply([_member_view(acts, call, member) for member in there], call.params["channel_id"])


def _member(acts: Acts, call: Call) -> Reply:
    for member in acts.threads.members(call.params["channel_id"]):
        if member["user_id"] == _who(acts, call):
            return Reply(_member_view(acts, call, member), call.params["channel_id"])
    raise refusal(Code.UNKNOWN_MEMBER)


def _join(acts: Acts, call: Call) -> Reply:
    thread_id = call.params["channel_id"]
    demand(acts.realm.world, _bot(acts), thread_id)
    demand(acts.realm.world, _who(acts, call), thread_id)
    acts.threads.join(thread_id, [_who(acts, call)])
    return Reply(channel_id=thread_id)


def _leave(acts: Acts, call: Call) -> Reply:
    world, thread_id, who = acts.realm.world, call.params["channel_id"], _who(acts, call)
    owner = world.channel(thread_id).get("owner_id")
    demand(world, _bot(acts), thread_id, *(() if _bot(acts) in (who, owner) else (Permission.MANAGE_THREADS,)))
    acts.threads.leave(thread_id, who)
    return Reply(channel_id=thread_id)


def _bot(acts: Acts) -> str:
    return str(acts.realm.world.bot["id"])


def _who(acts: Acts, call: Call) -> str:
    return call.params.get("user_id") or _bot(acts)


def _with_place(acts: Acts, thread: Json) -> Json:
    """Return a thread with the bot's place in it, if it has one."""
    place = acts.realm.world.thread_members[thread["id"]].get(_bot(acts))
    return {**thread, "member": place} if place else thread


def _listed(acts: Acts, threads: list[Json], *, more: bool = False) -> Json:
    places = [acts.realm.world.thread_members[thread["id"]].get(_bot(acts)) for thread in threads]
    return {"threads": threads, "members": [place for place in places if place], "has_more": more}


def _member_view(acts: Acts, call: Call, place: Json) -> Json:
    if call.query.get("with_member", "").lower() not in ("true", "1"):
        return place
    world = acts.realm.world
    guild_id = world.channel(place["id"])["guild_id"]
    return {**place, "member": {**world.member(guild_id, place["user_id"]), "user": world.user(place["user_id"])}}


_MEMBER_ROUTES: tuple[tuple[str, Route], ...] = (("PUT", _join), ("DELETE", _leave))

ROUTES: Routes = {
    "GET /guilds/{guild_id}/threads/active": _active,
    "PATCH /channels/{channel_id}": _change,
    "DELETE /channels/{channel_id}": _delete,
    "POST /channels/{channel_id}/threads": _begin,
    "POST /channels/{channel_id}/messages/{message_id}/threads": _begin,
    "GET /channels/{channel_id}/threads/archived/public": _archived,
    "GET /channels/{channel_id}/thread-members": _members,
    **{
        f"{method} /channels/{{channel_id}}/thread-members/{who}": route
        for method, route in _MEMBER_ROUTES
        for who in (_ME, "{user_id}")
    },
    "GET /channels/{channel_id}/thread-members/{user_id}": _member,
}
