"""``python -m vizgd`` and ``vizgd`` are the same command."""

from __future__ import annotations

import signal
import sys

INTERRUPTED = 130


def main() -> None:
    """Run the command line and exit with its code."""
    try:
        from vizgd.cli.main import run

        code = run(sys.argv[1:])
    except KeyboardInterrupt:  # before anything was begun
        code = INTERRUPTED
    # What is asked for from here on has been done: it must not end in another code.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.exit(code)


if __name__ == "__main__":
    main()
