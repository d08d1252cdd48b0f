"""``python -m benchmarks [RUNS]``: each case's film made the stock way, by vizgd, and by the encoder alone.

The ways take turns, each in a process of its own. Printed are medians over the runs (three by default), and
ratios of medians: absolute times differ from machine to machine, ratios much less.
"""

from __future__ import annotations

import statistics
import subprocess
import sys

from .cases import CASES
from .ways import WAYS


def measured(index: int, way: str) -> tuple[float, float, float]:
    """Return seconds, peak MiB and KiB of one run in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.ways", way, str(index)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds, peak, size = (float(word) for word in done.stdout.split())
    return seconds, peak, size


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    print(f"{'case':34}{'stock s':>9}{'vizgd s':>9}{'encode s':>9}{'× stock':>9}{'× encode':>9}", end="")
    print(f"{'MiB':>6}{'stock':>6}{'KiB':>7}{'stock':>7}")
    for index, case in enumerate(CASES):
        taken: dict[str, list[tuple[float, float, float]]] = {way: [] for way in WAYS}
        for _ in range(runs):
            for way in WAYS:
                taken[way].append(measured(index, way))
        middle = {
            way: [statistics.median(column) for column in zip(*rows, strict=True)]
            for way, rows in taken.items()
        }
        stock, ours, encoding = middle["stock"], middle["ours"], middle["encoding"]
        row = f"{case.name:34}{stock[0]:9.2f}{ours[0]:9.2f}{encoding[0]:9.2f}"
        row += f"{stock[0] / ours[0]:9.1f}{ours[0] / encoding[0]:9.2f}"
        print(row + f"{ours[1]:6.0f}{stock[1]:6.0f}{ours[2]:7.0f}{stock[2]:7.0f}", flush=True)


if __name__ == "__main__":
    main()
