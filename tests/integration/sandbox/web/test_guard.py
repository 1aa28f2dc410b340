import re
from pathlib import Path

import aiohttp
import pytest
from support.loopback import Cast
from support.page import Page, playground

import parley_sandbox.web

STATIC = Path(parley_sandbox.web.__file__).parent / "static"


async def test_the_page_may_load_nothing_from_outside(page: Page) -> None:
    async with page.http.get("/") as response:
        policy = response.headers["Content-Security-Policy"]
        html = await response.text()
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert not re.search(r"<script(?![^>]*src=\"/static/)", html)
    assert "style=" not in html


@pytest.mark.parametrize("path", [str(path.relative_to(STATIC)) for path in STATIC.rglob("*") if path.is_file()])
async def test_every_file_is_served_with_its_type_and_names_no_other_host(page: Page, path: str) -> None:
    kinds = {".js": "javascript", ".css": "text/css", ".svg": "image/svg+xml", ".html": "text/html"}
    async with page.http.get(f"/static/{path}") as response:
        assert response.status == 200
        assert response.content_type.endswith(kinds[Path(path).suffix])
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        text = await response.text()
    assert not re.findall(r"https?://(?!www\.w3\.org/2000/svg)", text)
    assert len(text.splitlines()) < 250 or path.endswith(".css")


async def test_what_is_not_there_is_not_found(page: Page) -> None:
    for path in ("/static/../server/app.py", "/static/none.js", "/api/none"):
        await page.get(path, 404)


async def test_another_sites_page_changes_nothing(page: Page) -> None:
    body = {"person": page.cast.person("Sam"), "content": "x"}
    foreign = {"Sec-Fetch-Site": "cross-site"}
    await page.call("POST", f"/api/channels/{page.general}/messages", 403, json=body, headers=foreign)
    own = {"Sec-Fetch-Site": "same-origin"}
    await page.call("POST", f"/api/channels/{page.general}/messages", 201, json=body, headers=own)


async def test_a_foreign_name_for_this_machine_is_turned_away(page: Page) -> None:
    await page.call("GET", "/api/state", 421, headers={"Host": "evil.example"})
    await page.call("GET", "/api/state", 200, headers={"Host": "localhost:8010"})


async def test_with_the_real_discord_the_page_says_where_to_talk() -> None:
    async with playground(discord_is_real=True) as (sandbox, url), aiohttp.ClientSession(url) as http:
        page = Page(sandbox, url, http, Cast(sandbox.discord))
        assert (await page.get("/api/state"))["sources"]["discord"] == "real"
        body = {"person": page.cast.person("Sam"), "content": "x"}
        refused = await page.call("POST", f"/api/channels/{page.general}/messages", 409, json=body)
        assert "real Discord" in refused["error"]
        await page.call("POST", "/api/faults", 409, json={"source": "discord", "kind": "delay"})
        assert {kind["source"] for kind in (await page.get("/api/faults"))["kinds"]} == {"claude"}
