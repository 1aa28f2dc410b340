"""Settings of a service: environment variables with a prefix, read once, checked together, frozen.

Nothing else reads the environment. Faults are reported all at once, each with the variable's name; a secret's
value is never shown.
"""

from __future__ import annotations

import os
import secrets
import socket
import sys
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, AliasChoices, Field, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, SettingsConfigDict

MAX_PORT = 65535


def split_address(address: str) -> tuple[str, int]:
    """Return host and port of `host:port` or `[v6]:port`. Raises ValueError with the expected form."""
    host, colon, port = address.rpartition(":")
    name = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    bare_v6 = ":" in host and name == host
    if not colon or not name or bare_v6 or not port.isdecimal() or int(port) > MAX_PORT:
        raise ValueError("expected host:port, such as 127.0.0.1:50051")
    return name, int(port)


def split_targets(targets: str) -> tuple[str, ...]:
    """Return the targets of `host:port,host:port`, each once, in their order. Raises ValueError as `split_address`."""
    found = tuple(dict.fromkeys(target.strip() for target in targets.split(",")))
    for target in found:
        split_address(target)
    return found


def _check_address(address: str) -> str:
    split_address(address)
    return address


def _check_targets(targets: str) -> str:
    return ",".join(split_targets(targets))


def new_incarnation() -> str:
    """Name this process incarnation: host, process id and a random part, so that no restart repeats it."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"


Address = Annotated[str, AfterValidator(_check_address)]
"""A host and a port to listen on or to call, `host:port`."""
Targets = Annotated[str, AfterValidator(_check_targets)]
"""Where peers of one kind are: one or more `host:port`, separated by commas; a name may stand for many addresses."""


class ServiceSettings(BaseSettings):
    """What every service can be told. A subclass sets `env_prefix` and its default ports."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True, populate_by_name=True)

    listen: Address = Field(
        "127.0.0.1:0", description="Where its gRPC server listens, host:port; port 0 takes a free one."
    )
    metrics_listen: Address | None = Field(
        None, description="Where Prometheus finds /metrics, host:port; unset: nowhere."
    )
    advertise: Address | None = Field(None, description="host:port where peers reach it; unset: where it listens.")
    instance: str = Field(
        default_factory=new_incarnation,
        min_length=1,
        max_length=128,
        description="Name of this process incarnation; unset: host, process id and a random part.",
    )
    reflection: bool = Field(False, description="Whether gRPC server reflection is served, for debugging.")
    drain_announce: float = Field(
        2.0,
        ge=0,
        le=60,
        description="How long new work is still taken after SIGTERM while peers learn of it, in seconds.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least severe level that is logged."
    )
    log_format: Literal["json", "console"] = Field("json", description="json for collectors, console for people.")
    otlp_endpoint: str | None = Field(
        None,
        validation_alias=AliasChoices("OTEL_EXPORTER_OTLP_ENDPOINT", "otlp_endpoint"),
        description="Base URL of an OTLP/HTTP receiver for traces; unset: traces are not exported.",
    )
    otlp_schedule_delay: int = Field(
        1000,
        ge=10,
        validation_alias=AliasChoices("OTEL_BSP_SCHEDULE_DELAY", "otlp_schedule_delay"),
        description="How long finished spans are collected before they are sent, in milliseconds.",
    )


S = TypeVar("S", bound=ServiceSettings)


def variable_of(settings: type[BaseSettings], name: str, field: FieldInfo) -> str:
    """Return the environment variable that sets a field."""
    alias = field.validation_alias
    if isinstance(alias, AliasChoices):
        return str(alias.choices[0])
    return str(alias) if alias is not None else f"{settings.model_config.get('env_prefix', '')}{name}".upper()


def listing(settings: type[BaseSettings]) -> Iterator[tuple[str, str, str]]:
    """Yield (variable, default, description) of each setting, in their order."""
    for name, field in settings.model_fields.items():
        yield variable_of(settings, name, field), _default(field), field.description or ""


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    if field.default_factory is not None or field.default is None:
        return "unset"
    default = field.default.value if isinstance(field.default, Enum) else field.default
    return str(default) or "unset"


def load(settings: type[S], program: str, argv: Sequence[str] | None = None) -> S:
    """Read the settings from the environment.

    `--help` lists them and exits with 0; faults are all printed to stderr, one a line, and exit with 2.
    """
    arguments = sys.argv[1:] if argv is None else list(argv)
    if arguments:
        _explain(settings, program, arguments)
    try:
        return settings()
    except ValidationError as error:
        raise SystemExit(_refuse(program, list(_faults(settings, error)))) from None


def _explain(settings: type[BaseSettings], program: str, arguments: list[str]) -> None:
    if arguments not in (["--help"], ["-h"]):
        raise SystemExit(
            _refuse(program, [f"unknown argument {arguments[0]!r}; settings are environment variables, see --help"])
        )
    rows = list(listing(settings))
    width = max(len(variable) for variable, _, _ in rows)
    print(f"usage: {program}\n\nIt is set by environment variables:\n")  # noqa: T201 — the answer to --help
    for variable, default, description in rows:
        print(f"  {variable:<{width}}  {description} [{default}]")  # noqa: T201 — the answer to --help
    raise SystemExit(0)


def _refuse(program: str, sentences: list[str]) -> int:
    for sentence in sentences:
        print(f"{program}: {sentence}", file=sys.stderr)  # noqa: T201 — before logging is set up
    return 2


def _faults(settings: type[BaseSettings], error: ValidationError) -> Iterator[str]:
    for fault in error.errors(include_input=False, include_url=False):
        yield _sentence(settings, fault["loc"], fault["type"], fault["msg"])


def _sentence(settings: type[BaseSettings], location: tuple[Any, ...], kind: str, message: str) -> str:
    name = str(location[0]) if location else ""
    fields = {name: variable_of(settings, name, field) for name, field in settings.model_fields.items()}
    variable = fields.get(name, name)
    description = next(
        (field.description or "" for key, field in settings.model_fields.items() if fields[key] == variable), ""
    )
    if kind == "missing":
        return f"{variable} is not set: {description}"
    return f"{variable}: {message[0].lower()}{message[1:]}" if variable else message
