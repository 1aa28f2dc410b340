"""Files that members send: which of them Claude is given, and as what. Pure.

A file's name says more than its media type: Discord takes TypeScript for video. A picture's first bytes say more than both.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import PurePosixPath

from parley_gateway.model import Attachment, Paper, Picture

PASTE = "message.txt"
"""What Discord's client makes of a text that is too long for a message."""


class Why(Enum):
    """Why a file is left out, as Claude is told."""

    KIND = "files of this kind cannot be read"
    LARGE = "it is too large"
    MANY = "too many files came with the message"
    PICTURES = "too many pictures came with the message"
    TOGETHER = "the files are too large together"
    UNREADABLE = "its content is not what its name says, or not readable text"
    GONE = "it is gone from Discord"
    UNREACHABLE = "it could not be fetched"


class Kind(Enum):
    """What a file is to Claude."""

    PICTURE = "picture"
    PAPER = "paper"
    WRITING = "writing"


@dataclass(frozen=True, slots=True)
class Bounds:
    """What of one message is read, sizes in bytes. conversation: of all messages together, so that a request to Claude's
    API stays below its 32 MB when the files are written in base64. conversation_pictures: of all messages together, since
    with more of them the API takes no picture with a side of more than 2 000 pixels (its documentation of vision).
    """

    files: int = 5
    pictures: int = 4
    picture: int = 5_000_000
    paper: int = 10 * 1024 * 1024
    writing: int = 200 * 1024
    writings: int = 500 * 1024
    conversation: int = 20 * 1024 * 1024
    conversation_pictures: int = 20


@dataclass(frozen=True, slots=True)
class Writing:
    """A file of text."""

    filename: str
    text: str


Content = Picture | Paper | Writing
"""What Claude is given of a file."""

PICTURES: Mapping[str, str] = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
}
_PICTURE_TYPES = frozenset(PICTURES.values())
_PDF = "application/pdf"
_WRITINGS = frozenset(
    [
        "txt",
        "text",
        "md",
        "markdown",
        "rst",
        "log",
        "csv",
        "tsv",
        "json",
        "jsonl",
        "ndjson",
        "xml",
        "html",
        "htm",
        "css",
        "scss",
        "less",
        "svg",
        "yaml",
        "yml",
        "toml",
        "ini",
        "cfg",
        "conf",
        "env",
        "properties",
        "diff",
        "patch",
        "tex",
        "bib",
        "srt",
        "vtt",
        "py",
        "pyi",
        "ipynb",
        "js",
        "mjs",
        "cjs",
        "jsx",
        "ts",
        "tsx",
        "vue",
        "svelte",
        "java",
        "kt",
        "kts",
        "scala",
        "groovy",
        "gradle",
        "c",
        "h",
        "cc",
        "cpp",
        "cxx",
        "hpp",
        "hh",
        "cs",
        "fs",
        "vb",
        "go",
        "rs",
        "swift",
        "m",
        "mm",
        "rb",
        "php",
        "pl",
        "pm",
        "lua",
        "r",
        "jl",
        "dart",
        "ex",
        "exs",
        "erl",
        "hs",
        "clj",
        "lisp",
        "el",
        "ml",
        "sql",
        "sh",
        "bash",
        "zsh",
        "fish",
        "ps1",
        "bat",
        "cmd",
        "dockerfile",
        "makefile",
        "cmake",
        "mk",
        "tf",
        "hcl",
        "nix",
        "proto",
        "graphql",
        "asm",
        "s",
        "v",
        "sv",
        "vhd",
        "tcl",
        "zig",
        "nim",
        "sol",
    ]
)
_WRITING_TYPES = frozenset(
    f"application/{name}"
    for name in ["json", "xml", "yaml", "x-yaml", "toml", "javascript", "x-javascript", "sql", "x-sh", "x-httpd-php"]
)
_SUFFIXES = ("+json", "+xml", "+yaml")


def kind_of(file: Attachment) -> Kind | None:
    """Return what a file is by its name and media type; None: nothing that Claude reads."""
    ending = PurePosixPath(file.filename.lower()).suffix.removeprefix(".") or file.filename.lower()
    if ending in PICTURES:
        return Kind.PICTURE
    if ending in _WRITINGS:
        return Kind.WRITING
    if ending == "pdf":
        return Kind.PAPER
    return _kind_of_type(file.content_type.partition(";")[0].strip().lower())


def _kind_of_type(media_type: str) -> Kind | None:
    if media_type in _PICTURE_TYPES:
        return Kind.PICTURE
    if media_type == _PDF:
        return Kind.PAPER
    written = media_type.startswith("text/") or media_type in _WRITING_TYPES or media_type.endswith(_SUFFIXES)
    return Kind.WRITING if written else None


def chosen(messages: Sequence[Sequence[Attachment]], bounds: Bounds) -> Mapping[Attachment, Why | None]:
    """Return of each file of a conversation why it is left out; None: it is read. messages: newest first."""
    left, pictures = bounds.conversation, 0
    verdicts: dict[Attachment, Why | None] = {}
    for files in messages:
        for file, of_its_own in _of_message(files, bounds):
            picture = kind_of(file) is Kind.PICTURE
            fits = file.size <= left and not (picture and pictures >= bounds.conversation_pictures)
            why = of_its_own if of_its_own is not None or fits else Why.TOGETHER
            if why is None:
                left, pictures = left - file.size, pictures + picture
            verdicts.setdefault(file, why)
    return verdicts


def _of_message(files: Sequence[Attachment], bounds: Bounds) -> Iterator[tuple[Attachment, Why | None]]:
    pictures = writings = 0
    for number, file in enumerate(files):
        kind = kind_of(file)
        why = Why.MANY if number >= bounds.files else _alone(file, kind, bounds)
        if why is None and kind is Kind.PICTURE:
            pictures += 1
            why = Why.PICTURES if pictures > bounds.pictures else None
        if why is None and kind is Kind.WRITING:
            writings += file.size
            why = Why.TOGETHER if writings > bounds.writings else None
        yield file, why


def _alone(file: Attachment, kind: Kind | None, bounds: Bounds) -> Why | None:
    if kind is None:
        return Why.KIND
    return Why.LARGE if file.size > most(kind, bounds) else None


def most(kind: Kind, bounds: Bounds) -> int:
    """Return how large a file of a kind may be, in bytes."""
    return {Kind.PICTURE: bounds.picture, Kind.PAPER: bounds.paper, Kind.WRITING: bounds.writing}[kind]


def content_of(file: Attachment, content: bytes) -> Content | Why:
    """Return what Claude is given of a file's bytes."""
    match kind_of(file):
        case Kind.PICTURE:
            media_type = _seen(content)
            return Picture(media_type, content) if media_type else Why.UNREADABLE
        case Kind.PAPER:
            return Paper(file.filename, content) if b"%PDF-" in content[:1024] else Why.UNREADABLE
        case Kind.WRITING:
            text = _read(content)
            return Why.UNREADABLE if text is None else Writing(file.filename, text)
        case None:
            return Why.KIND


def _seen(content: bytes) -> str:
    """Return a picture's media type by its first bytes; empty if it is none that Claude sees."""
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "image/webp"
    signatures = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}
    return next((media_type for begin, media_type in signatures.items() if content.startswith(begin)), "")


def _read(content: bytes) -> str | None:
    """Return text in UTF-8, in UTF-16 that says so, or in Japan's older encoding; None if it is none."""
    for encoding in _encodings(content):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if "\0" in text else text
    return None


def _encodings(content: bytes) -> Iterable[str]:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    return ("utf-8-sig", "cp932")
