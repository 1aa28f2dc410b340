"""`parley-sandbox up`: the whole system until Ctrl-C."""

import asyncio
import os
import signal
import sys
from typing import Final

from parley_sandbox.children import ChildDiedError, ChildSpec
from parley_sandbox.plan import instance_names
from parley_sandbox.prefix import printer, wants_colour
from parley_sandbox.redis import MissingProgramError
from parley_sandbox.settings import SandboxSettings
from parley_sandbox.stack import Stack

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


async def up(settings: SandboxSettings, specs: tuple[ChildSpec, ...] | None = None) -> int:
    """Run; 0 when a signal ended it, 1 when a child died or never became ready, 2 when a program is missing."""
    children = instance_names(settings) if specs is None else tuple(spec.name for spec in specs)
    sink = printer(sys.stdout, ("sandbox", *children), colour=wants_colour(sys.stdout))
    stack = Stack(settings, environment=os.environ, sink=sink, specs=specs)
    running = asyncio.create_task(_until_death(stack))
    _end_on_signals(stack, running)
    try:
        died = await running
    except asyncio.CancelledError:
        return 0
    except ChildDiedError as error:
        died = error
    except MissingProgramError as error:
        sys.stderr.write(f"parley-sandbox: {error}\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"parley-sandbox: {error}\n")
        return 1
    sys.stderr.write(f"parley-sandbox: {died}\n")
    return 1


async def _until_death(stack: Stack) -> ChildDiedError:
    async with stack:
        _welcome(stack)
        died = await stack.death()
        stack.say(f"{died.name} died; ending the others")
        return died


def _end_on_signals(stack: Stack, running: asyncio.Task[ChildDiedError]) -> None:
    """The first signal ends everything in peace, a second one at once."""
    received: list[int] = []

    def stop() -> None:
        if received:
            stack.kill()
        else:
            stack.say("ending; once more ends at once")
            running.cancel()
        received.append(1)

    for number in _SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, stop)


def _welcome(stack: Stack) -> None:
    real = {"Discord": stack.settings.discord_token, "Claude": stack.settings.anthropic_api_key}
    for name, secret in real.items():
        stack.say(f"{name}: {'loopback' if secret is None else 'the real one'}")
    stack.say(f"talk to Parley at {stack.url}")
