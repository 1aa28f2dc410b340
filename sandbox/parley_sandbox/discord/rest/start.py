"""Routes that a bot asks at its start: who it is, and where the gateway is."""

from dataclasses import dataclass
from typing import Protocol

from parley_sandbox.discord.acts import Acts
from parley_sandbox.discord.model.users import application, own_user
from parley_sandbox.discord.rest.call import Call, Reply, Routes


class GatewayFacts(Protocol):
    """What the REST interface tells of the gateway."""

    url: str

    @property
    def recommended_shards(self) -> int: ...

    @property
    def identifies_a_day(self) -> int: ...

    @property
    def identifies_left(self) -> int: ...

    @property
    def identifies_reset_after(self) -> float:
        """Seconds."""
        ...

    @property
    def max_concurrency(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Start:
    """The routes of the start, bound to a gateway."""

    gateway: GatewayFacts

    def routes(self) -> Routes:
        """Return them by method and template."""
        return {
            "GET /gateway": self._gateway,
            "GET /gateway/bot": self._gateway_bot,
            "GET /users/@me": _own_user,
            "GET /applications/@me": _application,
            "GET /oauth2/applications/@me": _application,
        }

    def _gateway(self, _acts: Acts, _call: Call) -> Reply:
        return Reply({"url": self.gateway.url})

    def _gateway_bot(self, _acts: Acts, _call: Call) -> Reply:
        starts = {
            "total": self.gateway.identifies_a_day,
            "remaining": self.gateway.identifies_left,
            "reset_after": int(self.gateway.identifies_reset_after * 1000),
            "max_concurrency": self.gateway.max_concurrency,
        }
        return Reply(
            {"url": self.gateway.url, "shards": self.gateway.recommended_shards, "session_start_limit": starts}
        )


def _own_user(acts: Acts, _call: Call) -> Reply:
    return Reply(own_user(acts.realm.world.bot))


def _application(acts: Acts, _call: Call) -> Reply:
    world = acts.realm.world
    return Reply(application(world.bot, world.owner, len(world.guilds)))
