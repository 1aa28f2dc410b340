from support.loopback import Cast

from parley_sandbox.discord import Happening, LoopbackDiscord, happenings


def test_listeners_hear_from_when_they_come_until_they_go(discord: LoopbackDiscord, cast: Cast) -> None:
    channel = cast.channel("Orchard", "help")
    discord.people.say(cast.person("Mika"), channel, "before")
    with discord.subscribe() as queue:
        said = discord.people.say(cast.person("Mika"), channel, "during")
        discord.people.typing(cast.person("Sam"), channel)
        discord.people.edit(cast.person("Mika"), said["id"], "changed")
        discord.people.delete(cast.person("Mika"), said["id"])
    discord.people.say(cast.person("Mika"), channel, "after")
    heard = [queue.get_nowait() for _ in range(queue.qsize())]
    assert [each.kind for each in heard] == ["message_create", "typing", "message_update", "message_delete"]
    assert heard[0].payload["content"] == "during"
    assert heard[2].payload["content"] == "changed"
    assert heard[3].payload["id"] == said["id"]


def test_a_listener_that_sleeps_loses_the_oldest() -> None:
    broadcast = happenings.Broadcast()
    with broadcast.subscribe() as queue:
        for number in range(happenings.WAITING + 2):
            broadcast.tell(Happening("typing", number))
        assert queue.qsize() == happenings.WAITING
        assert queue.get_nowait().payload == 2
