from support.page import Page


async def test_the_faults_of_both_loopbacks_are_listed_with_what_they_do(page: Page) -> None:
    kinds = (await page.get("/api/faults"))["kinds"]
    assert {kind["source"] for kind in kinds} == {"discord", "claude"}
    assert all(kind["description"] for kind in kinds)


async def test_a_fault_is_added_seen_and_removed(page: Page) -> None:
    claude = {"source": "claude", "kind": "overloaded_error", "options": {"times": 2}}
    discord = {"source": "discord", "kind": "delay", "options": {"seconds": 0.5}}
    added = [await page.call("POST", "/api/faults", 201, json=fault) for fault in (claude, discord)]
    active = (await page.get("/api/faults"))["active"]
    assert {fault["id"] for fault in active} == {fault["id"] for fault in added}
    assert page.sandbox.claude.faults.list()[0].times == 2
    assert page.sandbox.discord.faults.list()[0].seconds == 0.5
    for fault in added:
        await page.call("DELETE", f"/api/faults/{fault['id']}")
    assert (await page.get("/api/faults"))["active"] == []
    await page.call("DELETE", f"/api/faults/{added[0]['id']}", 404)
    await page.call("DELETE", f"/api/faults/{added[1]['id']}", 404)


async def test_all_faults_are_removed_at_once(page: Page) -> None:
    for source, kind in (("claude", "cut"), ("discord", "delay")):
        await page.call("POST", "/api/faults", 201, json={"source": source, "kind": kind})
    assert (await page.call("DELETE", "/api/faults"))["active"] == []


async def test_a_fault_that_cannot_be_is_refused_in_words(page: Page) -> None:
    unknown = await page.call("POST", "/api/faults", 400, json={"source": "claude", "kind": "meteor"})
    assert "meteor" in unknown["error"]
    wrong = {"source": "claude", "kind": "cut", "options": {"after": "soon"}}
    assert "after" in (await page.call("POST", "/api/faults", 400, json=wrong))["error"]
    never = {"source": "discord", "kind": "delay", "options": {"times": 0}}
    await page.call("POST", "/api/faults", 400, json=never)
    extra = {"source": "discord", "kind": "delay", "options": {"colour": "red"}}
    await page.call("POST", "/api/faults", 400, json=extra)


async def test_the_requests_of_one_turn_are_told_apart_from_those_of_others(page: Page) -> None:
    question, other = await page.say("one"), await page.say("two")
    headers = {"Authorization": f"Bot {page.sandbox.discord.token}"}
    async with page.sandbox.discord.serve() as discord:
        messages = f"{discord.rest_url}/channels/{page.general}/messages"
        for target in (question, other):
            body = {"content": "answer", "message_reference": {"message_id": target["id"]}}
            async with page.http.post(messages, json=body, headers=headers) as response:
                answer = (await response.json())["id"]
            async with page.http.patch(f"{messages}/{answer}", json={"content": "more"}, headers=headers) as response:
                assert response.status == 200
    mine = (await page.get("/api/requests", message=question["id"]))["requests"]
    assert [request["method"] for request in mine] == ["POST", "PATCH"]
    assert mine[0]["body"]["message_reference"]["message_id"] == question["id"]
    assert mine[0]["status"] == 200
    assert "X-RateLimit-Remaining" in mine[0]["ratelimit"]
    assert len((await page.get("/api/requests", channel=page.general))["requests"]) == 4
    assert (await page.get("/api/requests", channel=page.cast.channel("Workshop", "lab")))["requests"] == []
