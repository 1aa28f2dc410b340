import pytest

from parley_sandbox.anthropic import conversation


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("How do I centre a div?", "centre a div"),
        ("Can you please explain to me what is a monad", "monad"),
        ("<@111111111111111111> hello, how do I sort?", "sort"),
        ("My name is Noor. What is the tide?", "tide"),
        ("a long essay about moss", "moss"),
        ("富士山について教えてください", "富士山"),
        ("相対性理論とは何ですか？", "相対性理論"),
        ("私の名前はミカです。富士山について教えて", "富士山"),
        ("???", ""),
        ("", ""),
        ("word " * 40, "word word word word word word word word word…"),
        ("長" * 80, "長" * 48 + "…"),
    ],
)
def test_a_question_is_about_something(question: str, topic: str) -> None:
    assert conversation.topic(question) == topic
