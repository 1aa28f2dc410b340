"""A pod that belongs to nobody tries every port of every pod; a pod that may shows that the trying works."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final

from cluster.kube import Kube, Object

NAME: Final = "stranger"
WITHIN: Final = 90.0
TRY: Final = """
import asyncio, json, sys
async def reached(target):
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection(*target), 3)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True
async def main():
    targets = json.loads(sys.argv[1])
    print(json.dumps([t for t, there in zip(targets, await asyncio.gather(*map(reached, targets))) if there]))
asyncio.run(main())
"""

Target = tuple[str, int]


def doors(pods: Sequence[Object]) -> dict[Target, str]:
    """Return the name of each pod's each port, by address."""
    return {
        (pod["status"]["podIP"], port["containerPort"]): f"{container['name']} {port['name']}"
        for pod in pods
        for container in pod["spec"]["containers"]
        for port in container.get("ports", ())
    }


async def open_to(kube: Kube, labels: Mapping[str, str], known: Mapping[Target, str]) -> set[str]:
    """Return what a pod with these labels reaches."""
    await kube.kubectl("delete", "pod", NAME, "--ignore-not-found", "--wait", "--grace-period=0", within=WITHIN)
    image = (await kube.pods("sandbox"))[0]["spec"]["containers"][0]["image"]
    given = [f"--labels={','.join(f'{name}={value}' for name, value in labels.items())}"] if labels else []
    words = ("run", NAME, f"--image={image}", "--restart=Never", "--image-pull-policy=IfNotPresent", *given)
    await kube.kubectl(*words, "--command", "--", "python", "-c", TRY, json.dumps(list(known)))
    try:
        # Whatever it ends with, its log says what happened.
        await kube.kubectl(
            "wait", f"pod/{NAME}", "--for=jsonpath={.status.phase}=Succeeded", "--timeout=60s", within=WITHIN
        )
        said = json.loads((await kube.kubectl("logs", NAME)).splitlines()[-1])
    finally:
        await kube.kubectl("delete", "pod", NAME, "--wait", "--grace-period=0", "--force", within=WITHIN)
    return {known[host, port] for host, port in said}
