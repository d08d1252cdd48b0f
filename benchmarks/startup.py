"""``python -m benchmarks.startup [RUNS]``: how long the command line takes to start.

The bare interpreter, and typer, which parses the command line, are the lower limit. The rows take turns;
medians over the runs (ten by default) are printed.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

ROWS = {
    "python -c pass": ["-c", "pass"],
    "python -c 'import typer'": ["-c", "import typer"],
    "python -c 'import vizgd'": ["-c", "import vizgd"],
    "vizgd --help": ["-m", "vizgd", "--help"],
    "vizgd render --help": ["-m", "vizgd", "render", "--help"],
    "vizgd list": ["-m", "vizgd", "list"],
}


def seconds(arguments: list[str]) -> float:
    """Return how long one process takes from its start to its end."""
    begun = time.perf_counter()
    subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begun


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    taken: dict[str, list[float]] = {row: [] for row in ROWS}
    for _ in range(runs):
        for row, arguments in ROWS.items():
            taken[row].append(seconds(arguments))
    middle = {row: statistics.median(times) for row, times in taken.items()}
    typer = middle["python -c 'import typer'"]
    print(f"{'start-up':28}{'s':>7}{'beyond typer':>14}")
    for row, median in middle.items():
        print(f"{row:28}{median:7.3f}{median - typer:+14.3f}")


if __name__ == "__main__":
    main()
