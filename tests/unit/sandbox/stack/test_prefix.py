import io

from typing_extensions import override

from parley_sandbox.prefix import colour_of, prefixed, printer, wants_colour


class Terminal(io.StringIO):
    @override
    def isatty(self) -> bool:
        return True


def test_every_line_begins_with_the_childs_name_in_one_column() -> None:
    out = io.StringIO()
    write = printer(out, ("cache", "executor-1"), colour=False)
    write("cache", "ready")
    write("executor-1", "ready too")
    assert out.getvalue() == "cache      │ ready\nexecutor-1 │ ready too\n"


def test_a_childs_name_is_coloured_and_its_line_is_not() -> None:
    assert prefixed("cache", "line", width=5, colour=True) == "\x1b[32mcache │\x1b[0m line"


def test_the_instances_of_a_service_share_its_colour() -> None:
    assert colour_of("executor-1") == colour_of("executor-2") == colour_of("executor") != colour_of("cache")


def test_colour_is_for_terminals_of_those_who_want_it() -> None:
    assert wants_colour(Terminal(), {})
    assert not wants_colour(Terminal(), {"NO_COLOR": "1"})
    assert not wants_colour(io.StringIO(), {})
