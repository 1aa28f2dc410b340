"""kubectl and helm on the current context, every call bounded."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

Object = dict[str, Any]

CHART: Final = Path(__file__).resolve().parents[2] / "charts" / "parley"
RELEASE: Final = "parley"
MARK: Final = "parley-cluster-test"
"""The label of a namespace in which everything may be broken; its value is `allowed`."""
PATIENCE: Final = 300.0
SHORT: Final = 30.0


class KubeError(Exception):
    """What kubectl or helm said, or did not say in time."""


async def run(*words: str, within: float = SHORT) -> str:
    """Run a program and return what it says. Raises KubeError."""
    process = await asyncio.create_subprocess_exec(
        *words, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(within):
            said, complained = await process.communicate()
    except TimeoutError:
        raise KubeError(f"{' '.join(words[:4])} took longer than {within:g} s") from None
    finally:
        await ended(process)
    if process.returncode:
        raise KubeError(complained.decode().strip() or said.decode().strip())
    return said.decode()


async def ended(process: asyncio.subprocess.Process) -> None:
    """Let no process outlive its call."""
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    await asyncio.shield(process.wait())


@dataclass(frozen=True, slots=True)
class Kube:
    """One namespace of the current context, and what every installation there is told beside the step's own."""

    namespace: str
    settings: Sequence[str] = ()

    async def kubectl(self, *words: str, within: float = SHORT) -> str:
        return await run("kubectl", "-n", self.namespace, *words, within=within)

    async def objects(self, kind: str, selector: str = "") -> list[Object]:
        """Return all of a kind."""
        found: list[Object] = json.loads(await self.kubectl("get", kind, "-l", selector, "-o", "json"))["items"]
        return found

    async def pods(self, component: str = "") -> list[Object]:
        """Return the release's pods, or a component's, those that end left out."""
        pods = await self.objects("pods", selector_of(component))
        return [pod for pod in pods if "deletionTimestamp" not in pod["metadata"]]

    async def helm(self, *words: str) -> str:
        return await run("helm", "-n", self.namespace, *words, within=PATIENCE)

    async def install(self, command: str, *words: str) -> None:
        """Install or upgrade in sandbox mode, and wait until everything is ready."""
        values = str(CHART / "ci" / "sandbox-values.yaml")
        given = [word for setting in self.settings for word in ("--set", setting)]
        wait = ("--wait", "--timeout", "4m")
        await self.helm(command, RELEASE, str(CHART), "--values", values, *words, *given, *wait)

    async def settled(self) -> None:
        """Wait until every workload has the pods that it is to have, all of them ready."""
        for workload in (await self.kubectl("get", "deploy,statefulset", "-o", "name")).split():
            await self.rolled(workload)

    async def rolled(self, workload: str) -> None:
        """Wait until a rollout is over."""
        await self.kubectl("rollout", "status", workload, "--timeout=240s", within=PATIENCE)

    @contextlib.asynccontextmanager
    async def forwarded(self, service: str, port: int) -> AsyncIterator[str]:
        """Yield the URL under which a Service's port is here."""
        process = await asyncio.create_subprocess_exec(
            *("kubectl", "-n", self.namespace, "port-forward", f"svc/{service}", f":{port}"),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            yield f"http://{await _forwarding(process)}"
        finally:
            await ended(process)


async def _forwarding(process: asyncio.subprocess.Process) -> str:
    """Return the address of "Forwarding from 127.0.0.1:34567 -> 8010"."""
    assert process.stdout is not None
    async with asyncio.timeout(SHORT):
        line = (await process.stdout.readline()).decode()
    if not line.startswith("Forwarding from "):
        raise KubeError("kubectl port-forward ended: is the pod ready?")
    return line.split()[2]


def selector_of(component: str) -> str:
    """Return the labels of the release, or of one of its components."""
    release = f"app.kubernetes.io/instance={RELEASE}"
    return f"{release},app.kubernetes.io/component={component}" if component else release


async def refuse_unmarked(namespace: str) -> None:
    """Raise KubeError unless the namespace is there, marked, and without a release."""
    text = await run("kubectl", "get", "namespace", namespace, "--ignore-not-found", "-o", "json")
    labels = json.loads(text)["metadata"]["labels"] if text.strip() else {}
    if labels.get(MARK) != "allowed":
        context = (await run("kubectl", "config", "current-context")).strip()
        raise KubeError(
            f"the context {context} is not marked for tests, which kill pods. Where that may be:\n"
            f"  kubectl create namespace {namespace}; kubectl label namespace {namespace} {MARK}=allowed"
        )
    if json.loads(await run("helm", "-n", namespace, "list", "-o", "json")):
        raise KubeError(f"there is a release in {namespace}: helm -n {namespace} uninstall {RELEASE}")
