from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, cast

import pytest
from support.preference_stores import Store
from support.shown import MANAGER, Shown, command, pick, press, send

from parley_gateway.memory import Account, Quota, QuotaKind, Spent
from parley_gateway.messages import Forbidden
from parley_gateway.model import Model, Usage
from parley_gateway.panels import ChannelMenu, Menu
from parley_gateway.ports import Responses
from parley_gateway.preference_book import PreferenceBook
from parley_gateway.preferences import Effective, MentionRule, Preferences, Subject, SubjectKind, UsageLimits
from parley_gateway.settings_panels.handlers import Handlers, handlers
from parley_gateway.settings_panels.servers import ServerSettings
from parley_gateway.terms import Sharing
from parley_gateway.texts import Key, Texts

GUILD, CHANNEL = Subject(SubjectKind.GUILD, "10"), Subject(SubjectKind.CHANNEL, "20")
ENGLISH = Texts("en")
FLOWER = Model("claude-flower-5", "Claude Flower 5", ("flower",))


class Server:
    """A guild with its settings, and one gateway."""

    def __init__(self, store: Store | None = None, *, sibling: bool = False, hidden: bool = False) -> None:
        self.store, self.shown, self.hidden = store or Store(), Shown(sibling=sibling), hidden
        self.book = cast("PreferenceBook", Book(self.store))
        self.handlers: Handlers = handlers(
            cast("Responses", self.shown),
            store=self.store,
            book=self.book,
            models=self,
            accounts=self,
            guilds=self,
            content=True,
        )

    @property
    def settings(self) -> ServerSettings:
        return cast("ServerSettings", self.handlers.commands["settings"])

    async def list(self) -> Sequence[Model]:
        return [FLOWER]

    async def text_channels(self, guild_id: str) -> Sequence[str]:
        assert guild_id == "10"
        if self.hidden:
            raise Forbidden("50001")
        return ["20", "21", "22"]

    async def of_guild(self, guild_id: str) -> Account:
        assert guild_id == "10"
        spent = Spent(None, 0, 0, Usage(0, 0, 0, 0, 0))
        return Account(spent, spent, (Quota(QuotaKind.MESSAGES, 5, timedelta(minutes=1), 5, None),))

    async def of_member(self, user_id: str) -> Account:
        raise AssertionError(user_id)

    # --- what a manager does

    async def open(self, **more: Any) -> None:
        await self.settings.take(command("settings", **(MANAGER | more)))

    async def choose(self, what: str, *values: str, **more: Any) -> None:
        await self.settings.take(pick(self.shown.menu(what).custom_id, *values, **(MANAGER | more)))

    async def press(self, what: str, **more: Any) -> None:
        await self.settings.take(press(self.shown.button(what).custom_id, **(MANAGER | more)))

    async def send(self, values: dict[str, str], **more: Any) -> None:
        await self.settings.take(send(self.shown.forms[-1], values, **(MANAGER | more)))

    def set(self, subject: Subject = GUILD) -> Preferences:
        return self.store.known(subject).preferences


class Book:
    """A near copy that is never behind."""

    def __init__(self, store: Store) -> None:
        self.get: Callable[[Subject], Any] = store.known

    def of(self, guild_id: str, channel_id: str, user_id: str) -> Effective:
        book = PreferenceBook(Effective("claude-flower-5", language="en-US"), parent_of=lambda _: "")
        for kind, name in zip(SubjectKind, (guild_id, channel_id, user_id), strict=True):
            book.put(self.get(Subject(kind, name)), "")
        return book.of(guild_id, channel_id, user_id)


async def test_who_may_not_manage_the_server_is_told_so_and_changes_nothing() -> None:
    server = Server()
    await server.open()
    menu = server.shown.menu("model").custom_id
    for heard in (
        command("settings"),
        pick(menu, "flower"),
        command("settings", guild_id="", **MANAGER),
    ):
        await server.settings.take(heard)
        assert server.shown.alone.pop() == ENGLISH.render(Key.SETTINGS_NOT_YOURS)
    assert server.set() == Preferences()


