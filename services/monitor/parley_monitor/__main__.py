"""`python -m parley_monitor`."""

import sys

from parley_kit.lifecycle import main as run_service
from parley_monitor.app import build
from parley_monitor.settings import MonitorSettings


def main() -> None:
    """Run the monitor until it is told to stop."""
    sys.exit(run_service(MonitorSettings, "parley-monitor", build))


if __name__ == "__main__":
    main()
