"""A loopback Claude: Anthropic's Messages API with scripted replies, pace and faults."""

from .claude import Address, LoopbackClaude
from .faults import KINDS, Fault
from .limits import Limits
from .pace import Pace
from .records import Record

__all__ = ["KINDS", "Address", "Fault", "Limits", "LoopbackClaude", "Pace", "Record"]
