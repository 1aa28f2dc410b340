"""Settings on the wire: nothing lost, every field bounded."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.cache.v1 import preferences_pb2 as pb
from parley_cache.model import Scope
from parley_cache.preferences import MentionRule, Preferences, Subject, SubjectKind, Versioned
from parley_cache.quotas import UsageLimits
from parley_cache.service import preferences_wire, subjects
from parley_kit.faults import InvalidInput

FLAG = st.sampled_from([None, True, False])
AMOUNT = st.integers(0, 1_000_000_000_000)
SETTINGS = st.builds(
    Preferences,
    model=st.text(max_size=100),
    persona=st.text(max_size=4000),
    mention_rule=st.sampled_from([None, *MentionRule]),
    language=st.text(max_size=35),
    stored_answers=FLAG,
    cache_scope=st.sampled_from([None, *Scope]),
    numbering=FLAG,
    limits=st.builds(UsageLimits, AMOUNT, AMOUNT, AMOUNT, AMOUNT, AMOUNT),
)


@given(SETTINGS, st.sampled_from(SubjectKind))
def test_what_is_set_comes_back_as_it_was(settings: Preferences, kind: SubjectKind) -> None:
    versioned = Versioned(Subject(kind, "7"), settings, 3)
    written = pb.VersionedPreferences.FromString(preferences_wire.write(versioned).SerializeToString())
    assert preferences_wire.read(written.preferences) == settings
    assert (subjects.read("subject", written.subject), written.version) == (versioned.subject, 3)


def test_what_was_never_set_is_absent() -> None:
    written = preferences_wire.write(Versioned(Subject(SubjectKind.USER, "7")))
    assert (written.version, written.HasField("preferences")) == (0, False)


@pytest.mark.parametrize(
    ("field", "value"),
    [("model", "x" * 101), ("persona", "x" * 4001), ("mention_rule", 9), ("language", "x" * 36), ("cache_scope", 9)],
)
def test_a_field_past_its_bound_is_refused_by_its_name(field: str, value: Any) -> None:
    with pytest.raises(InvalidInput) as refused:
        preferences_wire.read(pb.Preferences(**{field: value}))
    assert refused.value.field == f"preferences.{field}"


@pytest.mark.parametrize("field", [one.name for one in pb.UsageLimits.DESCRIPTOR.fields])
def test_a_limit_past_its_bound_is_refused_by_its_name(field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        preferences_wire.read(pb.Preferences(limits=pb.UsageLimits(**{field: 1 << 60})))
    assert refused.value.field == f"preferences.limits.{field}"


@pytest.mark.parametrize(
    ("subject", "field"), [(pb.Subject(), "subject"), (pb.Subject(channel_id="x"), "subject.channel_id")]
)
def test_nobodys_settings_are_refused(subject: pb.Subject, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        subjects.read("subject", subject)
    assert refused.value.field == field
