"""Write what is generated in charts/parley: README.md from the annotated values, and the list of the services' settings.

With `--check`, say whether they are stale.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml
from configuration import CLASSES, settings_of

from parley_kit.settings import listing

ROOT = Path(__file__).resolve().parents[1]
CHART = ROOT / "charts" / "parley"
HEADING, ABOUT = "# ## ", "# -- "
KEY = re.compile(r"^(?P<indent> *)(?P<key>[A-Za-z0-9]+):")
HEAD = """\
# Parley's chart

Talk with Claude in Discord; run it on Kubernetes; see in Grafana what it does and why.
[docs/install.md](../../docs/install.md) leads from nothing to a conversation and to production;
[UPGRADING.md](UPGRADING.md) says what an upgrade asks for.

```sh
helm install parley charts/parley --set sandbox.enabled=true     # a trial: no account, no key
helm test parley                                                 # a conversation, and each hop of its trace
```

Needs Kubernetes 1.30 or newer and Helm 4; nothing else of the cluster.

This page is written by `make docs` from values.yaml; do not edit it.
"""


@dataclass(frozen=True, slots=True)
class Row:
    """A value: its path with dots, its default as JSON, and what it is for."""

    path: str
    default: str
    about: str


@dataclass(frozen=True, slots=True)
class Section:
    """Values under one heading, with the sentences that stand above them."""

    title: str
    text: str
    rows: tuple[Row, ...]


def main(arguments: list[str]) -> int:
    """Write the files or check them; return the exit code."""
    stale = 0
    for path, content in generated().items():
        if "--check" not in arguments:
            path.write_text(content, encoding="utf-8")
            print(f"docs: wrote {path.relative_to(ROOT)}")
        elif not path.is_file() or path.read_text(encoding="utf-8") != content:
            print(f"docs: {path.relative_to(ROOT)} is stale; run `make docs`", file=sys.stderr)
            stale = 1
    return stale


def generated() -> dict[Path, str]:
    """Return each file with what it should hold."""
    values = (CHART / "values.yaml").read_text(encoding="utf-8")
    return {CHART / "README.md": readme(values), CHART / "files" / "settings.json": settings()}


def settings() -> str:
    """Return the names of each program's settings, as JSON; the chart refuses any other."""
    names = {name: [variable for variable, _, _ in listing(settings_of(path))] for name, path in CLASSES.items()}
    return json.dumps(names, indent=2) + "\n"


def readme(values: str) -> str:
    """Return the page."""
    return "\n".join([HEAD, *(_section(section) for section in sections(values))])


def sections(values: str) -> Iterator[Section]:
    """Yield the headings of an annotated values file with their rows."""
    defaults = yaml.safe_load(values)
    for part in re.split(rf"^{re.escape(HEADING)}", values, flags=re.MULTILINE)[1:]:
        title, _, body = part.partition("\n")
        text = "" if body.startswith(ABOUT) else _sentences(body)
        abouts = dict(_abouts(body.splitlines()[len(text.splitlines()) :]))
        top = [key for key in defaults if re.search(rf"^{key}:", body, flags=re.MULTILINE)]
        rows = (row for key in top for row in _rows(key, defaults[key], abouts))
        yield Section(title, text.replace("# ", "").replace("\n", " ").strip(), tuple(rows))


def _sentences(body: str) -> str:
    found = re.match(r"(?:# .*\n)*", body)
    return found.group() if found is not None else ""


def _abouts(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Yield the path of each key that has sentences above it, with them."""
    place: list[tuple[int, str]] = []
    about: list[str] = []
    for line in lines:
        found = KEY.match(line)
        if line.strip().startswith("# "):
            about.append(line.strip())
        elif found is not None:
            indent = len(found["indent"])
            place = [*(step for step in place if step[0] < indent), (indent, found["key"])]
            if about and about[0].startswith(ABOUT):
                sentences = (each.removeprefix(ABOUT).removeprefix("# ") for each in about)
                yield ".".join(key for _, key in place), " ".join(sentences)
            about = []


def _rows(path: str, default: object, abouts: Mapping[str, str]) -> Iterator[Row]:
    """Yield a row for a value; a map is opened where something inside it is told of."""
    inside = isinstance(default, dict) and any(other.startswith(f"{path}.") for other in abouts)
    if not inside or path in abouts:
        yield Row(path, "" if inside else f"`{json.dumps(default, ensure_ascii=False)}`", abouts.get(path, ""))
    if inside and isinstance(default, dict):
        for key, value in default.items():
            yield from _rows(f"{path}.{key}", value, abouts)


def _section(section: Section) -> str:
    rows = [f"| `{row.path}` | {row.default} | {row.about} |".replace("|  |", "| |") for row in section.rows]
    text = [section.text, ""] if section.text else []
    return "\n".join([f"## {section.title}", "", *text, "| value | default | meaning |", "|---|---|---|", *rows, ""])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