async def test_the_panel_shows_what_counts_by_names() -> None:
    server = Server()
    await server.open()
    assert "**Model:** not set (Claude Flower 5)" in server.shown.text
    assert "**Answers:** not set (mentions, replies and commands)" in server.shown.text
    assert "**Free talk:** no channel set by itself" in server.shown.text


async def test_a_manager_reads_their_own_language() -> None:
    server = Server()
    await server.open(locale="ja")
    assert server.shown.text.startswith("### このサーバーの設定")
    assert "未設定（Claude Flower 5）" in server.shown.text


@pytest.mark.parametrize(
    ("page", "what", "value", "wanted"),
    [
        ("talk", "model", "claude-flower-5", Preferences(model="claude-flower-5")),
        ("talk", "rule", "commands", Preferences(mention_rule=MentionRule.COMMANDS)),
        ("more", "language", "ja", Preferences(language="ja")),
        ("more", "stored", "nobody", Preferences(stored_answers=False)),
        ("more", "stored", "channel", Preferences(stored_answers=True, sharing=Sharing.CHANNEL)),
        ("more", "numbering", "on", Preferences(numbering=True)),
    ],
)
async def test_a_choice_counts_at_once_is_shown_and_can_be_taken_back(
    page: str, what: str, value: str, wanted: Preferences
) -> None:
    server = Server()
    await server.open()
    if page == "more":
        await server.press("page")
    await server.choose(what, value)
    assert server.set() == wanted
    assert ENGLISH.render(Key.SETTINGS_STORED) in server.shown.text
    menu = server.shown.menu(what)
    assert isinstance(menu, Menu)
    assert [option.value for option in menu.options if option.chosen] == [value]
    await server.choose(what, "unset")
    assert server.set() == Preferences()


async def test_a_channel_has_settings_of_its_own_over_the_servers() -> None:
    server = Server()
    await server.open()
    await server.choose("rule", "commands")
    await server.choose("place", "channel")
    assert server.shown.text.startswith("### Settings of <#20>")
    assert "**Answers:** as in the server (commands only)" in server.shown.text
    await server.choose("rule", "mention")
    assert server.set(CHANNEL) == Preferences(mention_rule=MentionRule.MENTION)
    assert server.set() == Preferences(mention_rule=MentionRule.COMMANDS)


async def test_a_press_works_on_a_gateway_that_never_saw_the_panel() -> None:
    before = Server()
    await before.open()
    await before.choose("place", "channel")
    after = Server(before.store)
    await after.settings.take(pick(before.shown.menu("rule").custom_id, "commands", **MANAGER))
    assert after.set(CHANNEL).mention_rule is MentionRule.COMMANDS
    assert after.shown.text.startswith("### Settings of <#20>")


async def test_a_panel_in_one_channel_never_changes_another() -> None:
    server = Server()
    await server.open()
    await server.choose("place", "channel")
    await server.choose("rule", "commands", channel_id="99")
    assert server.set(CHANNEL) == Preferences()


async def test_the_persona_is_written_in_a_form_that_shows_the_present_one() -> None:
    server = Server()
    await server.open()
    await server.press("persona")
    await server.send({"persona": "  You rhyme.\n"})
    assert server.set().persona == "You rhyme."
    assert "**Persona:** You rhyme." in server.shown.text
    await server.press("persona")
    assert server.shown.forms[-1].fields[0].value == "You rhyme."
    await server.send({"persona": ""})
    assert server.set() == Preferences()


async def test_a_persona_that_somebody_changed_meanwhile_is_not_overwritten() -> None:
    server = Server()
    await server.open()
    await server.press("persona")
    other = Server(server.store)
    await other.open()
    await other.press("persona")
    await other.send({"persona": "You are terse."})
    await server.send({"persona": "You rhyme."})
    assert server.set().persona == "You are terse."
    assert ENGLISH.render(Key.SETTINGS_FASTER) in server.shown.text


