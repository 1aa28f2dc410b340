import pytest

from parley_sandbox.anthropic import directives
from parley_sandbox.anthropic.directives import Directive
from parley_sandbox.anthropic.errors import ApiError
from parley_sandbox.anthropic.pace import Pace


def test_a_question_without_a_directive_asks_for_nothing() -> None:
    assert directives.read("How are you?") == Directive()


def test_every_key_is_understood() -> None:
    raw = (
        "ttft=0.2 tps=50 tokens=400 error=529 times=1 retry_after=1.5 cut=10 stall=11 bad=5 sse_error=3 restart=2 "
        'headers=0.1 stop=max_tokens text=words:300 exact="hello world" seed=7'
    )
    assert directives.read(f"Tell me [[{raw}]] please") == Directive(
        raw=raw, ttft=0.2, tps=50, tokens=400, error=529, times=1, retry_after=1.5, cut=10, stall=11, bad=5,
        sse_error=3, restart=2, headers=0.1, stop="max_tokens", text="words:300", exact="hello world", seed=7,
    )  # fmt: skip


def test_several_directives_add_up() -> None:
    found = directives.read("[[tps=5]] and [[ ttft=1 ]]")
    assert (found.tps, found.ttft, found.raw) == (5, 1, "tps=5 ttft=1")


@pytest.mark.parametrize(
    "text", ["[[1, 2], [3, 4]]", 'if [[ "$a" == b ]]; then', "see [[Some page]]", "[[ x == y ]]", "[[]]"]
)
def test_double_brackets_of_other_kinds_are_left_alone(text: str) -> None:
    assert directives.read(text) == Directive()
    assert directives.without(text) == text


def test_the_directive_is_not_part_of_the_question() -> None:
    assert directives.without("How  [[tps=5]] now?") == "How   now?"


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ("colour=red tps=1 size=3", "unknown colour, size; there are ttft, tps"),
        ("tps=1 fast", "unknown fast"),
        ("tps=quick", "tps=quick"),
        ("ttft=-1", "ttft=-1: must be a number that is not negative"),
        ("ttft=nan", "ttft=nan"),
        ("tokens=0", "tokens=0: must be at least 1"),
        ("tokens=1.5", "tokens=1.5: must be a whole number"),
        ("error=418", "error=418: must be one of 400, 401"),
        ("stop=tired", "stop=tired: must be one of end_turn"),
        ("text=poem", "text=poem: must be fence, list"),
        ('exact="open', "No closing quotation"),
    ],
)
def test_a_mistake_is_named(raw: str, told: str) -> None:
    with pytest.raises(ApiError) as caught:
        directives.read(f"[[{raw}]]")
    assert caught.value.status == 400
    assert told in caught.value.message


def test_its_pace_stands_over_the_usual_one() -> None:
    assert directives.read("[[tps=9]]").pace(Pace(ttft=0.3, tps=60)) == Pace(ttft=0.3, tps=9)


def test_its_faults_are_those_that_can_also_be_added() -> None:
    found = directives.read("[[error=429 retry_after=7 cut=headers stall=4 headers=0.5]]").faults()
    assert {(fault.kind, fault.after, fault.retry_after, fault.seconds) for fault in found} == {
        ("rate_limit_error", 3, 7, 2.0),
        ("cut_before_headers", 3, None, 2.0),
        ("stall", 4, None, 2.0),
        ("slow_headers", 3, None, 0.5),
    }
