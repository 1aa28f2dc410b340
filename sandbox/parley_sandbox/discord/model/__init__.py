"""Discord's objects in Discord's own JSON shapes."""

from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]
