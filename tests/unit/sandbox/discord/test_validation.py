import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley_sandbox.discord import ApiError
from parley_sandbox.discord.validation import EPHEMERAL, Upload, change, draft, utf16_units

scalars = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
json = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)
names = ("content", "nonce", "components", "embeds", "attachments", "flags", "allowed_mentions", "message_reference")
bodies = st.fixed_dictionaries({}, optional=dict.fromkeys(names, json))
rows = st.lists(
    st.fixed_dictionaries(
        {"type": st.sampled_from([1, 2, 9])},
        optional={
            "components": st.lists(
                st.fixed_dictionaries({}, optional=dict.fromkeys(("type", "style", "label", "custom_id"), json)),
                max_size=6,
            )
        },
    ),
    max_size=6,
)


@given(bodies)
def test_whatever_is_sent_is_taken_or_refused_as_a_form(body: dict[str, Any]) -> None:
    for check in (draft, change):
        with contextlib.suppress(ApiError):
            check(body, {})


@given(rows)
def test_whatever_components_are_sent_they_are_numbered_or_refused(given_rows: list[Any]) -> None:
    try:
        taken = draft({"components": given_rows}, {})
    except ApiError as error:
        assert error.code == 50035  # noqa: PT017  # the other branch has its own expectation
    else:
        ids = [each["id"] for row in taken.components for each in (row, *row["components"])]
        assert len(set(ids)) == len(ids)


@given(st.text())
def test_content_is_bounded_by_utf16_units(text: str) -> None:
    long = text + "x" * (2000 - utf16_units(text)) if utf16_units(text) < 2000 else text[:500]
    assert draft({"content": long}, {}).content == long.strip()


@pytest.mark.parametrize("text", ["x" * 2001, "😀" * 1001])
def test_more_than_2000_units_are_refused(text: str) -> None:
    with pytest.raises(ApiError) as refused:
        draft({"content": text}, {})
    assert (refused.value.status, refused.value.code) == (400, 50035)
    assert refused.value.body["errors"]["content"]["_errors"][0]["code"] == "BASE_TYPE_MAX_LENGTH"


def button(**fields: Any) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "Stop", "custom_id": "stop", **fields}


def row(*children: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(children)}


@pytest.mark.parametrize(
    ("rows", "path"),
    [
        ([row(button(custom_id=str(number))) for number in range(6)], "components"),
        ([row(*(button(custom_id=str(number)) for number in range(6)))], "components.0.components"),
        ([row()], "components.0.components"),
        ([row(button(custom_id="x" * 101))], "components.0.components.0.custom_id"),
        ([row(button(custom_id=None))], "components.0.components.0.custom_id"),
        ([row(button(label=None))], "components.0.components.0"),
        ([row(button(style=9))], "components.0.components.0.style"),
        ([row(button(style=5, custom_id=None))], "components.0.components.0.url"),
        ([row(button(), button())], "components"),
        ([button()], "components.0.type"),
    ],
)
def test_components_beyond_discords_limits_are_refused_by_name(rows: list[Any], path: str) -> None:
    with pytest.raises(ApiError) as refused:
        draft({"components": rows}, {})
    errors = refused.value.body["errors"]
    for part in path.split("."):
        errors = errors[part]
    assert errors["_errors"]


def test_the_most_that_is_allowed_passes() -> None:
    rows = [row(*(button(custom_id=f"{'x' * 97}{line}{column}") for column in range(5))) for line in range(5)]
    taken = draft({"content": "x" * 2000, "components": rows, "nonce": "n" * 25}, {})
    assert [each["id"] for each in taken.components] == [1, 7, 13, 19, 25]


@pytest.mark.parametrize("nonce", ["n" * 26, True, 1.5, []])
def test_a_nonce_has_at_most_25_characters(nonce: object) -> None:
    with pytest.raises(ApiError, match="Invalid Form Body"):
        draft({"content": "x", "nonce": nonce}, {})


def test_only_an_interactions_response_may_be_ephemeral() -> None:
    body = {"content": "x", "flags": EPHEMERAL}
    assert draft(body, {}).flags == 0
    assert draft(body, {}, may_hide=True).flags == EPHEMERAL


def test_attachments_describe_the_files_they_number() -> None:
    uploads = {"files[0]": Upload("raw", "text/plain", b"a"), "files[1]": Upload("b.txt", "text/plain", b"b")}
    body = {"attachments": [{"id": 0, "filename": "a.txt", "description": "the first"}]}
    first, second = draft(body, uploads).uploads
    assert (first.name, first.description) == ("a.txt", "the first")
    assert (second.name, second.description) == ("b.txt", None)


def test_a_file_beyond_ten_mebibytes_is_refused() -> None:
    with pytest.raises(ApiError) as refused:
        draft({}, {"files[0]": Upload("big", "text/plain", bytes((10 << 20) + 1))})
    assert (refused.value.status, refused.value.code) == (413, 40005)


def test_an_edit_changes_only_what_it_names() -> None:
    assert change({"content": " new "}, {}).fields == {"content": "new"}
    assert change({"components": None, "content": None}, {}).fields == {"components": [], "content": ""}
    assert change({}, {}).keep is None
    assert change({"attachments": [{"id": 5}]}, {}).keep == frozenset({"5"})


@pytest.mark.parametrize(
    "embed",
    [
        {"title": "x" * 257},
        {"title": 5},
        {"fields": [{"name": "n"}]},
        {"fields": [5]},
        {"fields": 5},
        {"fields": [{}] * 26},
    ],
)
def test_embeds_beyond_discords_limits_are_refused(embed: dict[str, Any]) -> None:
    with pytest.raises(ApiError, match="Invalid Form Body"):
        draft({"embeds": [embed]}, {})


def test_embeds_are_shown_as_rich_ones_with_their_defaults() -> None:
    embed = {"title": "t", "description": None, "fields": [{"name": "n", "value": "v"}]}
    shown = {"type": "rich", "title": "t", "fields": [{"name": "n", "value": "v", "inline": False}]}
    assert draft({"embeds": [embed]}, {}).embeds == [shown]
