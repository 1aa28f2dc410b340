"""Expectation 13: a server is set up in Discord, by who may manage it; what is chosen counts for the next question."""

from __future__ import annotations

import pytest
from support.members import FLOWING, SHORT, Members
from support.private_panels import PrivatePanel

from parley_sandbox.discord.errors import ApiError

pytestmark = pytest.mark.asyncio(loop_scope="module")
SET = "✅ 設定しました。"


async def opened(members: Members, where: str) -> PrivatePanel:
    """Let Mika, who manages Orchard and reads Japanese, open the settings for this channel only."""
    panel = PrivatePanel(members, where)
    await panel.use("settings")
    assert panel.text.startswith("### このサーバーの設定")
    await panel.choose("place", "channel")
    await panel.until(f"### <#{where}> の設定")
    return panel


async def test_only_who_may_manage_the_server_is_offered_the_settings(members: Members) -> None:
    where = members.room()
    await (await opened(members, where)).until("**モデル:** サーバーと同じ")
    assert not PrivatePanel(members, where, "Sam").offered("settings")
    with pytest.raises(ApiError):
        members.command("settings", where, person="Sam")


async def test_the_persona_is_who_answers_in_that_channel_and_in_no_other(members: Members) -> None:
    where, elsewhere = members.room(), members.room()
    panel = await opened(members, where)
    await panel.write("persona", {"persona": "You are a lighthouse keeper."})
    await panel.until("**人柄:** You are a lighthouse keeper.")
    assert SET in panel.text
    await members.answered(f"Who keeps the light {SHORT}", where)
    await members.answered(f"Who else keeps it {SHORT}", elsewhere)
    assert "lighthouse keeper" in str(members.heard("Who keeps the light")[-1].system)
    assert "lighthouse keeper" not in str(members.heard("Who else keeps it")[-1].system)


async def test_the_model_of_a_channel_answers_there(members: Members) -> None:
    where = members.room()
    panel = await opened(members, where)
    await panel.choose("model", "claude-haiku-5-5")
    await panel.until(SET)
    await members.answered(f"Which model is this {SHORT}", where)
    assert members.heard("Which model is this")[-1].model == "claude-haiku-5-5"


async def test_commands_only_means_that_a_mention_is_not_answered(members: Members) -> None:
    where = members.room()
    panel = await opened(members, where)
    await panel.choose("rule", "commands")
    await panel.until(SET)
    unanswered = members.ask(f"Nobody answers this {SHORT}", where)
    await panel.choose("rule", "unset")
    await panel.until("**回答する対象:** サーバーと同じ")
    assert (await members.answered(f"Somebody answers this {SHORT}", where)).outcome == "answered"
    assert not members.replies(unanswered)


async def test_free_talk_is_chosen_for_channels_of_the_server_and_taken_back(members: Members) -> None:
    where = members.room()
    panel = PrivatePanel(members, where)
    await panel.use("settings")
    await panel.choose("free", where)
    await panel.until(f"**フリートーク:** <#{where}>")
    assert panel.chosen == [where]
    assert (await members.answer(members.say(f"No mention at all {SHORT}", where))).outcome == "answered"
    await panel.choose("free")
    await panel.until("**フリートーク:** 個別に設定したチャンネルなし")
    silent = members.say(f"Nobody is meant {SHORT}", where)
    await members.answered(f"You are meant {SHORT}", where)
    assert not members.replies(silent)


async def test_pages_are_numbered_where_that_is_chosen(members: Members) -> None:
    where = members.room()
    panel = await opened(members, where)
    await panel.press("page")
    await panel.choose("numbering", "on")
    await panel.until("**ページ番号:** あり")
    text = "[[ttft=0.05 tps=4000 tokens=1400]]"
    answer = await members.answered(f"Something long {text}", where)
    assert "[1/" in answer.text


async def test_no_stored_answer_is_given_where_they_are_off(members: Members) -> None:
    where = members.room()
    panel = await opened(members, where)
    await panel.press("page")
    await panel.choose("stored", "nobody")
    await panel.until("**保存済みの回答:** 使わない")
    for person in ("Sam", "Noor"):
        reply = await members.answered(f"How deep is the sea? {SHORT}", where, person=person)
        assert reply.turn["source"] == "lead"
    assert len(members.heard("How deep is the sea")) == 2


async def test_a_limit_of_the_server_is_set_shown_and_said_to_be_of_no_effect_above_the_operators(
    members: Members,
) -> None:
    panel = PrivatePanel(members, members.room())
    await panel.use("settings")
    await panel.press("page")
    await panel.write("limits", {"tokens_day": "９，０００，０００", "cost_day": "many"})
    await panel.until("⚠️ 何も設定していません。「1 日あたりの費用（米ドル）」")
    await panel.write("limits", {"tokens_day": "９，０００，０００"})
    await panel.until("1 日に 9,000,000 トークン")
    await panel.write("limits", {"tokens_day": ""})
    await panel.until("**このサーバーの上限:** 未設定")


async def test_an_answer_that_began_before_a_change_ends_as_it_began(members: Members) -> None:
    where = members.room()
    panel = await opened(members, where)
    question = members.ask(f"How it began {FLOWING}", where)
    await members.parley.streaming(question)
    await panel.choose("model", "claude-haiku-5-5")
    await panel.until(SET)
    assert (await members.answer(question)).outcome == "answered"
    assert [record.model for record in members.heard("How it began")] != ["claude-haiku-5-5"]
