"""Who may act on a turn, and until when. Pure; times are the store's, in seconds."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Lease:
    """A holder's right to a turn.

    It is valid before `until`. Past that it is only a name: its holder may still renew it, and once the store
    has noticed (`lapsed`) others may be offered the turn.
    """

    id: str
    holder: str
    until: float
    lapsed: bool = False


def is_valid(lease: Lease, now: float) -> bool:
    """Tell whether nobody but the holder may act."""
    return not lease.lapsed and now < lease.until


def renew(lease: Lease, now: float, length: float) -> Lease:
    """Extend it; one that ran out but that nobody took comes back to life."""
    return replace(lease, until=now + length, lapsed=False)


def lapse(lease: Lease, now: float) -> Lease:
    """Note that it ran out, or was given back before."""
    return replace(lease, until=min(lease.until, now), lapsed=True)
