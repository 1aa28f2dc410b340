"""Whatever is set, the panel is one that Discord takes, in both languages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley_gateway.discord.panels import fields_of, rows_of
from parley_gateway.model import Model
from parley_gateway.panels import ChannelMenu, Menu, Panel, Press, Row
from parley_gateway.preferences import Effective, MentionRule, Preferences, UsageLimits
from parley_gateway.settings_panels import forms, limits
from parley_gateway.settings_panels.spots import Control, Page, Place, Spot, What, decode, digest, encode
from parley_gateway.settings_panels.view import View, draw
from parley_gateway.terms import Sharing
from parley_gateway.texts import Texts

LANGUAGES = st.sampled_from(["en-GB", "ja"]).map(Texts)
ID = st.integers(10**17, 10**19).map(str)
WORD = st.text(min_size=1, max_size=100)
AMOUNT = st.integers(0, 10**12 - 1)
PREFERENCES = st.builds(
    Preferences,
    model=st.just("") | WORD,
    persona=st.text(max_size=4000),
    mention_rule=st.none() | st.sampled_from(MentionRule),
    language=st.sampled_from(["", "en-US", "ja", "pt-BR"]),
    stored_answers=st.none() | st.booleans(),
    sharing=st.none() | st.sampled_from(Sharing),
    numbering=st.none() | st.booleans(),
    limits=st.builds(UsageLimits, AMOUNT, AMOUNT, AMOUNT, AMOUNT, AMOUNT),
)
SPOTS = st.builds(Spot, st.sampled_from(Page), st.sampled_from(Place))
VIEWS = st.builds(
    View,
    SPOTS,
    channel_id=ID,
    own=PREFERENCES,
    default=st.builds(Effective, model=WORD, language=st.sampled_from(["en-US", "ja", "de"])),
    widest=st.sampled_from(Sharing),
    models=st.lists(st.builds(Model, WORD, WORD), max_size=60, unique_by=lambda model: model.id),
    free=st.none() | st.lists(ID, max_size=60, unique=True),
    content=st.booleans(),
    exceeded=st.frozensets(st.sampled_from([line.attribute for line in limits.LINES])),
)
PLAIN = View(Spot(), "20", Preferences(), Effective("m", language="en-US"), Sharing.GUILD, free=())


def ids(panel: Panel) -> Iterator[str]:
    for row in panel.rows:
        yield from (press.custom_id for press in row) if isinstance(row, tuple) else [row.custom_id]


def check(row: Row) -> None:
    match row:
        case Menu():
            assert 1 <= len(row.options) <= 25
            assert len({option.value for option in row.options}) == len(row.options)
            assert all(1 <= len(one.label) <= 100 and 1 <= len(one.value) <= 100 for one in row.options)
            assert sum(option.chosen for option in row.options) == 1
        case ChannelMenu():
            assert len(row.chosen) <= row.most
        case _:
            assert all(isinstance(press, Press) and 1 <= len(press.label) <= 80 for press in row)


@given(view=VIEWS, texts=LANGUAGES)
def test_discord_takes_the_panel_whatever_is_set(view: View, texts: Texts) -> None:
    panel = draw(view, texts)
    assert len(panel.text) <= 2000
    assert 1 <= len(panel.rows) <= 5
    for row in panel.rows:
        check(row)
    custom_ids = list(ids(panel))
    assert len(set(custom_ids)) == len(custom_ids)
    assert all(len(one) <= 100 and decode(one) is not None for one in custom_ids)


@given(own=PREFERENCES, spot=SPOTS, texts=LANGUAGES)
@pytest.mark.parametrize("what", [What.PERSONA, What.LIMITS])
def test_discord_takes_the_forms_whatever_is_set(what: What, own: Preferences, spot: Spot, texts: Texts) -> None:
    form = forms.form(spot, what, own, texts)
    assert len(form.title) <= 45
    assert 1 <= len(form.fields) <= 5
    assert all(
        len(one.label) <= 45 and len(one.placeholder) <= 100 and len(one.value) <= one.most for one in form.fields
    )
    assert len(form.custom_id) <= 100
    assert decode(form.custom_id) == Control(spot, what, decode(form.custom_id).seen)  # type: ignore[union-attr]  # it is one
    assert len(fields_of(form)) == len(form.fields)


@given(spot=SPOTS, what=st.sampled_from(What), seen=st.just("") | st.text().map(digest))
def test_a_custom_id_carries_all(spot: Spot, what: What, seen: str) -> None:
    assert decode(encode(Control(spot, what, seen))) == Control(spot, what, seen)


@pytest.mark.parametrize(
    "custom_id", ["", "v1:settings", "v1:settings:talk", "v2:settings:talk:guild:model", "v1:stop:9:30"]
)
def test_a_foreign_custom_id_means_nothing(custom_id: str) -> None:
    assert decode(custom_id) is None


def test_what_is_chosen_in_the_channel_menu_is_sent_to_discord() -> None:
    view = View(**{name: getattr(PLAIN, name) for name in PLAIN.__slots__} | {"free": ("7", "8")})
    built = [row.build()[0] for row in rows_of(draw(view, Texts("ja")))]
    (menu,) = (one for row in built for one in row["components"] if one["type"] == 8)
    assert menu["default_values"] == [{"id": "7", "type": "channel"}, {"id": "8", "type": "channel"}]
    assert (menu["min_values"], menu["max_values"]) == (0, 25)


def test_a_channel_offers_nothing_that_counts_for_servers_only() -> None:
    for page in Page:
        view = View(Spot(page, Place.CHANNEL), "20", Preferences(), PLAIN.default, Sharing.GUILD, free=())
        offered = {decode(one).what for one in ids(draw(view, Texts("en")))}  # type: ignore[union-attr]  # all are ours
        assert not offered & {What.FREE, What.LIMITS}


def test_nobody_is_offered_to_share_more_widely_than_the_operator_allows() -> None:
    view = View(Spot(Page.MORE), "20", Preferences(), PLAIN.default, Sharing.CHANNEL)
    stored = next(row for row in draw(view, Texts("en")).rows if isinstance(row, Menu) and ":stored" in row.custom_id)
    assert [option.value for option in stored.options] == ["unset", "nobody", "channel"]


def test_free_talk_that_the_bot_cannot_hear_is_said_so() -> None:
    deaf = View(Spot(), "20", Preferences(), PLAIN.default, Sharing.GUILD, free=("7",), content=False)
    assert "content intent" in draw(deaf, Texts("en")).text
    assert "content intent" not in draw(PLAIN, Texts("en")).text


def test_a_persona_does_not_format_what_stands_below_it() -> None:
    own = Preferences(persona="```\nYou *shout*")
    text = draw(View(Spot(), "20", own, PLAIN.default, Sharing.GUILD), Texts("en")).text
    assert r"\`\`\` You \*shout\*" in text
