"""The gateway's protocol without a socket: frames in, frames and close codes out."""

from typing import Any

import orjson
import pytest
from support.loopback import Cast

from parley_sandbox.discord import Fault, GatewaySettings, LoopbackDiscord, ManualClock, Permission, validation
from parley_sandbox.discord.faults import Kind
from parley_sandbox.discord.gateway.connection import Connection
from parley_sandbox.discord.gateway.frames import Closing, Op
from parley_sandbox.discord.gateway.protocol import Protocol
from parley_sandbox.discord.intents import Intent

ALL = Intent.GUILDS | Intent.GUILD_MESSAGES | Intent.DIRECT_MESSAGES | Intent.MESSAGE_CONTENT


class Line(Connection):
    """A connection whose far end is the test."""

    def __init__(self) -> None:
        super().__init__(None, None, None)  # type: ignore[arg-type]  # nothing is written to a socket here

    def read(self) -> list[Any]:
        """Everything sent since the last look; a number is a close code."""
        items = [self._out.get_nowait() for _ in range(self._out.qsize())]
        return [item if isinstance(item, int) else orjson.loads(item) for item in items]

    def events(self) -> list[tuple[str, Any]]:
        return [(each["t"], each["d"]) for each in self.read() if isinstance(each, dict) and each["op"] == 0]


class Client:
    """One connection of a bot."""

    def __init__(self, discord: LoopbackDiscord) -> None:
        self.line = Line()
        self.discord = discord
        self.protocol = Protocol(discord.gateway, self.line, discord.token)

    def send(self, op: int, payload: Any = None) -> None:
        self.protocol.receive(orjson.dumps({"op": op, "d": payload}))

    def identify(self, *, shard: tuple[int, int] = (0, 1), intents: int = ALL, **more: Any) -> "Client":
        self.send(Op.IDENTIFY, {"token": self.discord.token, "intents": int(intents), "shard": list(shard), **more})
        return self

    def resume(self, session: str, sequence: int) -> "Client":
        self.send(Op.RESUME, {"token": self.discord.token, "session_id": session, "seq": sequence})
        return self


@pytest.fixture
def discord(clock: ManualClock) -> LoopbackDiscord:
    return LoopbackDiscord(clock=clock, gateway=GatewaySettings(identify_window=0.0))


def say(discord: LoopbackDiscord, text: str = "hello", *, guild: str = "Orchard", person: str = "Mika") -> str:
    cast = Cast(discord)
    return str(discord.people.say(cast.person(person), cast.channel(guild, "general"), text)["id"])


def close_code(client: Client, op: int, payload: Any = None) -> int:
    with pytest.raises(Closing) as closing:
        client.send(op, payload)
    return closing.value.code


def test_hello_names_the_heartbeat_in_milliseconds(discord: LoopbackDiscord) -> None:
    client = Client(discord)
    client.protocol.greet("10")
    assert client.line.read()[0]["d"]["heartbeat_interval"] == 41_250
    with pytest.raises(Closing, match="4012"):
        client.protocol.greet("9")


def test_identify_is_answered_by_ready_and_the_guilds_of_the_shard(discord: LoopbackDiscord) -> None:
    sent = Client(discord).identify().line.read()
    assert [frame["s"] for frame in sent] == [1, 2, 3]
    ready = sent[0]["d"]
    assert ready["application"]["id"] == discord.world.bot["id"]
    assert [guild["id"] for guild in ready["guilds"]] == list(discord.world.guilds)
    assert [frame["d"]["name"] for frame in sent[1:]] == ["Orchard", "Workshop"]
    quiet = Client(discord).identify(intents=Intent.GUILD_MESSAGES).line.read()
    assert [frame["t"] for frame in quiet] == ["READY"]


def test_an_event_reaches_every_session_of_its_shard_and_no_other(discord: LoopbackDiscord) -> None:
    first, second = Client(discord).identify(shard=(1, 2)), Client(discord).identify(shard=(1, 2))
    other = Client(discord).identify(shard=(0, 2))
    for client in (first, second, other):
        client.line.read()
    say(discord, guild="Orchard")
    assert [len(client.line.events()) for client in (first, second, other)] == [1, 1, 0]
    discord.people.say(Cast(discord).person("Sam"), Cast(discord).direct("Sam"), "hi")
    assert [len(client.line.events()) for client in (first, second, other)] == [0, 0, 1]


