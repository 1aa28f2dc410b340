"""What can be said of the page's files without a browser."""

import itertools
import re
from pathlib import Path

import pytest

import parley_sandbox.web

STATIC = Path(parley_sandbox.web.__file__).parent / "static"
TOKENS = (STATIC / "css" / "tokens.css").read_text()
LIGHT, DARK = TOKENS.split("@media (prefers-color-scheme: dark)")
READABLE = 4.5
GROUNDS = ("ground", "rail-ground", "surface", "raised", "hover", "code-ground")
TEXTS = ("ink", "ink-soft", "ink-faint", "accent-text", "danger", "second", "good")
ON = (("accent-ink", "accent"), ("accent-text", "accent-soft"), ("second", "second-soft"), ("danger", "danger-soft"))
CODE = ("hl-comment", "hl-keyword", "hl-string", "hl-number", "hl-name", "hl-type", "hl-error")


def colours(css: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", css))


def luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("css", [LIGHT, DARK], ids=["light", "dark"])
def test_every_text_can_be_read_on_every_ground(css: str) -> None:
    known = colours(css)
    pairs = [*itertools.product(TEXTS, GROUNDS), *ON, *((name, "code-ground") for name in CODE)]
    poor = {pair: round(contrast(known[pair[0]], known[pair[1]]), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in poor.items() if ratio < READABLE} == {}


@pytest.mark.parametrize("css", sorted(STATIC.rglob("*.css")), ids=lambda path: path.name)
def test_colours_stand_in_one_file_and_every_name_is_known(css: Path) -> None:
    text = css.read_text()
    known = set(re.findall(r"(--[\w-]+):", TOKENS)) | {
        "--hue",
        "--party",
        "--depth",
        "--at",
        "--share",
        "--label",
        "--end",
    }
    assert set(re.findall(r"var\((--[\w-]+)", text)) <= known
    if css.name != "tokens.css":
        assert set(re.findall(r"#[0-9a-fA-F]{3,8}\b", text)) <= {"#ffffff"}


def test_both_languages_say_everything_and_the_page_asks_for_nothing_else() -> None:
    english, japanese = (
        set(re.findall(r"^  (\w+):", (STATIC / "texts" / f"{language}.js").read_text(), re.MULTILINE))
        for language in ("en", "ja")
    )
    assert english == japanese
    scripts = "".join(path.read_text() for path in STATIC.rglob("*.js") if path.parent.name != "texts")
    asked = set(re.findall(r'\bt\(\s*"(\w+)"', scripts))
    assert asked <= english
    said = set(re.findall(r'"(\w+)"', scripts))
    composed = ("tier", "about", "outcome", "suggestion", "presence")
    assert {name for name in english - said if not name.startswith(composed)} == set()


def test_placeholders_are_the_same_in_both_languages() -> None:
    def holes(language: str) -> dict[str, set[str]]:
        text = (STATIC / "texts" / f"{language}.js").read_text()
        return {
            name: set(re.findall(r"\{(\w+)\}", words))
            for name, words in re.findall(r'^  (\w+): "(.*)",$', text, re.MULTILINE)
        }

    assert holes("en") == holes("ja")


def test_scripts_import_only_what_is_there() -> None:
    for script in STATIC.rglob("*.js"):
        for name in re.findall(r'from "(\.[^"]+)"', script.read_text()):
            assert (script.parent / name).resolve().is_file(), f"{script.name} imports {name}"
