"""`python -m parley_cache`."""

import sys

from parley_cache.app import build
from parley_cache.settings import CacheSettings
from parley_kit.lifecycle import main as run_service


def main() -> None:
    """Run the cache until it is told to stop."""
    sys.exit(run_service(CacheSettings, "parley-cache", build))


if __name__ == "__main__":
    main()
