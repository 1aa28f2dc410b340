"""The command line: `up` runs the sandbox, everything else talks to one that runs."""

from parley_sandbox.command.line import run

__all__ = ["run"]