def test_intents_choose_events(discord: LoopbackDiscord) -> None:
    cast = Cast(discord)
    client = Client(discord).identify(intents=Intent.DIRECT_MESSAGES)
    client.line.read()
    say(discord)
    discord.people.typing(cast.person("Mika"), cast.direct("Mika"))
    discord.people.say(cast.person("Mika"), cast.direct("Mika"), "hi")
    assert [name for name, _ in client.line.events()] == ["MESSAGE_CREATE"]


def test_without_message_content_only_mentions_and_direct_messages_have_text(discord: LoopbackDiscord) -> None:
    cast = Cast(discord)
    client = Client(discord).identify(intents=ALL & ~Intent.MESSAGE_CONTENT)
    client.line.read()
    say(discord, "secret")
    say(discord, f"<@{cast.bot}> open")
    discord.people.say(cast.person("Mika"), cast.direct("Mika"), "direct")
    assert [payload["content"] for _, payload in client.line.events()] == ["", f"<@{cast.bot}> open", "direct"]


def test_the_bot_hears_nothing_of_a_channel_it_cannot_see(discord: LoopbackDiscord) -> None:
    client = Client(discord).identify()
    client.line.read()
    discord.world.overwrite(Cast(discord).channel("Orchard", "general"), deny=Permission.VIEW_CHANNEL)
    say(discord)
    assert client.line.events() == []


def test_a_resume_replays_what_was_missed_in_order(discord: LoopbackDiscord) -> None:
    client = Client(discord).identify()
    ready = client.line.read()
    say(discord, "one")
    client.protocol.leave(None)
    say(discord, "two")
    again = Client(discord).resume(ready[0]["d"]["session_id"], ready[-1]["s"])
    sent = again.line.read()
    assert [(frame["t"], frame["d"].get("content")) for frame in sent] == [
        ("MESSAGE_CREATE", "one"),
        ("MESSAGE_CREATE", "two"),
        ("RESUMED", None),
    ]
    assert [frame["s"] for frame in sent] == [4, 5, 6]
    say(discord, "three")
    assert len(again.line.events()) == 1


@pytest.mark.parametrize(
    ("code", "resumable"), [(1000, False), (1001, False), (None, True), (3000, True), (1006, True)]
)
def test_only_a_clean_goodbye_of_the_client_ends_a_session(
    discord: LoopbackDiscord, code: int | None, resumable: bool
) -> None:
    client = Client(discord).identify()
    session = client.line.read()[0]["d"]["session_id"]
    client.protocol.leave(code)
    sent = Client(discord).resume(session, 3).line.read()
    assert (sent[0]["t"] == "RESUMED") is resumable
    if not resumable:
        assert (sent[0]["op"], sent[0]["d"]) == (9, False)


def test_a_session_is_forgotten_after_a_while_or_when_too_much_was_missed(clock: ManualClock) -> None:
    settings = GatewaySettings(identify_window=0.0, resume_within=60.0, replay=5)
    discord = LoopbackDiscord(clock=clock, gateway=settings)
    client = Client(discord).identify()
    session = client.line.read()[0]["d"]["session_id"]
    client.protocol.leave(None)
    for _ in range(6):
        say(discord)
    assert Client(discord).resume(session, 3).line.read()[0]["op"] == Op.INVALID_SESSION
    assert Client(discord).resume(session, 4).line.read()[-1]["t"] == "RESUMED"
    late = Client(discord).identify()
    session = late.line.read()[0]["d"]["session_id"]
    late.protocol.leave(None)
    clock.advance(61.0)
    assert Client(discord).resume(session, 3).line.read()[0]["op"] == Op.INVALID_SESSION


def test_a_sequence_from_the_future_is_not_resumed(discord: LoopbackDiscord) -> None:
    session = Client(discord).identify().line.read()[0]["d"]["session_id"]
    assert Client(discord).resume(session, 99).line.read()[0]["op"] == Op.INVALID_SESSION


