from __future__ import annotations

from parley_gateway.discord.typing import APART, MANY, TypingSigns


def test_many_replies_in_a_channel_show_one_sign() -> None:
    signs = TypingSigns()
    assert [signs.due("1", at / 10) for at in range(21)] == [True, *[False] * 19, True]
    assert signs.due("2", 0.1), "another channel has its own"


def test_old_channels_are_forgotten() -> None:
    signs = TypingSigns()
    for number in range(MANY):
        signs.due(str(number), 0.0)
    assert signs.due("new", APART)
    assert len(signs._last) == 1
