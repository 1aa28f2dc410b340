"""Discord's errors, by its own codes, as the four that a delivery knows."""

from __future__ import annotations

import hikari

from parley_gateway.messages import DeliveryError, Forbidden, Gone, Rejected, Transient

GONE = frozenset({10003, 10004, 10008, 10015, 10062})
"""Unknown channel, guild, message, webhook, interaction."""
FORBIDDEN = frozenset({50001, 50007, 50013, 160002})
"""No access; no messages to this user; no permission; no reply without reading the history."""
ACKNOWLEDGED = 40060
"""The interaction was acknowledged before: by a retry of ours, or by a sibling."""


def error_of(error: Exception) -> DeliveryError:
    """Return what an error of hikari means for a delivery. The text says the code only, never what was sent."""
    code = code_of(error)
    words = f"Discord answered {status_of(error)}, code {code}" if code is not None else type(error).__name__
    if code in GONE or _question_gone(error):
        return Gone(words)
    if code in FORBIDDEN or isinstance(error, hikari.ForbiddenError | hikari.UnauthorizedError):
        return Forbidden(words)
    if isinstance(error, hikari.NotFoundError):
        return Gone(words)
    if isinstance(error, hikari.ClientHTTPResponseError) and status_of(error) not in (408, 429):
        return Rejected(words)
    return Transient(words)


def code_of(error: Exception) -> int | None:
    """Return Discord's own code, 0 where it gave none; None when there was no answer."""
    return error.code if isinstance(error, hikari.HTTPResponseError) else None


def status_of(error: Exception) -> int | None:
    """Return the HTTP status; None when there was no answer."""
    return int(error.status) if isinstance(error, hikari.HTTPResponseError) else None


def _question_gone(error: Exception) -> bool:
    """Whether the message that is replied to does not exist any more."""
    return isinstance(error, hikari.BadRequestError) and "message_reference" in (error.errors or {})
