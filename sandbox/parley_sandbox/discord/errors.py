"""Refusals with Discord's own codes (documentation: "Opcodes and Status Codes", JSON error codes)."""

from collections.abc import Mapping
from enum import IntEnum

from parley_sandbox.discord.model import Json


class Code(IntEnum):
    """The codes this loopback Discord answers with."""

    GENERAL = 0
    UNKNOWN_CHANNEL = 10003
    UNKNOWN_GUILD = 10004
    UNKNOWN_MEMBER = 10007
    UNKNOWN_MESSAGE = 10008
    UNKNOWN_USER = 10013
    UNKNOWN_WEBHOOK = 10015
    UNKNOWN_INTERACTION = 10062
    UNKNOWN_COMMAND = 10063
    TOO_MANY_COMMANDS = 30032
    TOO_LARGE = 40005
    ALREADY_ACKNOWLEDGED = 40060
    MISSING_ACCESS = 50001
    NOT_IN_DIRECT_CHANNEL = 50003
    FOREIGN_MESSAGE = 50005
    EMPTY_MESSAGE = 50006
    CANNOT_WRITE_TO_USER = 50007
    MISSING_PERMISSIONS = 50013
    INVALID_WEBHOOK_TOKEN = 50027
    INVALID_FORM = 50035
    INVALID_VERSION = 50041
    WRONG_CHANNEL_TYPE = 50024
    INVALID_JSON = 50109
    THREAD_EXISTS = 160004
    NO_HISTORY_TO_REPLY = 160002
    THREAD_LOCKED = 160005


_REFUSALS: Mapping[Code, tuple[int, str]] = {
    Code.UNKNOWN_CHANNEL: (404, "Unknown Channel"),
    Code.UNKNOWN_GUILD: (404, "Unknown Guild"),
    Code.UNKNOWN_MEMBER: (404, "Unknown Member"),
    Code.UNKNOWN_MESSAGE: (404, "Unknown Message"),
    Code.UNKNOWN_USER: (404, "Unknown User"),
    Code.UNKNOWN_WEBHOOK: (404, "Unknown Webhook"),
    Code.UNKNOWN_INTERACTION: (404, "Unknown interaction"),
    Code.UNKNOWN_COMMAND: (404, "Unknown application command"),
    Code.TOO_LARGE: (413, "Request entity too large"),
    Code.ALREADY_ACKNOWLEDGED: (400, "Interaction has already been acknowledged."),
    Code.MISSING_ACCESS: (403, "Missing Access"),
    Code.NOT_IN_DIRECT_CHANNEL: (403, "Cannot execute action on a DM channel"),
    Code.FOREIGN_MESSAGE: (403, "Cannot edit a message authored by another user"),
    Code.EMPTY_MESSAGE: (400, "Cannot send an empty message"),
    Code.CANNOT_WRITE_TO_USER: (403, "Cannot send messages to this user"),
    Code.MISSING_PERMISSIONS: (403, "Missing Permissions"),
    Code.INVALID_WEBHOOK_TOKEN: (401, "Invalid Webhook Token"),
    Code.INVALID_VERSION: (400, "Invalid API version"),
    Code.WRONG_CHANNEL_TYPE: (400, "Cannot execute action on this channel type"),
    Code.THREAD_EXISTS: (400, "A thread has already been created for this message"),
    Code.INVALID_JSON: (400, "The request body contains invalid JSON."),
    Code.THREAD_LOCKED: (400, "This thread is locked"),
    Code.NO_HISTORY_TO_REPLY: (400, "Cannot reply without permission to read message history"),
}


class ApiError(Exception):
    """A request that Discord refuses: HTTP status, code, sentence, and for forms the fault of each field."""

    def __init__(
        self, status: int, code: int, message: str, *, headers: Mapping[str, str] | None = None, **more: object
    ) -> None:
        super().__init__(f"{status} {message} (code {int(code)})")
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})
        self._more = more

    @property
    def body(self) -> Json:
        """What stands in the answer."""
        return {"message": self.message, "code": int(self.code), **self._more}


def refusal(code: Code) -> ApiError:
    """Return the error that Discord answers with this code."""
    status, message = _REFUSALS[code]
    return ApiError(status, code, message)


class FormFaults:
    """Collects what is wrong with the fields of one request, as `errors` of code 50035 lists it."""

    def __init__(self) -> None:
        self._errors: Json = {}

    def add(self, field: str, code: str, message: str) -> None:
        """Note a fault; `field` is a dotted path such as `components.0.components`."""
        place = self._errors
        for part in field.split("."):
            place = place.setdefault(part, {})
        place.setdefault("_errors", []).append({"code": code, "message": message})

    def raise_if_any(self) -> None:
        """Raise one refusal that names them all."""
        if self._errors:
            raise self.refusal()

    def refusal(self) -> ApiError:
        """Return the refusal that names them all."""
        return ApiError(400, Code.INVALID_FORM, "Invalid Form Body", errors=self._errors)


def bad_field(field: str, code: str, message: str) -> ApiError:
    """Return the refusal of a request with one faulty field."""
    faults = FormFaults()
    faults.add(field, code, message)
    return faults.refusal()
