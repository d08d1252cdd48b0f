"""Each case's film made the stock way, by vizgd, and by the encoder alone from frames in memory."""

from __future__ import annotations

import statistics
import subprocess
import sys

from .cases import CASES, Case
from .ways import WAYS

HEADER = (
    f"{'film':34}{'stock s':>9}{'vizgd s':>9}{'encode s':>9}{'× stock':>14}{'× encode':>15}"
    f"{'MiB':>6}{'stock':>6}{'KiB':>7}{'stock':>7}{'dB':>6}{'stock':>6}"
)


def measured(index: int, way: str) -> list[float]:
    """Return seconds, peak MiB and KiB of one run in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.ways", way, str(index)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [float(word) for word in done.stdout.split()]


def main(runs: int) -> None:
    print(HEADER)
    for index, case in enumerate(CASES):
        taken: dict[str, list[list[float]]] = {way: [] for way in WAYS}
        for _ in range(runs):
            for way in WAYS:
                taken[way].append(measured(index, way))
        middle = {
            way: [statistics.median(column) for column in zip(*rows, strict=True)]
            for way, rows in taken.items()
        }
        print(_row(case, middle["stock"], middle["ours"], middle["encoding"]), flush=True)


def _row(case: Case, stock: list[float], ours: list[float], encoding: list[float]) -> str:
    row = f"{case.name:34}{stock[0]:9.2f}{ours[0]:9.2f}{encoding[0]:9.2f}"
    row += f"{stock[0] / ours[0]:8.1f} (≥{case.against_stock:3.0f})"
    limit = f"(≤{case.against_encoding:4.1f})" if case.against_encoding else ""
    row += f"{ours[0] / encoding[0]:8.2f}{limit:>7}"
    row += f"{ours[1]:6.0f}{stock[1]:6.0f}{ours[2]:7.0f}{stock[2]:7.0f}"
    return row + (f"{ours[3]:6.1f}{stock[3]:6.1f}" if case.suffix == "gif" else "")
