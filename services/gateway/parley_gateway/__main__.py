"""`python -m parley_gateway`."""

import sys

from parley_gateway.app import build
from parley_gateway.settings import GatewaySettings
from parley_kit.lifecycle import main as run_service


def main() -> None:
    """Run the gateway until it is told to stop."""
    sys.exit(run_service(GatewaySettings, "parley-gateway", build))


if __name__ == "__main__":
    main()