async def test_limits_are_set_and_one_above_the_operators_is_said_to_be_of_no_effect() -> None:
    server = Server()
    await server.open()
    await server.press("page")
    await server.press("limits")
    await server.send({"messages": "10", "cost_day": "2.50"})
    assert server.set().limits == UsageLimits(messages=10, cost_day=2_500_000)
    assert "~~questions a minute: 10~~" in server.shown.text
    assert "$2.50 a day" in server.shown.text
    await server.press("limits")
    await server.send({"messages": "3"})
    assert "questions a minute: 3, $2.50 a day" in server.shown.text


async def test_a_limit_that_is_no_number_sets_nothing_and_says_which() -> None:
    server = Server()
    await server.open()
    await server.press("page")
    await server.press("limits")
    await server.send({"messages": "3", "tokens_day": "many"})
    assert server.set() == Preferences()
    assert "“Tokens a day” needs a number" in server.shown.text


async def test_free_channels_are_chosen_from_what_is_free_already() -> None:
    server = Server()
    await server.open()
    await server.choose("free", "21", "22")
    assert "**Free talk:** <#21> <#22>" in server.shown.text
    menu = server.shown.menu("free")
    assert isinstance(menu, ChannelMenu)
    assert menu.chosen == ("21", "22")
    await server.choose("free", "22")
    rules = [server.set(Subject(SubjectKind.CHANNEL, one)).mention_rule for one in ("20", "21", "22")]
    assert rules == [None, None, MentionRule.EVERYTHING]


async def test_free_channels_that_somebody_changed_meanwhile_are_left_alone() -> None:
    server = Server()
    await server.open()
    other = Server(server.store)
    await other.open()
    await other.choose("free", "21")
    await server.choose("free", "22")
    assert server.set(Subject(SubjectKind.CHANNEL, "22")) == Preferences()
    assert ENGLISH.render(Key.SETTINGS_FASTER) in server.shown.text


async def test_a_channel_of_another_guild_gets_no_free_talk() -> None:
    server = Server()
    await server.open()
    await server.choose("free", "77")
    assert server.set(Subject(SubjectKind.CHANNEL, "77")) == Preferences()


async def test_where_discord_does_not_tell_the_channels_all_else_works() -> None:
    server = Server(hidden=True)
    await server.open()
    await server.choose("rule", "commands")
    assert server.set().mention_rule is MentionRule.COMMANDS


async def test_without_a_cache_the_manager_is_told_that_nothing_was_stored() -> None:
    server = Server()
    await server.open()
    server.store.away = True
    await server.choose("rule", "commands")
    assert ENGLISH.render(Key.SETTINGS_FAILED, reference="1") in server.shown.text
    assert server.set() == Preferences()


async def test_of_two_gateways_that_hear_a_choice_one_shows_it_and_it_is_made_once() -> None:
    first = Server()
    await first.open()
    second = Server(first.store, sibling=True)
    await second.settings.take(pick(first.shown.menu("rule").custom_id, "commands", **MANAGER))
    await first.choose("rule", "commands")
    assert (first.store.updates, second.shown.panels) == (1, [])
    assert ENGLISH.render(Key.SETTINGS_STORED) in first.shown.text


async def test_of_two_gateways_that_hear_the_command_one_shows_the_panel_so_that_it_never_goes_back() -> None:
    server = Server(sibling=True)
    await server.open()
    await server.settings.take(pick("v1:settings:talk:guild:place", "channel", **MANAGER))
    assert server.shown.panels == []


async def test_a_panel_that_the_first_gateway_left_open_is_shown_by_the_other() -> None:
    server = Server(sibling=True)
    server.shown.gone = True
    await server.open()
    assert "Claude Flower 5" in server.shown.text


async def test_an_old_custom_id_that_nobody_knows_any_more_is_left_alone() -> None:
    server = Server()
    await server.settings.take(pick("v1:settings:talk:guild:colour", "red", **MANAGER))
    assert server.shown == Shown()


async def test_a_choice_that_only_another_version_offers_changes_nothing_and_says_so() -> None:
    server = Server()
    await server.open()
    await server.choose("rule", "whispers")
    assert server.set() == Preferences()
    assert ENGLISH.render(Key.SETTINGS_FAILED, reference="1") in server.shown.text
