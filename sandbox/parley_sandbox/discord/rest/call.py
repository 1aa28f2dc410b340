"""A request and its answer, free of the HTTP library."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from parley_sandbox.discord.acts import Acts
from parley_sandbox.discord.errors import ApiError, bad_field
from parley_sandbox.discord.model import Json
from parley_sandbox.discord.validation import Upload


@dataclass(frozen=True, slots=True)
class Call:
    """A request that matched a route."""

    route: str
    """Method and template."""
    params: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    files: Mapping[str, Upload] = field(default_factory=dict)
    authorization: str | None = None
    unreadable: ApiError | None = None
    """Why the body could not be read."""

    @property
    def form(self) -> Json:
        """The body as an object; refused when it is something else."""
        if not isinstance(self.body, dict):
            raise bad_field("_", "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
        return self.body

    @property
    def major(self) -> str:
        """The parameters by which rate limits are kept apart."""
        return "/".join(self.params[name] for name in _MAJOR if name in self.params)

    @property
    def channel_id(self) -> str | None:
        """The channel in the path."""
        return self.params.get("channel_id")


@dataclass(frozen=True, slots=True)
class Reply:
    """What a route answers; no body means 204. The ids say what it was about, for the record."""

    body: Any = None
    channel_id: str | None = None
    message_id: str | None = None
    status: int | None = None
    """The HTTP status where it is not the usual one."""


Route: TypeAlias = Callable[[Acts, Call], Reply]
Routes: TypeAlias = Mapping[str, Route]

_MAJOR = ("channel_id", "guild_id", "webhook_id", "webhook_token")


def about(message: Json) -> Reply:
    """Return the reply that carries a message."""
    return Reply(message, message["channel_id"], message["id"])
