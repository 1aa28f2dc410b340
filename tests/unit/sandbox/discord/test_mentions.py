import pytest
from support.loopback import Cast

from parley_sandbox.discord import LoopbackDiscord
from parley_sandbox.discord.acts.mentions import mentions
from parley_sandbox.discord.model import Json


@pytest.mark.parametrize(
    ("allowed", "expected"),
    [
        (None, {"Mika", "Noor", "Sam"}),
        ({"parse": []}, set()),
        ({"parse": ["users"]}, {"Mika", "Noor"}),
        ({"parse": [], "replied_user": True}, {"Sam"}),
        ({"parse": ["roles"], "replied_user": False}, set()),
    ],
)
def test_allowed_mentions_decide_who_is_pinged(
    discord: LoopbackDiscord, cast: Cast, allowed: Json | None, expected: set[str]
) -> None:
    text = f"<@{cast.person('Mika')}> and <@!{cast.person('Noor')}> and <@123>"
    question = {"author": discord.world.user(cast.person("Sam"))}
    found = mentions(discord.world, text, allowed, replied_to=question, may_everyone=False)
    assert {user["global_name"] for user in found.users} == expected


def test_single_users_and_roles_can_be_allowed(discord: LoopbackDiscord, cast: Cast) -> None:
    text = f"<@{cast.person('Mika')}> <@{cast.person('Sam')}> <@&5> <@&6>"
    allowed = {"users": [cast.person("Sam")], "roles": ["6"]}
    found = mentions(discord.world, text, allowed, replied_to=None, may_everyone=False)
    assert [user["id"] for user in found.users] == [cast.person("Sam")]
    assert found.roles == ["6"]


@pytest.mark.parametrize(
    ("may", "allowed", "pinged"), [(True, None, True), (False, None, False), (True, {"parse": []}, False)]
)
def test_everyone_is_pinged_by_permission_only(
    discord: LoopbackDiscord, may: bool, allowed: Json | None, pinged: bool
) -> None:
    assert mentions(discord.world, "hi @everyone", allowed, replied_to=None, may_everyone=may).everyone is pinged
