import io

import aiohttp
import pytest
from support.loopback_claude import body, conversation

from parley_sandbox.anthropic import LoopbackClaude
from parley_sandbox.anthropic.models import MODELS


async def test_models_are_listed_page_by_page(api: aiohttp.ClientSession) -> None:
    found: list[str] = []
    more = True
    after: dict[str, str] = {}
    while more:
        async with api.get("/v1/models", params={"limit": "5"} | after) as response:
            page = await response.json()
        found += [model["id"] for model in page["data"]]
        more, after = page["has_more"], {"after_id": page["last_id"]}
    assert found == [model.id for model in MODELS]


async def test_one_model_is_described_and_an_unknown_one_is_not(api: aiohttp.ClientSession) -> None:
    async with api.get("/v1/models/claude-opus-5-5") as response:
        assert (await response.json())["display_name"] == "Claude Opus 5.5"
    async with api.get("/v1/models/claude-9") as response:
        assert (response.status, (await response.json())["error"]["type"]) == (404, "not_found_error")


@pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "many"}, {"after_id": "claude-9"}])
async def test_a_page_that_cannot_be_is_refused(api: aiohttp.ClientSession, query: dict[str, str]) -> None:
    async with api.get("/v1/models", params=query) as response:
        assert response.status == 400
        assert next(iter(query)) in (await response.json())["error"]["message"]


async def test_tokens_are_counted_as_they_are_billed(claude: LoopbackClaude, api: aiohttp.ClientSession) -> None:
    said = ("Tell me about tea. " * 40, "Gladly.", "Go on.")
    prompt = {"model": "claude-opus-5-5", "system": "be brief", "messages": conversation(*said)}
    async with api.post("/v1/messages/count_tokens", json=prompt) as response:
        counted = (await response.json())["input_tokens"]
    async with api.post("/v1/messages", json=prompt | {"max_tokens": 10}) as response:
        assert (await response.json())["usage"]["input_tokens"] == counted > 190
    assert [record.path for record in claude.requests] == ["/v1/messages"]


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/v1/messages", 405), ("POST", "/v1/complete", 404)])
async def test_what_there_is_not_is_said_in_anthropics_shape(
    api: aiohttp.ClientSession, method: str, path: str, status: int
) -> None:
    async with api.request(method, path) as response:
        answer = await response.json()
    assert (response.status, answer["type"]) == (status, "error")
    assert path in answer["error"]["message"]


async def test_without_a_key_nothing_is_answered(claude: LoopbackClaude) -> None:
    async with claude.serve() as address, aiohttp.ClientSession(address.base_url) as stranger:
        for method, path in (("POST", "/v1/messages"), ("GET", "/v1/models"), ("POST", "/v1/messages/count_tokens")):
            async with stranger.request(method, path, json=body("hi")) as response:
                assert (response.status, (await response.json())["error"]["type"]) == (401, "authentication_error")
        async with stranger.head("/") as response:
            assert response.status == 200


async def test_a_request_of_more_than_32_mib_is_too_large(claude: LoopbackClaude, api: aiohttp.ClientSession) -> None:
    async with api.post("/v1/messages", data=io.BytesIO(b" " * (33 << 20))) as response:
        assert (response.status, (await response.json())["error"]["type"]) == (413, "request_too_large")
    assert [(record.outcome, record.status) for record in claude.requests] == [("refused", 413)]
