"""What the wire lets in, and that it loses nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from support.cache_turns import opening

from parley.cache.v1 import cache_pb2 as pb
from parley_cache.model import Attachment, Mode, Named, OriginKind, Posted, PostedKind, Recent, ReplyTo, Source, State
from parley_cache.service import reading, writing
from parley_cache.views import Orphan
from parley_kit.faults import InvalidInput

FULL = opening(
    "1000",
    kind=OriginKind.INTERACTION,
    interaction_token="token",
    asked_at=datetime(2026, 11, 22, 12, 0, tzinfo=UTC),
    mode=Mode.REFRESH,
    attachments=(Attachment("1", "2", "a.txt", "text/plain", 3),),
    rewind_to="999",
    requester_id="31",
    expected_revision=7,
)


def _written(value: Any = FULL) -> pb.Open:
    orphan = Orphan(value, "lease", State.OPENED, Source.LEAD, 2, 7, (Posted(PostedKind.FILE, 1, "5000"),))
    return writing.orphan(orphan).open


@pytest.mark.parametrize("reference", [Named("7"), ReplyTo("8"), Recent("9", "10", timedelta(minutes=10))])
def test_an_adopter_gets_what_the_first_holder_said(reference: Any) -> None:
    said = opening("1000", reference=reference)
    assert reading.opening(_written(said)) == said
    assert reading.opening(_written()) == FULL


def test_an_orphan_says_what_was_posted_and_where_its_text_stood() -> None:
    have = reading.have(_written())
    assert have is not None
    assert (have.state, have.source, have.attempt, have.offset) == (State.OPENED, Source.LEAD, 2, 7)
    assert have.posted == (Posted(PostedKind.FILE, 1, "5000"),)


def test_an_empty_have_is_none() -> None:
    assert reading.have(pb.Open()) is None
    assert reading.have(pb.Open(have=pb.Have())) is None


def _read(message: pb.Open) -> None:
    reading.have(message)
    reading.opening(message)


def _set(message: Any, path: str, value: Any) -> None:
    *way, last = path.split(".")
    for name in way:
        message = getattr(message, name)
    setattr(message, last, value)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("turn_id", ""),
        ("turn_id", "x1"),
        ("turn_id", "1" * 21),
        ("turn_id", "١٢"),
        ("prompt", "x" * 32_769),
        ("model", ""),
        ("model", "x" * 101),
        ("system_prompt", "x" * 65_537),
        ("conversation.id", "x" * 65),
        ("conversation.id", ""),
        ("conversation.reply_to_message_id", "abc"),
        ("conversation.recent.channel_id", "abc"),
        ("conversation.recent.within.seconds", 1 << 60),
        ("conversation.recent.within.seconds", -1),
        ("origin.kind", 0),
        ("origin.kind", 9),
        ("origin.guild_id", "abc"),
        ("origin.channel_id", ""),
        ("origin.message_id", "abc"),
        ("origin.author_id", ""),
        ("origin.author_name", "x" * 101),
        ("origin.locale", "x" * 36),
        ("origin.interaction_token", "x" * 1025),
        ("origin.traceparent", "x" * 129),
        ("origin.asked_at.seconds", 1 << 60),
        ("cache_policy.mode", 9),
        ("cache_policy.scope", 9),
        ("rewind_to", "abc"),
        ("rewind_to", "1000"),
        ("expected_revision", 1 << 60),
        ("have.revision", 1 << 60),
        ("have.attempt", 1_000_001),
        ("have.source", 9),
    ],
)
def test_a_field_past_its_bound_is_refused_by_its_name_without_its_content(path: str, value: Any) -> None:
    message = _written()
    message.conversation.recent.CopyFrom(pb.Recent(channel_id="1", user_id="2"))
    _set(message, path, value)
    with pytest.raises(InvalidInput) as refused:
        _read(message)
    assert refused.value.field is not None
    assert f"open.{path}".startswith(refused.value.field)
    assert "xxx" not in refused.value.message


def test_at_its_bound_a_field_is_taken() -> None:
    message = _written()
    message.prompt = "語" * 32_768
    message.turn_id = "9" * 20
    assert len(reading.opening(message).prompt) == 32_768


def test_too_many_attachments_and_posted_messages_are_refused() -> None:
    message = _written()
    message.attachments.extend([message.attachments[0]] * 10)
    with pytest.raises(InvalidInput, match=r"open\.attachments"):
        reading.opening(message)
    message = _written()
    message.have.posted.extend([message.have.posted[0]] * 256)
    with pytest.raises(InvalidInput, match=r"open\.have\.posted"):
        reading.have(message)


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (pb.HoldTurnRequest(), "step"),
        (pb.HoldTurnRequest(open=pb.Open()), "step"),
        (pb.HoldTurnRequest(adopt=pb.Adopt()), "step"),
        (pb.HoldTurnRequest(text=pb.Text(attempt=0)), "text.attempt"),
        (pb.HoldTurnRequest(text=pb.Text(attempt=1, text="x" * 65_537)), "text.text"),
        (pb.HoldTurnRequest(text_end=pb.TextEnd(attempt=1)), "text_end.result"),
        (pb.HoldTurnRequest(text_end=pb.TextEnd(stop_reason="end_turn")), "text_end.attempt"),
        (pb.HoldTurnRequest(text_end=pb.TextEnd(attempt=1, error=pb.TextError())), "text_end.error.reason"),
        (
            pb.HoldTurnRequest(text_end=pb.TextEnd(attempt=1, stop_reason="x", cost_micro_usd=1 << 40)),
            "text_end.cost_micro_usd",
        ),
        (
            pb.HoldTurnRequest(
                text_end=pb.TextEnd(attempt=1, stop_reason="x", usage=pb.Usage(cache_read_tokens=1 << 40))
            ),
            "text_end.usage.cache_read_tokens",
        ),
        (pb.HoldTurnRequest(posted=pb.Posted(message_id="5")), "posted.kind"),
        (pb.HoldTurnRequest(posted=pb.Posted(kind=pb.POSTED_KIND_PAGE, message_id="x")), "posted.message_id"),
        (pb.HoldTurnRequest(end=pb.End()), "end.outcome"),
    ],
)
def test_a_step_that_makes_no_sense_is_refused_by_its_field(request_: pb.HoldTurnRequest, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        reading.step(request_)
    assert refused.value.field == field


@pytest.mark.parametrize("enum", [pb.TurnState, pb.Source, pb.Outcome, pb.OriginKind, pb.CacheMode, pb.CacheScope])
def test_every_value_of_the_contract_has_a_meaning(enum: Any) -> None:
    from parley_cache.service import enums  # noqa: PLC0415 — the tables are the subject of this test only

    tables: dict[Any, dict[int, Any]] = {
        pb.TurnState: enums.STATES,
        pb.Source: enums.SOURCES,
        pb.Outcome: enums.OUTCOMES,
        pb.OriginKind: enums.ORIGINS,
        pb.CacheMode: enums.MODES,
        pb.CacheScope: enums.SCOPES,
    }
    assert set(enum.values()) - {0} <= set(tables[enum])