def test_identify_buckets_take_one_shard_a_window(clock: ManualClock) -> None:
    discord = LoopbackDiscord(clock=clock, gateway=GatewaySettings(max_concurrency=2, identifies_a_day=4))
    assert Client(discord).identify(shard=(0, 4)).line.read()[0]["t"] == "READY"
    assert Client(discord).identify(shard=(1, 4)).line.read()[0]["t"] == "READY"
    refused = Client(discord).identify(shard=(2, 4))
    assert refused.line.read()[0]["op"] == Op.INVALID_SESSION
    assert discord.gateway.identifies_left == 2
    clock.advance(5.1)
    assert discord.gateway.identifies_reset_after == pytest.approx(86_394.9)
    assert refused.identify(shard=(2, 4)).line.read()[0]["t"] == "READY"
    assert Client(discord).identify(shard=(3, 4)).line.read()[0]["t"] == "READY"
    clock.advance(5.1)
    assert Client(discord).identify(shard=(0, 4)).line.read()[0]["op"] == Op.INVALID_SESSION
    clock.advance(86_400.0)
    assert discord.gateway.identifies_reset_after == 0.0
    assert Client(discord).identify(shard=(0, 4)).line.read()[0]["t"] == "READY"


@pytest.mark.parametrize(
    ("op", "payload", "code"),
    [
        (Op.IDENTIFY, {"token": "wrong", "intents": 1}, 4004),
        (Op.IDENTIFY, {"intents": 1}, 4002),
        (Op.IDENTIFY, {"token": "TOKEN", "intents": 1, "shard": [2, 2]}, 4010),
        (Op.IDENTIFY, {"token": "TOKEN", "intents": 1 << 30}, 4013),
        (Op.IDENTIFY, {"token": "TOKEN", "intents": 1 << 1}, 4014),
        (Op.RESUME, {"token": "wrong", "session_id": "x", "seq": 1}, 4004),
        (Op.RESUME, {"token": "TOKEN"}, 4002),
        (Op.PRESENCE_UPDATE, {"status": "idle"}, 4003),
        (99, None, 4001),
    ],
)
def test_a_client_that_errs_is_closed_with_discords_code(clock: ManualClock, op: int, payload: Any, code: int) -> None:
    discord = LoopbackDiscord(clock=clock, gateway=GatewaySettings(allowed_privileged=0))
    if payload and payload.get("token") == "TOKEN":
        payload = {**payload, "token": discord.token}
    assert close_code(Client(discord), op, payload) == code


@pytest.mark.parametrize("raw", [b"{", b"[]", b'{"op": 1, "d": "' + b"x" * 4096 + b'"}'])
def test_what_is_no_frame_is_a_decode_error(discord: LoopbackDiscord, raw: bytes) -> None:
    with pytest.raises(Closing, match="4002"):
        Client(discord).protocol.receive(raw)


def test_identifying_twice_and_too_many_frames_close(discord: LoopbackDiscord) -> None:
    client = Client(discord).identify()
    assert close_code(client, Op.IDENTIFY, {"token": discord.token, "intents": 1}) == 4005
    assert close_code(client, Op.RESUME, {"token": discord.token, "session_id": "x", "seq": 1}) == 4005
    for _ in range(117):
        client.send(Op.HEARTBEAT)
    assert close_code(client, Op.HEARTBEAT) == 4008


def test_a_new_connection_takes_a_session_over(discord: LoopbackDiscord) -> None:
    old = Client(discord).identify()
    session = old.line.read()[0]["d"]["session_id"]
    new = Client(discord).resume(session, 3)
    assert old.line.read() == [4000]
    old.protocol.leave(1000)
    say(discord)
    assert [name for name, _ in new.line.events()] == ["RESUMED", "MESSAGE_CREATE"]


def test_heartbeats_are_acknowledged_unless_a_fault_says_no(discord: LoopbackDiscord) -> None:
    client = Client(discord).identify()
    client.line.read()
    discord.faults.add(Fault(Kind.NO_HEARTBEAT_ACK))
    client.send(Op.HEARTBEAT)
    assert client.line.read() == []
    client.send(Op.HEARTBEAT, 3)
    assert client.line.read()[0]["op"] == Op.HEARTBEAT_ACK


