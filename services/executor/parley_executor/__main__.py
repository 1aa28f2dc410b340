"""`python -m parley_executor`."""

import sys

from parley_executor.app import build
from parley_executor.settings import ExecutorSettings
from parley_kit.lifecycle import main as run_service


def main() -> None:
    """Run the executor until it is told to stop."""
    sys.exit(run_service(ExecutorSettings, "parley-executor", build))


if __name__ == "__main__":
    main()
