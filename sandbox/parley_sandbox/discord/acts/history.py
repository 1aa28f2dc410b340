"""Read a channel's messages page by page."""

from collections.abc import Callable, Mapping, Sequence

from parley_sandbox.discord.errors import bad_field
from parley_sandbox.discord.model import Json

LARGEST_PAGE = 100
USUAL_PAGE = 50


def page(messages: Sequence[Json], query: Mapping[str, str]) -> list[Json]:
    """Return one page, newest first, of messages given oldest first.

    `query` holds at most one of `after`, `before` and `around` (message ids) and `limit` (1 to 100, usually 50).
    """
    limit = page_size(query.get("limit"))
    for name, cut in _CUTS.items():
        if name in query:
            chosen = cut(messages, _snowflake(name, query[name]), limit)
            break
    else:
        chosen = messages[-limit:]
    return list(reversed(chosen))


def page_size(given: str | None) -> int:
    """Return how many are asked for: 1 to 100, usually 50."""
    if given is None:
        return USUAL_PAGE
    if not given.isdecimal() or not 1 <= int(given) <= LARGEST_PAGE:
        raise bad_field("limit", "NUMBER_TYPE_MAX", f"int value should be between 1 and {LARGEST_PAGE}.")
    return int(given)


def _after(messages: Sequence[Json], pivot: int, limit: int) -> Sequence[Json]:
    return [each for each in messages if int(each["id"]) > pivot][:limit]


def _before(messages: Sequence[Json], pivot: int, limit: int) -> Sequence[Json]:
    return [each for each in messages if int(each["id"]) < pivot][-limit:]


def _around(messages: Sequence[Json], pivot: int, limit: int) -> Sequence[Json]:
    older = _before(messages, pivot, limit // 2) if limit > 1 else []
    return [*older, *_after(messages, pivot - 1, limit - len(older))]


_CUTS: Mapping[str, Callable[[Sequence[Json], int, int], Sequence[Json]]] = {
    "around": _around,
    "before": _before,
    "after": _after,
}


def _snowflake(name: str, given: str) -> int:
    if not given.isdecimal():
        raise bad_field(name, "NUMBER_TYPE_COERCE", f'Value "{given}" is not snowflake.')
    return int(given)
