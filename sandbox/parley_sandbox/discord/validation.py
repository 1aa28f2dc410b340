"""Pure checks of what a client sends to write or change a message; the result is typed, the fault is Discord's."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from parley_sandbox.discord import embeds
from parley_sandbox.discord.components import check_components, numbered
from parley_sandbox.discord.errors import Code, FormFaults, refusal
from parley_sandbox.discord.model import Json

CONTENT_UNITS = 2000
"""Longest content of a message, in UTF-16 units. Discord does not say what it counts; this is the cautious bound."""
NONCE_CHARACTERS = 25
FILES = 10
FILE_BYTES = 10 << 20
"""Largest file, in bytes, without a boosted guild."""
EMBEDS = 10

SUPPRESS_EMBEDS = 1 << 2
EPHEMERAL = 1 << 6
LOADING = 1 << 7
SUPPRESS_NOTIFICATIONS = 1 << 12
_SETTABLE = SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it arrives; the description is the alternative text."""

    name: str
    content_type: str
    content: bytes
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A message that may be written."""

    content: str
    components: Sequence[Json] = ()
    embeds: Sequence[Json] = ()
    uploads: Sequence[Upload] = ()
    flags: int = 0
    tts: bool = False
    nonce: str | int | None = None
    enforce_nonce: bool = False
    reference: Json | None = None
    allowed_mentions: Json | None = None

    @property
    def empty(self) -> bool:
        """Whether there is nothing to see."""
        return not (self.content or self.components or self.embeds or self.uploads)


@dataclass(frozen=True, slots=True)
class Change:
    """An edit: the fields to replace, the attachments to keep (None: all), and new files."""

    fields: Json
    keep: frozenset[str] | None = None
    uploads: Sequence[Upload] = ()
    allowed_mentions: Json | None = None


def draft(body: Json, uploads: Mapping[str, Upload], *, may_hide: bool = False) -> Draft:
    """Return the message that a request describes; `may_hide` allows the ephemeral flag (interaction responses)."""
    faults = FormFaults()
    _check_shape(body, uploads, faults)
    faults.raise_if_any()
    return Draft(
        content=(body.get("content") or "").strip(),
        components=numbered(body.get("components") or ()),
        embeds=embeds.shown(body.get("embeds") or ()),
        uploads=_described(body, uploads),
        flags=(body.get("flags") or 0) & (_SETTABLE | EPHEMERAL if may_hide else _SETTABLE),
        tts=bool(body.get("tts")),
        nonce=body.get("nonce"),
        enforce_nonce=bool(body.get("enforce_nonce")),
        reference=body.get("message_reference"),
        allowed_mentions=body.get("allowed_mentions"),
    )


def change(body: Json, uploads: Mapping[str, Upload]) -> Change:
    """Return the edit that a request describes; fields that are not named stay."""
    faults = FormFaults()
    _check_shape(body, uploads, faults)
    faults.raise_if_any()
    fields: Json = {}
    if "content" in body:
        fields["content"] = (body["content"] or "").strip()
    if "components" in body:
        fields["components"] = numbered(body["components"] or ())
    if "embeds" in body:
        fields["embeds"] = embeds.shown(body["embeds"] or ())
    if "flags" in body:
        fields["flags"] = (body["flags"] or 0) & SUPPRESS_EMBEDS
    keep = frozenset(str(kept.get("id")) for kept in body["attachments"] or ()) if "attachments" in body else None
    return Change(fields, keep, _described(body, uploads), body.get("allowed_mentions"))


def demand_size(uploads: Iterable[Upload]) -> None:
    """Raise 40005 for a file that is too large."""
    if any(len(upload.content) > FILE_BYTES for upload in uploads):
        raise refusal(Code.TOO_LARGE)


def utf16_units(text: str) -> int:
    """Return a text's length as JavaScript counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _check_shape(body: Json, uploads: Mapping[str, Upload], faults: FormFaults) -> None:
    _check_content(body.get("content"), faults)
    _check_nonce(body.get("nonce"), faults)
    _check_lists(body, faults)
    _check_objects(body, faults)
    check_components(body.get("components"), faults)
    if len(uploads) > FILES:
        faults.add("files", "BASE_TYPE_MAX_LENGTH", f"Must be {FILES} or fewer in length.")
    demand_size(uploads.values())


def _check_content(content: object, faults: FormFaults) -> None:
    if content is not None and not isinstance(content, str):
        faults.add("content", "BASE_TYPE_STRING", "Must be a string.")
    elif content and utf16_units(content) > CONTENT_UNITS:
        faults.add("content", "BASE_TYPE_MAX_LENGTH", f"Must be {CONTENT_UNITS} or fewer in length.")


def _check_nonce(nonce: object, faults: FormFaults) -> None:
    if nonce is not None and (isinstance(nonce, bool) or not isinstance(nonce, str | int)):
        faults.add("nonce", "NONCE_TYPE_INVALID", "Nonce must be a string or an integer.")
    elif nonce is not None and len(str(nonce)) > NONCE_CHARACTERS:
        faults.add("nonce", "NONCE_TYPE_TOO_LONG", f"Nonce must be {NONCE_CHARACTERS} or fewer in length.")


def _check_lists(body: Json, faults: FormFaults) -> None:
    for name, longest in (("embeds", EMBEDS), ("attachments", FILES)):
        given = body.get(name)
        if given is not None and not (isinstance(given, list) and all(isinstance(each, dict) for each in given)):
            faults.add(name, "BASE_TYPE_BAD_TYPE", "Must be a list of objects.")
        elif given and len(given) > longest:
            faults.add(name, "BASE_TYPE_MAX_LENGTH", f"Must be {longest} or fewer in length.")
        elif given and name == "embeds":
            embeds.check_embeds(given, faults)
    if not isinstance(body.get("flags"), int | None):
        faults.add("flags", "NUMBER_TYPE_COERCE", "Must be an integer.")


def _check_objects(body: Json, faults: FormFaults) -> None:
    for name in ("message_reference", "allowed_mentions"):
        if not isinstance(body.get(name), dict | None):
            faults.add(name, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
    allowed = body.get("allowed_mentions")
    lists: Json = allowed if isinstance(allowed, dict) else {}
    for name in ("parse", "users", "roles"):
        if not isinstance(lists.get(name), list | None):
            faults.add(f"allowed_mentions.{name}", "BASE_TYPE_BAD_TYPE", "Must be a list.")


def _described(body: Json, uploads: Mapping[str, Upload]) -> tuple[Upload, ...]:
    """Join files with what `attachments` says of them: entry n of id n speaks of `files[n]`."""
    said = {f"files[{entry.get('id')}]": entry for entry in body.get("attachments") or ()}
    return tuple(
        Upload(
            said.get(part, {}).get("filename") or upload.name,
            upload.content_type,
            upload.content,
            said.get(part, {}).get("description"),
        )
        for part, upload in uploads.items()
    )
