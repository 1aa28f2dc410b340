"""The first events of a session, and the members that a client asks for."""

from collections.abc import Iterator

from parley_sandbox.discord.gateway.session import Session
from parley_sandbox.discord.intents import Intent
from parley_sandbox.discord.model import Json
from parley_sandbox.discord.model.guilds import LONG_AGO
from parley_sandbox.discord.model.ids import shard_of
from parley_sandbox.discord.model.users import own_user
from parley_sandbox.discord.realm import Realm
from parley_sandbox.discord.world import World


def events(realm: Realm, session: Session, url: str) -> Iterator[tuple[str, Json]]:
    """Yield READY, and GUILD_CREATE for every guild of the shard if the session asked for guilds."""
    number, shards = session.shard
    mine = [guild for guild in realm.world.guilds.values() if shard_of(guild["id"], shards) == number]
    yield "READY", _ready(realm.world, session, url, mine)
    if session.intents & Intent.GUILDS:
        for guild in mine:
            yield "GUILD_CREATE", guild_create(realm.world, guild)


def guild_create(world: World, guild: Json) -> Json:
    """Return a guild with what clients are told of it at the start."""
    members = [{**member, "user": world.user(user_id)} for user_id, member in world.members[guild["id"]].items()]
    return {
        **guild,
        "unavailable": False,
        "large": False,
        "joined_at": LONG_AGO,
        "member_count": len(members),
        "members": members,
        "channels": list(world.channels_of(guild["id"])),
        "threads": [_thread(world, thread) for thread in world.threads_of(guild["id"])],
        "presences": [],
        "voice_states": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def _thread(world: World, thread: Json) -> Json:
    """Return a thread, with the bot's place in it if it has one."""
    place = world.thread_members[thread["id"]].get(world.bot["id"])
    return thread if place is None else {**thread, "member": place}


def members_chunk(world: World, guild_id: str, nonce: str | None) -> Json:
    """Return all members of a guild in one chunk; guilds here are small."""
    members = [{**member, "user": world.user(user_id)} for user_id, member in world.members.get(guild_id, {}).items()]
    chunk = {"guild_id": guild_id, "members": members, "chunk_index": 0, "chunk_count": 1, "not_found": []}
    return chunk if nonce is None else {**chunk, "nonce": nonce}


def _ready(world: World, session: Session, url: str, guilds: list[Json]) -> Json:
    return {
        "v": 10,
        "user": own_user(world.bot),
        "guilds": [{"id": guild["id"], "unavailable": True} for guild in guilds],
        "session_id": session.id,
        "session_type": "normal",
        "resume_gateway_url": url,
        "shard": list(session.shard),
        "application": {"id": world.bot["id"], "flags": 1 << 19},
        "user_settings": {},
        "presences": [],
        "relationships": [],
        "private_channels": [],
        "geo_ordered_rtc_regions": [],
        "_trace": ["loopback"],
    }
