"""`parley-sandbox`, and `python -m parley_sandbox`."""

import sys

from parley_sandbox.command import run


def main() -> None:
    """Do what the command line says and leave with its exit code."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
