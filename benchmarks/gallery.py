"""The whole gallery from process start, with one job and with two, into empty folders."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time

FASTER = 1.7


def seconds(jobs: int) -> float:
    """Return how long ``python -m vizgd render`` takes where nothing was rendered before."""
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"VIZGD_CACHE_DIR": folder}
        command = [sys.executable, "-m", "vizgd", "render", "--jobs", str(jobs), "-o", folder]
        begun = time.perf_counter()
        subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)
        return time.perf_counter() - begun


def main(runs: int) -> None:
    taken: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(runs):
        for jobs, times in taken.items():
            times.append(seconds(jobs))
    one, two = (statistics.median(times) for times in taken.values())
    print(f"{'gallery':34}{'1 job s':>9}{'2 jobs s':>9}{'faster':>14}")
    print(f"{'every comparison as a GIF':34}{one:9.2f}{two:9.2f}{one / two:8.2f} (≥{FASTER})")
