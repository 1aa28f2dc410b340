"""The request bodies of the Messages API. Like Anthropic's own server it lets pydantic find and word the mistakes."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


def _as_blocks(value: object) -> object:
    """A plain text is short for one text block."""
    return [{"type": "text", "text": value}] if isinstance(value, str) else value


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CacheControl(_Strict):
    """A breakpoint of the prompt cache."""

    type: Literal["ephemeral"]
    ttl: Literal["5m", "1h"] = "5m"


class _Block(_Strict):
    cache_control: CacheControl | None = None


class TextBlock(_Block):
    """Text of a message or of the system prompt."""

    type: Literal["text"] = "text"
    text: str
    citations: Any = None


class Base64Image(_Strict):
    """A picture in the request itself."""

    type: Literal["base64"]
    media_type: Literal["image/jpeg", "image/png", "image/gif", "image/webp"]
    data: str = Field(min_length=1)


class UrlSource(_Strict):
    """Something that Anthropic fetches."""

    type: Literal["url"]
    url: str


class FileSource(_Strict):
    """Something that was uploaded before."""

    type: Literal["file"]
    file_id: str


class Base64Pdf(_Strict):
    """A PDF in the request itself."""

    type: Literal["base64"]
    media_type: Literal["application/pdf"]
    data: str = Field(min_length=1)


class PlainText(_Strict):
    """A text file in the request itself."""

    type: Literal["text"]
    media_type: Literal["text/plain"]
    data: str


class ImageBlock(_Block):
    """A picture."""

    type: Literal["image"]
    source: Annotated[Base64Image | UrlSource | FileSource, Field(discriminator="type")]


class DocumentBlock(_Block):
    """A PDF or a text file."""

    type: Literal["document"]
    source: Annotated[Base64Pdf | PlainText | UrlSource | FileSource, Field(discriminator="type")]
    title: str | None = None
    context: str | None = None
    citations: Any = None


class ToolUseBlock(_Block):
    """A tool call that Claude made."""

    type: Literal["tool_use"]
    id: str
    name: str
    input: dict[str, Any]
    caller: Any = None


class ToolResultBlock(_Block):
    """What a tool answered."""

    type: Literal["tool_result"]
    tool_use_id: str
    content: Any = None
    is_error: bool = False


class ThinkingBlock(_Strict):
    """Claude's thinking, sent back."""

    type: Literal["thinking"]
    thinking: str
    signature: str


class RedactedThinkingBlock(_Strict):
    """Claude's thinking, sent back unreadable."""

    type: Literal["redacted_thinking"]
    data: str


Content = Annotated[
    TextBlock | ImageBlock | DocumentBlock | ToolUseBlock | ToolResultBlock | ThinkingBlock | RedactedThinkingBlock,
    Field(discriminator="type"),
]


class Message(_Strict):
    """One message of the conversation."""

    role: Literal["user", "assistant"]
    content: Annotated[list[Content], BeforeValidator(_as_blocks)]


class Prompt(BaseModel):
    """What Claude reads; the body of `count_tokens`. Fields that nobody knows are kept apart in `model_extra`."""

    model_config = ConfigDict(frozen=True, extra="allow")

    model: str = Field(min_length=1)
    messages: list[Message]
    system: Annotated[list[TextBlock], BeforeValidator(_as_blocks)] = []
    tools: list[dict[str, Any]] = []
    tool_choice: dict[str, Any] | None = None
    thinking: dict[str, Any] | None = None
    cache_control: CacheControl | None = None
    output_config: dict[str, Any] | None = None
    context_management: dict[str, Any] | None = None
    mcp_servers: list[dict[str, Any]] | None = None


class Request(Prompt):
    """The body of `POST /v1/messages`."""

    max_tokens: int = Field(ge=1)
    stream: bool = False
    temperature: float | None = Field(default=None, ge=0, le=1)
    top_p: float | None = Field(default=None, ge=0, le=1)
    top_k: int | None = Field(default=None, ge=0)
    stop_sequences: list[str] = []
    metadata: dict[str, Any] | None = None
    service_tier: Literal["auto", "standard_only"] | None = None
    container: Any = None
    inference_geo: str | None = None
    speed: Literal["standard", "fast"] | None = None
