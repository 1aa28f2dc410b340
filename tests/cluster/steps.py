"""What is tried, in this order. A step returns what was seen; an AssertionError says what did not hold."""

from __future__ import annotations

import asyncio
import shlex
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from cluster.kube import PATIENCE, RELEASE, SHORT, Kube, Object, run, selector_of
from cluster.report import Row
from cluster.stranger import doors, open_to
from cluster.talk import Conversation, Question, conversation, talking

UNDER_WAY: Final = 8
"""Streams that are open when a pod or a node goes, beside the short answers of a talk."""
OPEN: Final = 20
"""Streams that are open while executors come and go."""
LONG: Final = 180
"""Words of such a stream: the question holds them, and a question may have 2000 characters."""
MORE: Final = 4
"""Questions of a talk that must be asked and answered after a loss."""
AGAIN: Final = 5.0
"""Seconds after which a member asks again who was not heard."""
CLAIM: Final = f"persistentvolumeclaim/data-{RELEASE}-redis-0"
OF_KUBERNETES: Final = ("configmap/kube-root-ca.crt", "serviceaccount/default", "event", "pod.metrics", "endpoint")
"""What is in every namespace, or goes by itself a moment later."""
WORKLOADS: Final = {
    "gateway": "statefulset",
    "cache": "deployment",
    "executor": "deployment",
    "monitor": "deployment",
}


@dataclass(frozen=True, slots=True)
class Loss:
    """How to lose a node: its name, the command that ends it at once, and the one that brings it back."""

    node: str = ""
    command: str = ""
    back: str = ""


@dataclass(frozen=True, slots=True)
class Stand:
    """Where everything happens."""

    kube: Kube
    loss: Loss


Step = Callable[[Stand], Awaitable[str]]


async def tried(name: str, step: Step, stand: Stand) -> Row:
    """Do one step; whatever happens becomes its row."""
    begun = time.monotonic()
    try:
        holds, seen = True, await step(stand)
    except NotTriedError as error:
        holds, seen = None, str(error)
    except Exception as error:  # noqa: BLE001 — a table with a row that says what broke is what a run is for
        holds, seen = False, f"{type(error).__name__}: {error}".removeprefix("AssertionError: ")
    return Row(name, holds, time.monotonic() - begun, seen)


class NotTriedError(Exception):
    """Why, and what would let it be tried."""


# --- one of each ------------------------------------------------------------------------------------------------------


async def install(stand: Stand) -> str:
    """One command on a bare cluster, no secret."""
    await stand.kube.install("install")
    return f"{len(await stand.kube.pods())} pods ready"


async def hops(stand: Stand) -> str:
    """`helm test`."""
    said = await stand.kube.helm("test", RELEASE, "--timeout", "4m")
    assert "Succeeded" in said, said
    return "each hop is in its trace"


async def first_conversation(stand: Stand) -> str:
    """A question through the page's Service."""
    async with conversation(stand.kube) as talk:
        verdict = await talk.judge([await talk.ask()])
    assert verdict.clean, verdict
    return str(verdict)


# --- two of each ------------------------------------------------------------------------------------------------------


async def upgrade(stand: Stand) -> str:
    """Changed values: two of each, a Redis, no limit for a member; what is to outlive a lost node stands elsewhere."""
    replicas = [f"{component}.replicas={1 if component == 'executor' else 2}" for component in WORKLOADS]
    changed = [*replicas, "cache.env.PARLEY_CACHE_USER_MESSAGES=0", "executor.env.PARLEY_EXECUTOR_SLOTS=64"]
    changed += [f"sandbox.env.PARLEY_SANDBOX_GUESTS={OPEN}"]
    away = await _away_from(stand.loss.node)
    label = r"kubernetes\.io/hostname"
    changed += [f"{where}.nodeSelector.{label}={away}" for where in ("sandbox", "redis.bundled") if away]
    await stand.kube.install("upgrade", *(word for setting in changed for word in ("--set", setting)))
    await stand.kube.settled()
    return f"{len(await stand.kube.pods())} pods ready; {await first_conversation(stand)}"


async def _away_from(node: str) -> str:
    """Return another node, if one is to be lost."""
    names = (await run("kubectl", "get", "nodes", "-o", "name")).split()
    others = [name.removeprefix("node/") for name in names if name != f"node/{node}"]
    return others[0] if node and others else ""


