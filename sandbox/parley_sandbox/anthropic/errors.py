"""Anthropic's error statuses, types and body."""

from dataclasses import dataclass, field

TYPES: dict[int, str] = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    405: "invalid_request_error",
    408: "timeout_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    529: "overloaded_error",
}
"""Status to `error.type`."""


@dataclass(eq=False)
class ApiError(Exception):
    """An answer that is an error: HTTP status, one sentence, extra headers (such as `retry-after`)."""

    status: int
    message: str
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def type(self) -> str:
        """Anthropic's name of this error."""
        return TYPES.get(self.status, "api_error")

    def body(self, request_id: str) -> dict[str, object]:
        """Return the body as Anthropic writes it."""
        error = {"type": self.type, "message": self.message}
        return {"type": "error", "error": error, "request_id": request_id}
