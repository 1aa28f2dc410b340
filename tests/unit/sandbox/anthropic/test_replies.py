import re

import pytest
from support.loopback_claude import request

from parley_sandbox.anthropic import directives
from parley_sandbox.anthropic.replies import Reply, compose


def reply(*said: str, execution: int = 1, seed: int = 0, **more: object) -> Reply:
    return compose(request(*said, **more), directives.read(said[-1]), execution=execution, seed=seed)


def body_of(text: str) -> str:
    """A reply without the line that carries its number."""
    return text.split("\n\n", 1)[1]


@pytest.mark.parametrize("question", ["How do I centre a div?", "富士山について教えて", "hi", "[[text=quote]] tea"])
def test_no_two_executions_say_the_same(question: str) -> None:
    texts = [reply(question, execution=number).text for number in range(1_000)]
    assert len(set(texts)) == len({body_of(text) for text in texts}) == 1_000


def test_a_reply_admits_that_it_is_a_loopback() -> None:
    assert reply("Hello", execution=7).text.startswith("(loopback Claude, execution 7)\n\n")
    assert "ループバック" in reply("こんにちは", execution=7).text.splitlines()[0]


def test_the_same_execution_of_the_same_seed_says_the_same() -> None:
    assert reply("Hello", execution=3, seed=1) == reply("Hello", execution=3, seed=1)
    assert reply("Hello", execution=3, seed=1) != reply("Hello", execution=3, seed=2)


def test_a_seed_in_the_question_says_the_same_at_every_execution() -> None:
    assert reply("Tea [[seed=5]]", execution=1) == reply("Tea [[seed=5]]", execution=2)


def test_a_japanese_question_gets_a_japanese_answer() -> None:
    text = body_of(reply("富士山の高さは？ [[text=prose]]").text)
    assert "富士山の高さ" in text
    assert not re.search(r"[a-z]{3}", text)


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("How do I centre a div?", "css"),
        ("a python function that sorts", "python"),
        ("SELECT with a JOIN", "sql"),
        ("シェルで繰り返すには", "bash"),
        ("the rust borrow checker", "rust"),
        ("a helm chart", "yaml"),
    ],
)
def test_code_comes_in_the_language_of_the_question(question: str, language: str) -> None:
    assert f"\n```{language}\n" in reply(f"{question} [[text=fence]]").text


@pytest.mark.parametrize("execution", range(60))
def test_fences_are_closed(execution: int) -> None:
    text = reply("a long essay with code about moss", execution=execution).text
    assert text.count("```") % 2 == 0


@pytest.mark.parametrize(
    ("question", "shown"),
    [
        ("Compare tea and coffee", r"^\| .* \|\n\|---"),
        ("Give me a list of birds", r"^(- |1\. )"),
        ("A quote about rain", r"^> "),
        ("A long essay about moss", r"^## "),
        ("猫と犬の違いは？", r"^\| .* \|\n\|---"),
    ],
)
def test_the_question_decides_what_it_looks_like(question: str, shown: str) -> None:
    assert re.search(shown, reply(question).text, re.MULTILINE)


def test_answers_differ_in_shape_when_the_question_does_not_say() -> None:
    texts = [reply("Tell me about moss", execution=number).text for number in range(80)]
    shapes = [r"^> ", r"^\|---", r"^- ", r"^1\. ", r"^```"]
    assert all(0 < sum(bool(re.search(shape, text, re.MULTILINE)) for text in texts) < 80 for shape in shapes)


@pytest.mark.parametrize("question", ["Moss in 300 words", "A 300-word text on moss", "[[text=words:300]] moss"])
def test_a_number_of_words_is_kept(question: str) -> None:
    assert len(reply(question).text.split("\n\n", 2)[2].split()) == 300


def test_japanese_counts_characters() -> None:
    assert len(reply("苔について400字で書いて").text.split("\n\n", 2)[2]) == 400


def test_it_knows_how_long_the_conversation_is_and_how_it_began() -> None:
    text = reply("Tell me about moss", "Moss is green.", "And ferns?", "Ferns too.", "Which is older?").text
    assert "This is turn 3 of our conversation (2 before it); it began with “moss”." in text
    assert "first message" in reply("Tell me about moss").text


def test_it_remembers_a_name_that_was_told_earlier() -> None:
    said = ("Hi, my name is Noor. Tell me about tea.", "Gladly.", "And what is my name?")
    assert "Your name is **Noor**" in reply(*said).text
    assert "Nice to meet you, Noor." in reply(*said[:1]).text
    assert "You have not told me your name" in reply("What is my name?").text


def test_it_remembers_a_japanese_name() -> None:
    assert "お名前は **ミカ** さん" in reply("私の名前はミカです。", "はい。", "私の名前は何ですか？").text
    assert "まだお名前をうかがっていません" in reply("私の名前は何ですか？").text


@pytest.mark.parametrize("count", [1, 20, 400, 3_000])
def test_a_number_of_tokens_is_that_many_deltas(count: int) -> None:
    assert len(reply(f"moss [[tokens={count}]]").deltas) == count


def test_an_exact_text_is_all_there_is() -> None:
    assert reply('Say it. [[exact="pong, pong"]]').text == "pong, pong"
    assert reply("Say nothing. [[exact=]]").text == ""


def test_max_tokens_cuts_and_says_so() -> None:
    cut = reply("a long essay", max_tokens=25)
    assert (len(cut.deltas), cut.stop_reason) == (25, "max_tokens")


def test_what_is_thought_counts_against_the_greatest_length() -> None:
    asked = request("Hello [[thinking=60 tokens=80]]", max_tokens=100)
    directive = directives.read("Hello [[thinking=60 tokens=80]]")
    thought = compose(asked, directive, execution=1, thinking="omitted")
    assert (thought.thought, len(thought.deltas), thought.stop_reason) == (60, 40, "max_tokens")
    silent = compose(asked, directive, execution=1, thinking="none")
    assert (silent.thought, len(silent.deltas), silent.stop_reason) == (0, 80, "end_turn")


def test_a_stop_sequence_ends_the_reply_before_it() -> None:
    cut = reply('[[exact="one two three two"]]', stop_sequences=["three", "two"])
    assert (cut.text, cut.stop_reason, cut.stop_sequence) == ("one ", "stop_sequence", "two")


def test_a_stop_reason_can_be_demanded() -> None:
    assert reply("moss [[stop=refusal]]").stop_reason == "refusal"
    assert reply("moss").stop_reason == "end_turn"


def test_markdown_in_a_question_does_not_break_the_reply() -> None:
    text = reply("**@everyone** <@123> `rm -rf` ||boo|| https://example.org [[text=prose]]").text
    assert "@everyone" not in text
    assert "<@123>" not in text
    assert "||" not in text
