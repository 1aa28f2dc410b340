from typing import Any

import orjson
import pytest

from parley_sandbox.discord import Recorded, Recorder, queries
from parley_sandbox.discord.recorder import redacted


def recorded(route: str, number: int = 1, **fields: Any) -> Recorded:
    response = fields.pop("response", None)
    usual: dict[str, Any] = {
        "number": number,
        "at": float(number),
        "method": route.split(" ", maxsplit=1)[0],
        "route": route,
        "path": "/channels/1/messages",
        "body": None,
        "files": (),
        "status": 200,
        "raw_response": b"" if response is None else orjson.dumps(response),
        "ratelimit": {},
        "took": 0.001,
        "channel_id": "1",
    }
    return Recorded(**usual | fields)


def create(message_id: str, text: str, reply_to: str | None = None, **fields: Any) -> Recorded:
    body = {"content": text} | ({"message_reference": {"message_id": reply_to}} if reply_to else {})
    return recorded(queries.CREATE, body=body, message_id=message_id, response={"content": text}, **fields)


def edit(message_id: str, text: str, **fields: Any) -> Recorded:
    return recorded(queries.EDIT, body={"content": text}, message_id=message_id, response={"content": text}, **fields)


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/webhooks/12/s3cret/messages/@original", "/webhooks/12/<token>/messages/@original"),
        ("/webhooks/12/s3cret?wait=true", "/webhooks/12/<token>?wait=true"),
        ("/interactions/12/s3-cr_et/callback", "/interactions/12/<token>/callback"),
        ("/channels/12/messages/13", "/channels/12/messages/13"),
    ],
)
def test_tokens_in_paths_are_redacted(path: str, shown: str) -> None:
    assert redacted(path) == shown


def test_the_recorder_keeps_the_newest_and_goes_on_counting() -> None:
    recorder, heard = Recorder(kept=2), list[int]()
    recorder.listen(lambda each: heard.append(each.number))
    for _ in range(3):
        recorder.add(recorded("GET /x", recorder.number()))
    assert [each.number for each in recorder.requests] == [2, 3]
    recorder.clear()
    assert recorder.requests == ()
    assert recorder.number() == 4
    assert heard == [1, 2, 3]


def test_spacing_is_counted_between_all_edits_of_a_channel() -> None:
    requests = [
        edit("5", "a", number=1),
        edit("6", "b", number=3),
        edit("5", "c", number=4, status=429, channel_id="2"),
    ]
    assert queries.edit_spacing(requests, "1") == [2.0]
    assert len(queries.edits(requests, "2")) == 0


def test_replies_to_a_question_are_counted_once_however_often_they_were_sent() -> None:
    requests = [create("7", "a", "q"), create("7", "a", "q"), create("8", "b"), create("9", "c", "r")]
    assert queries.creates_by_question(requests) == {"q": ("7",), "r": ("9",)}


def test_what_a_message_showed_and_shows_at_last() -> None:
    requests = [
        create("7", "a"),
        edit("7", "ab"),
        edit("7", "ab"),
        edit("7", "abc", status=429),
        edit("7", "abcd"),
        create("8", "gone"),
        recorded(queries.DELETE, message_id="8", status=204),
        recorded(queries.FOLLOW_UP_EDIT, message_id="9", response={"content": "slash"}),
    ]
    assert queries.texts(requests, "7") == ["a", "ab", "abcd"]
    assert queries.final_texts(requests) == {"7": "abcd", "9": "slash"}


def test_requests_about_a_message_hold_its_replies() -> None:
    requests = [create("7", "a", "q"), edit("7", "b"), create("8", "c"), recorded("GET /gateway")]
    assert len(queries.about(requests, "7")) == 2
    assert len(queries.about(requests, "q")) == 1


def test_invalid_requests_are_counted_as_discord_does() -> None:
    scopes = [
        (401, {}),
        (403, {}),
        (404, {}),
        (429, {"X-RateLimit-Scope": "user"}),
        (429, {"X-RateLimit-Scope": "shared"}),
    ]
    requests = [recorded("GET /x", status=status, ratelimit=limits) for status, limits in scopes]
    assert queries.invalid(requests) == 3
    assert queries.statuses(requests)["GET /x", 429] == 2


def test_acknowledgements_are_timed_from_the_interactions_own_id() -> None:
    path = f"/interactions/{(1_000_000 << 22)}/<token>/callback"
    requests = [
        recorded(queries.CALLBACK, path=path, at=1_420_070_400 + 1000.25),
        recorded(queries.CALLBACK, path=path, status=404),
    ]
    assert queries.acknowledgements(requests) == [0.25]