async def scale(stand: Stand) -> str:
    """Executors 1 → 3 → 1 by hand with open streams; a stream that Claude was asked for twice was broken."""
    async with conversation(stand.kube) as talk:
        first = [await talk.ask(LONG, 5) for _ in range(OPEN)]
        await talk.until(first, characters=20)
        await _scaled(stand.kube, 3)
        second = [await talk.ask(LONG, 8) for _ in range(OPEN)]
        await talk.until(second, characters=20)
        open_then = sum(question.id not in talk.whole for question in [*first, *second])
        await _scaled(stand.kube, 1)
        verdict = await talk.judge([*first, *second])
        asked = [await talk.executions(question) for question in [*first, *second]]
    assert verdict.clean, verdict
    assert set(asked) == {1}, (
        f"Claude was asked {max(asked)} times for one answer, {min(asked)} times for another; {verdict}"
    )
    assert open_then >= OPEN, f"only {open_then} streams were still open when two executors were told to end"
    return f"{open_then} open at the way down, Claude asked once for each; {verdict}"


async def _scaled(kube: Kube, replicas: int) -> None:
    await kube.kubectl("scale", f"deployment/{RELEASE}-executor", f"--replicas={replicas}")
    await kube.rolled(f"deployment/{RELEASE}-executor")


def rollout_of(component: str) -> Step:
    """A rollout of one service while members talk."""

    async def rollout(stand: Stand) -> str:
        workload = f"{WORKLOADS[component]}/{RELEASE}-{component}"
        async with conversation(stand.kube) as talk:
            async with talking(talk) as asked:
                await _streams(talk, asked)
                await stand.kube.kubectl("rollout", "restart", workload)
                await stand.kube.rolled(workload)
                # Old pods end after the rollout's end.
                await _gone(stand.kube, component)
            verdict = await talk.judge(asked)
        assert verdict.clean, verdict
        return str(verdict)

    return rollout


async def _gone(kube: Kube, component: str) -> None:
    """Wait until the component's pods that end have ended."""
    ending = [
        f"pod/{pod['metadata']['name']}"
        for pod in await kube.objects("pods", selector_of(component))
        if "deletionTimestamp" in pod["metadata"]
    ]
    if ending:
        await kube.kubectl("wait", *ending, "--for=delete", "--timeout=240s", within=PATIENCE)


def death_of(component: str) -> Step:
    """One pod is ended without a word while members talk."""

    async def death(stand: Stand) -> str:
        async with conversation(stand.kube) as talk:
            async with talking(talk) as asked:
                await _streams(talk, asked)
                await _killed(stand.kube, component)
                await stand.kube.settled()
                await _going_on(talk, asked)
            verdict = await talk.judge(asked)
        assert verdict.clean, verdict
        return str(verdict)

    return death


async def _streams(talk: Conversation, asked: list[Question]) -> None:
    """Ask for long answers, and wait until each is under way."""
    streams = [await talk.ask(LONG, 10) for _ in range(UNDER_WAY)]
    asked.extend(streams)
    await talk.until(streams, characters=20)


async def _going_on(talk: Conversation, asked: list[Question]) -> None:
    """Wait until some more were asked, and they and all before are answered."""
    count = len(asked) + MORE
    async with asyncio.timeout(SHORT):
        while len(asked) < count:  # noqa: ASYNC110 — a talk asks every second, and tells nobody
            await asyncio.sleep(0.1)
    await talk.until(asked[:count])


async def _killed(kube: Kube, component: str) -> None:
    pod = (await kube.pods(component))[0]["metadata"]["name"]
    await kube.kubectl("delete", "pod", pod, "--grace-period=0", "--force")


async def sandbox_dies(stand: Stand) -> str:
    """With it goes Discord's whole world, so that only what comes after can be looked at.

    Its address falls silent, which gateways may notice no sooner than by a heartbeat without an answer. What is asked
    before reaches nobody.
    """
    await _killed(stand.kube, "sandbox")
    await stand.kube.settled()
    gone = time.monotonic()
    async with asyncio.timeout(PATIENCE), conversation(stand.kube) as talk:
        while not await _answered(talk):
            pass
    back = time.monotonic() - gone
    return f"the bot answers {back:.0f} s after the page is back; {await first_conversation(stand)}"


async def _answered(talk: Conversation) -> bool:
    """Ask once; whether the answer is there a moment later."""
    try:
        async with asyncio.timeout(AGAIN):
            await talk.until([await talk.ask()])
    except TimeoutError:
        return False
    return True


