"""Questions to what was recorded, as pure functions for tests and the page."""

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from parley_sandbox.discord.model.ids import created_at
from parley_sandbox.discord.recorder import Recorded

CREATE = "POST /channels/{channel_id}/messages"
EDIT = "PATCH /channels/{channel_id}/messages/{message_id}"
DELETE = "DELETE /channels/{channel_id}/messages/{message_id}"
TYPING = "POST /channels/{channel_id}/typing"
CALLBACK = "POST /interactions/{interaction_id}/{interaction_token}/callback"
FOLLOW_UP = "POST /webhooks/{webhook_id}/{webhook_token}"
FOLLOW_UP_EDIT = "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}"
FOLLOW_UP_DELETE = "DELETE /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}"
_INVALID = frozenset({401, 403, 429})


def of(requests: Iterable[Recorded], route: str, *, channel_id: str | None = None) -> list[Recorded]:
    """Return the requests of a route, if asked of one channel."""
    return [each for each in requests if each.route == route and channel_id in (None, each.channel_id)]


def about(requests: Iterable[Recorded], message_id: str) -> list[Recorded]:
    """Return what concerns one message: its create, edits, reactions, and the creates that reply to it."""
    return [each for each in requests if message_id in (each.message_id, replied_to(each))]


def replied_to(request: Recorded) -> str | None:
    """Return the message that a create replies to."""
    reference = request.body.get("message_reference") if isinstance(request.body, dict) else None
    return str(reference["message_id"]) if reference and reference.get("message_id") is not None else None


def edits(requests: Iterable[Recorded], channel_id: str) -> list[Recorded]:
    """Return the accepted edits in a channel."""
    return [each for each in of(requests, EDIT, channel_id=channel_id) if each.accepted]


def edit_spacing(requests: Iterable[Recorded], channel_id: str) -> list[float]:
    """Return the seconds between the arrivals of successive edits in a channel, refused ones included."""
    times = [each.at for each in of(requests, EDIT, channel_id=channel_id)]
    return [later - earlier for earlier, later in itertools.pairwise(times)]


def creates_by_question(requests: Iterable[Recorded]) -> Mapping[str, Sequence[str]]:
    """Return, for each message that was replied to, the different messages that were created as replies to it."""
    replies: dict[str, dict[str, None]] = defaultdict(dict)
    for each in of(requests, CREATE):
        question = replied_to(each)
        if question and each.message_id:
            replies[question][each.message_id] = None
    return {question: tuple(created) for question, created in replies.items()}


def texts(requests: Iterable[Recorded], message_id: str) -> list[str]:
    """Return the texts that a message had, one after the other."""
    routes = (CREATE, EDIT, FOLLOW_UP, FOLLOW_UP_EDIT)
    shown = [
        each.response for each in requests if each.message_id == message_id and each.route in routes and each.accepted
    ]
    return [text for text, _ in itertools.groupby(answer["content"] for answer in shown if answer)]


def final_texts(requests: Sequence[Recorded]) -> Mapping[str, str]:
    """Return the text that each of the bot's messages shows at the end, by message; deleted ones are left out."""
    shown: dict[str, str] = {}
    for each in requests:
        if each.message_id is None or not each.accepted:
            continue
        if each.route in (DELETE, FOLLOW_UP_DELETE):
            shown.pop(each.message_id, None)
        elif each.route in (CREATE, EDIT, FOLLOW_UP, FOLLOW_UP_EDIT):
            shown[each.message_id] = each.response["content"]
    return shown


def invalid(requests: Iterable[Recorded]) -> int:
    """Return how many requests Discord would count against the address: 401, 403, and 429 other than of scope shared."""
    return sum(each.status in _INVALID and each.ratelimit.get("X-RateLimit-Scope") != "shared" for each in requests)


def statuses(requests: Iterable[Recorded]) -> Counter[tuple[str, int]]:
    """Return how often each route was answered with each status."""
    return Counter((each.route, each.status) for each in requests)


def acknowledgements(requests: Iterable[Recorded]) -> list[float]:
    """Return the seconds from each interaction's creation to its accepted first response."""
    accepted = [each for each in of(requests, CALLBACK) if each.accepted]
    return [each.at - created_at(each.path.split("/")[2]) for each in accepted]
