"""Whose settings or usage is meant, from protobuf and back."""

from __future__ import annotations

from parley.cache.v1 import preferences_pb2, usage_pb2
from parley_cache.preferences import Subject, SubjectKind
from parley_cache.service import bounds
from parley_kit.faults import InvalidInput


def read(field: str, message: preferences_pb2.Subject | usage_pb2.GetUsageRequest) -> Subject:
    """Read it; `field` is the message's name, empty at the top."""
    which = (
        message.WhichOneof("kind") if isinstance(message, preferences_pb2.Subject) else message.WhichOneof("subject")
    )
    if which is None:
        raise InvalidInput(field or "subject", "a guild, channel or user is needed.")
    name = f"{field}.{which}" if field else which
    return Subject(SubjectKind(which.removesuffix("_id")), bounds.snowflake(name, getattr(message, which)))


def write(subject: Subject) -> preferences_pb2.Subject:
    """Write it."""
    return preferences_pb2.Subject(**{f"{subject.kind.value}_id": subject.id})
