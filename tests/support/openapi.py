"""Discord's own OpenAPI 3.1 document as a referee: JSON Schema 2020-12 with the references inside the document."""

import json
import re
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError, best_match
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

_DOCUMENT = "urn:discord"
_PARAMETER = re.compile(r"\{[^}]+\}")


class OpenApi:
    """Says whether requests and responses are what the document describes."""

    def __init__(self, path: Path) -> None:
        document = _absolute(json.loads(path.read_text()))
        self._document = document
        resource = Resource.from_contents(document, default_specification=DRAFT202012)
        self._registry: Registry[Any] = Registry().with_resource(_DOCUMENT, resource)
        self._templates = {_PARAMETER.sub("{}", template): template for template in document["paths"]}

    def knows(self, route: str) -> bool:
        """Whether the document has a route, given as method and template; parameters may have other names."""
        method, template = route.split(" ", 1)
        found = self._templates.get(_PARAMETER.sub("{}", template))
        return found is not None and method.lower() in self._document["paths"][found]

    def response_faults(self, route: str, status: int, body: Any) -> list[str]:
        """Return what is wrong with a response: an unexpected status, or a body of another shape."""
        responses = self._operation(route)["responses"]
        described = responses.get(str(status)) or (responses.get("4XX") if 400 <= status < 500 else None)
        if described is None:
            return [f"status {status} is not among {sorted(responses)}"]
        content = self._resolved(described).get("content")
        if content is None:
            return [] if body is None else [f"status {status} has no body"]
        if body is None:
            return [f"status {status} has a body"]
        return self._faults(content["application/json"]["schema"], body)

    def request_faults(self, route: str, body: Any) -> list[str]:
        """Return what is wrong with a request's JSON body."""
        content = self._resolved(self._operation(route)["requestBody"])["content"]
        return self._faults(content["application/json"]["schema"], body)

    def schema_faults(self, name: str, body: Any) -> list[str]:
        """Return what keeps a value from being of a named schema."""
        return self._faults({"$ref": f"{_DOCUMENT}#/components/schemas/{name}"}, body)

    def _operation(self, route: str) -> Any:
        method, template = route.split(" ", 1)
        return self._document["paths"][self._templates[_PARAMETER.sub("{}", template)]][method.lower()]

    def _resolved(self, node: Any) -> Any:
        return self._registry.resolver(_DOCUMENT).lookup(node["$ref"]).contents if "$ref" in node else node

    def _faults(self, schema: Any, body: Any) -> list[str]:
        validator = Draft202012Validator(schema, registry=self._registry, format_checker=FormatChecker())
        return [_sentence(error) for error in validator.iter_errors(body)]


def _absolute(node: Any) -> Any:
    """Return the document with references that work from anywhere."""
    if isinstance(node, dict):
        return {
            key: _DOCUMENT + value
            if key == "$ref" and isinstance(value, str) and value.startswith("#")
            else _absolute(value)
            for key, value in node.items()
        }
    return [_absolute(each) for each in node] if isinstance(node, list) else node


def _sentence(error: ValidationError) -> str:
    worst = best_match([error]) or error
    return f"{'/'.join(map(str, worst.absolute_path)) or '.'}: {worst.message[:300]}"
