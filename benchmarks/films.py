"""Makes each case's film by the baseline, by vizgd, and by the encoder alone from frames in memory."""

from __future__ import annotations

import statistics
import subprocess
import sys

from .cases import CASES, Case
from .variants import VARIANTS

HEADER = (
    f"{'film':34}{'base s':>9}{'vizgd s':>9}{'encode s':>9}{'× baseline':>14}{'× encode':>15}"
    f"{'MiB':>6}{'base':>6}{'KiB':>7}{'base':>7}{'dB':>6}{'base':>6}"
)


def measured(index: int, variant: str) -> list[float]:
    """Return seconds, peak MiB and KiB of one run in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.variants", variant, str(index)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [float(word) for word in done.stdout.split()]


def main(runs: int) -> None:
    print(HEADER)
    for index, case in enumerate(CASES):
        taken: dict[str, list[list[float]]] = {variant: [] for variant in VARIANTS}
        for _ in range(runs):
            for variant in VARIANTS:
                taken[variant].append(measured(index, variant))
        middle = {
            variant: [statistics.median(column) for column in zip(*rows, strict=True)]
            for variant, rows in taken.items()
        }
        print(_row(case, middle["baseline"], middle["ours"], middle["encoding"]), flush=True)


def _row(case: Case, baseline: list[float], ours: list[float], encoding: list[float]) -> str:
    row = f"{case.name:34}{baseline[0]:9.2f}{ours[0]:9.2f}{encoding[0]:9.2f}"
    row += f"{baseline[0] / ours[0]:8.1f} (≥{case.against_baseline:3.0f})"
    limit = f"(≤{case.against_encoding:4.1f})" if case.against_encoding else ""
    row += f"{ours[0] / encoding[0]:8.2f}{limit:>7}"
    row += f"{ours[1]:6.0f}{baseline[1]:6.0f}{ours[2]:7.0f}{baseline[2]:7.0f}"
    return row + (f"{ours[3]:6.1f}{baseline[3]:6.1f}" if case.suffix == "gif" else "")
