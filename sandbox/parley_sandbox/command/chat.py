"""The commands that change what was said: edit, delete, threads."""

import sys

from parley_sandbox.command.ask import failed
from parley_sandbox.command.client import RefusedError, SandboxClient
from parley_sandbox.command.names import channel_id, state_of


async def edit(client: SandboxClient, message: str, text: str, person: str | None) -> int:
    """Change one's own message."""
    state = await state_of(client, person)
    try:
        await client.patch(f"/api/messages/{message}", {"person": state["person"], "content": text})
    except RefusedError as error:
        return failed(str(error))
    return 0


async def delete(client: SandboxClient, message: str, person: str | None) -> int:
    """Delete one's own message."""
    state = await state_of(client, person)
    try:
        await client.delete(f"/api/messages/{message}", person=state["person"])
    except RefusedError as error:
        return failed(str(error))
    return 0


async def thread(client: SandboxClient, name: str, person: str | None, channel: str | None, message: str | None) -> int:
    """Begin a thread and print its id."""
    state = await state_of(client, person)
    body = {"person": state["person"], "name": name} | ({"message_id": message} if message else {})
    try:
        begun = await client.post(f"/api/channels/{channel_id(state, channel)}/threads", body)
    except RefusedError as error:
        return failed(str(error))
    sys.stdout.write(f"{begun['id']}\n")
    return 0


async def archive(client: SandboxClient, name: str, person: str | None, *, archived: bool) -> int:
    """Archive a thread, named by id or place, or open it again."""
    state = await state_of(client, person)
    body = {"person": state["person"], "archived": archived}
    try:
        await client.patch(f"/api/channels/{channel_id(state, name)}", body)
    except RefusedError as error:
        return failed(str(error))
    return 0
