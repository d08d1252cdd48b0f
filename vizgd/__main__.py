"""``python -m vizgd`` and ``vizgd`` are the same command."""

from __future__ import annotations

import sys

INTERRUPTED = 130


def main() -> None:
    """Run the command line and exit with its code."""
    try:
        from vizgd.cli.main import run

        code = run(sys.argv[1:])
    except KeyboardInterrupt:  # before anything was begun
        code = INTERRUPTED
    sys.exit(code)


if __name__ == "__main__":
    main()
