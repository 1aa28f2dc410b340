"""The key of an answer: what must be equal for one member's answer to be right for another. Pure.

A key exists only for a question without attachments whose asker welcomes sharing; that the conversation has no
history is checked when the turn opens (`replies.attach`).
"""

from __future__ import annotations

import hashlib
import re

from parley_cache.model import Mode, Opening, Origin, Scope

_VERBATIM = re.compile(
    r"""
      (?P<fence>`{3,}|~{3,}) .*? (?: (?P=fence) | \Z )    # a code block, or one that is never closed
    | (?P<ticks>`{1,2}) (?!`) .+? (?<!`) (?P=ticks) (?!`)  # inline code
    | (?i:https?://) \S+                                  # a link
    """,
    re.VERBOSE | re.DOTALL,
)
_WHITE = re.compile(r"\s+")


def normalise(prompt: str) -> str:
    """Trim, lower the case, join runs of white space; code and links stay as they are (indentation is meaning).

    For the key only: Claude gets the prompt as it was written.
    """
    parts: list[str] = []
    place = 0
    for verbatim in _VERBATIM.finditer(prompt):
        parts += [_plain(prompt[place : verbatim.start()]), verbatim.group()]
        place = verbatim.end()
    parts.append(_plain(prompt[place:]))
    return "".join(parts).strip()


def _plain(text: str) -> str:
    return _WHITE.sub(" ", text.lower())


def scope_of(scope: Scope, origin: Origin) -> bytes:
    """Name those who share: a channel, a guild, one member (in a direct message) or everybody."""
    if scope is Scope.EVERYWHERE:
        return b"everywhere"
    if scope is Scope.CHANNEL:
        return b"channel:" + origin.channel_id.encode()
    if origin.guild_id:
        return b"guild:" + origin.guild_id.encode()
    return b"member:" + origin.author_id.encode()


def digest(*parts: bytes) -> bytes:
    """Hash the parts, each after its length, so that no two lists of parts share their bytes."""
    state = hashlib.blake2b(digest_size=16)
    for part in parts:
        state.update(len(part).to_bytes(8, "big"))
        state.update(part)
    return state.digest()


def key_of(opening: Opening) -> bytes | None:
    """Return the key of an answer that may be shared; None: this one may not."""
    if opening.attachments or opening.policy.mode is Mode.NEVER:
        return None
    return digest(
        scope_of(opening.policy.scope, opening.origin),
        opening.origin.locale.encode(),
        opening.model.encode(),
        opening.max_output_tokens.to_bytes(8, "big"),
        opening.system_prompt.encode(),
        normalise(opening.prompt).encode(),
    )