async def node_lost(stand: Stand) -> str:
    """A node is gone at once, with all that ran there."""
    if not stand.loss.command:
        raise NotTriedError("--lost-node, --lose-node and --node-back say how")
    there = sum(pod["spec"].get("nodeName") == stand.loss.node for pod in await stand.kube.pods())
    async with conversation(stand.kube) as talk:
        async with talking(talk) as asked:
            await _streams(talk, asked)
            await run(*shlex.split(stand.loss.command), within=PATIENCE)
            await run(
                *("kubectl", "wait", f"node/{stand.loss.node}", "--for=condition=Ready=Unknown", "--timeout=120s"),
                within=PATIENCE,
            )
            await _going_on(talk, asked)
        verdict = await talk.judge(asked)
    assert verdict.clean, f"{there} pods were there; {verdict}"
    return f"{there} pods were there; {verdict}"


async def node_back(stand: Stand) -> str:
    """The same node joins again, and everything is as before."""
    if not stand.loss.back:
        raise NotTriedError("no node was lost")
    await run(*shlex.split(stand.loss.back), within=PATIENCE)
    await run("kubectl", "wait", "nodes", "--all", "--for=condition=Ready", "--timeout=120s", within=PATIENCE)
    await stand.kube.settled()
    return await first_conversation(stand)


# --- who may talk with whom -------------------------------------------------------------------------------------------


async def strangers(stand: Stand) -> str:
    """A pod without our labels, and the pod of `helm test`, which may ask the page, and so shows that the trying works."""
    known = doors(await stand.kube.pods())
    reached = await open_to(stand.kube, {}, known)
    assert not reached, f"a stranger reaches {', '.join(sorted(reached))}"
    pod: Object = {"app.kubernetes.io/name": "parley", "app.kubernetes.io/instance": RELEASE}
    allowed = await open_to(stand.kube, {**pod, "app.kubernetes.io/component": "test"}, known)
    assert "sandbox page" in allowed, "the trying itself does not work: helm's test reaches no page"
    assert allowed == {"sandbox page"}, f"helm's test reaches {', '.join(sorted(allowed))}"
    return f"0 of {len(known)} ports for a stranger; the page for helm's test"


# --- and back ---------------------------------------------------------------------------------------------------------


async def rollback(stand: Stand) -> str:
    """To the first revision, one of each."""
    await stand.kube.helm("rollback", RELEASE, "1", "--wait", "--timeout", "4m")
    await stand.kube.settled()
    return f"{len(await stand.kube.pods())} pods; {await first_conversation(stand)}"


async def uninstall(stand: Stand) -> str:
    """Nothing stays but what members have said."""
    await stand.kube.helm("uninstall", RELEASE, "--wait", "--timeout", "4m")
    await nobody(stand.kube)
    left = await _left(stand.kube)
    assert left == [CLAIM], f"left: {', '.join(left) or 'not even the claim'}"
    return f"left: {CLAIM}"


async def nobody(kube: Kube) -> None:
    """Wait until the last pod has ended: Helm does not, and a gateway of the next release waits for its namesake."""
    if await kube.objects("pods", selector_of("")):
        await kube.kubectl("wait", "pods", "-l", selector_of(""), "--for=delete", "--timeout=240s", within=PATIENCE)


async def _left(kube: Kube) -> list[str]:
    kinds = await run("kubectl", "api-resources", "--namespaced", "--verbs=list", "-o", "name")
    found = await kube.kubectl("get", ",".join(kinds.split()), "-o", "name", "--ignore-not-found", within=60)
    wide = await run(
        "kubectl", "get", "priorityclass,clusterrole,clusterrolebinding", "-l", selector_of(""), "-o", "name"
    )
    return [name for name in [*found.split(), *wide.split()] if not name.startswith(OF_KUBERNETES)]


async def forget(kube: Kube) -> None:
    """Remove what the last step has found, so that the next run begins with nothing."""
    await kube.kubectl("delete", CLAIM, "--ignore-not-found", within=60)


STEPS: Final[tuple[tuple[str, Step], ...]] = (
    ("helm install, sandbox set-up", install),
    ("helm test", hops),
    ("a conversation through the page's Service", first_conversation),
    ("helm upgrade to two of each with Redis", upgrade),
    ("helm test again", hops),
    ("executors 1 → 3 → 1, open streams", scale),
    *((f"rollout of {component} under talk", rollout_of(component)) for component in WORKLOADS),
    *((f"one {component} killed under talk", death_of(component)) for component in (*WORKLOADS, "redis")),
    ("the sandbox killed", sandbox_dies),
    ("a stranger's pod", strangers),
    ("a node lost under talk", node_lost),
    ("the node is back", node_back),
    ("helm rollback to one of each", rollback),
    ("helm uninstall", uninstall),
)
ALWAYS: Final = frozenset({install, upgrade, uninstall})
"""What every other step stands on."""