def test_the_presence_is_kept_and_told(discord: LoopbackDiscord) -> None:
    with discord.subscribe() as queue:
        client = Client(discord).identify(presence={"status": "online"})
        client.send(Op.PRESENCE_UPDATE, {"status": "idle", "activities": []})
    assert discord.gateway.presences[0]["status"] == "idle"
    assert [queue.get_nowait().payload["status"] for _ in range(queue.qsize())] == ["online", "idle"]


def test_members_are_sent_when_asked_for(discord: LoopbackDiscord) -> None:
    client = Client(discord).identify()
    client.line.read()
    client.send(
        Op.REQUEST_GUILD_MEMBERS, {"guild_id": Cast(discord).guild("Orchard"), "query": "", "limit": 0, "nonce": "n"}
    )
    ((name, chunk),) = client.line.events()
    assert (name, len(chunk["members"]), chunk["nonce"]) == ("GUILD_MEMBERS_CHUNK", 5, "n")


@pytest.mark.parametrize(
    ("kind", "sent"),
    [
        (Kind.RECONNECT, {"op": 7, "d": None}),
        (Kind.INVALID_SESSION_RESUMABLE, {"op": 9, "d": True}),
        (Kind.INVALID_SESSION, {"op": 9, "d": False}),
        (Kind.CLOSE, 4007),
    ],
)
def test_faults_that_act_at_once_reach_every_connection(discord: LoopbackDiscord, kind: Kind, sent: Any) -> None:
    client = Client(discord).identify()
    session = client.line.read()[0]["d"]["session_id"]
    discord.faults.add(Fault(kind, code=4007))
    (got,) = client.line.read()
    assert (got if isinstance(got, int) else {"op": got["op"], "d": got["d"]}) == sent
    client.protocol.leave(4007)
    resumed = Client(discord).resume(session, 3).line.read()[0]
    assert (resumed["t"] == "RESUMED") is (kind is not Kind.INVALID_SESSION)


def test_after_an_invalid_session_the_same_connection_may_identify_anew(discord: LoopbackDiscord) -> None:
    client = Client(discord).identify()
    discord.faults.add(Fault(Kind.INVALID_SESSION))
    client.line.read()
    assert client.identify().line.read()[0]["t"] == "READY"


def test_a_duplicated_event_comes_twice_under_two_sequence_numbers(discord: LoopbackDiscord) -> None:
    client = Client(discord).identify()
    client.line.read()
    discord.faults.add(Fault(Kind.DUPLICATE_EVENT))
    first, second = say(discord, "twice"), say(discord, "once")
    sent = client.line.read()
    assert [frame["d"]["id"] for frame in sent] == [first, first, second]
    assert [frame["s"] for frame in sent] == [4, 5, 6]


@pytest.mark.parametrize(("every", "reached"), [(True, [1, 1]), (False, [0, 1])])
def test_interactions_reach_all_sessions_or_the_newest(
    discord: LoopbackDiscord, every: bool, reached: list[int]
) -> None:
    cast = Cast(discord)
    discord.gateway.settings.interactions_to_every_session = every
    clients = [Client(discord).identify(), Client(discord).identify()]
    for client in clients:
        client.line.read()
    row = {"type": 1, "components": [{"type": 2, "style": 1, "label": "a", "custom_id": "a"}]}
    sent = discord.people._acts.messages.send(
        cast.bot, cast.channel("Orchard", "general"), validation.draft({"content": "x", "components": [row]}, {})
    )
    for client in clients:
        client.line.read()
    discord.people.click(cast.person("Mika"), sent["id"], "a")
    assert [len(client.line.events()) for client in clients] == reached


def test_a_client_that_never_reads_is_cut_off_and_can_resume(discord: LoopbackDiscord) -> None:
    client = Client(discord).identify()
    for _ in range(client.line._out.maxsize + 1):
        client.line.send(b"{}")
    assert client.line.closed_by_us
    client.line.close(1000)
    client.protocol.leave(1000)
    assert len(discord.gateway.sessions) == 1
