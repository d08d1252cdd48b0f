"""Recording and sweeping, in steps per second: against torch in the same run, and against a fixed rate.

``main()`` prints one line a case. Variants take turns in one process, and the ratio is that of their medians,
so that other work of the machine affects both.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

import vizgd as vg

STEPS = 5000
START = (-1.5, 2.0)
RATE = 0.01
RUNS = 7

STARTS = 1_000_000
SWEPT_STEPS = 100
SWEEPS = 3

AGAINST_TORCH = 6.0
SWEPT_A_SECOND = 20e6


def recorded() -> Any:
    """Record Adam on Rosenbrock: iterates, losses, gradients and every term of the rule."""
    return vg.record("rosenbrock", vg.Adam(RATE), start=START, steps=STEPS).iterates


def by_torch(torch: Any, *, by_hand: bool) -> Any:
    """Do the same with ``torch.optim.Adam``, as people write it, and keep only the iterates.

    The gradient is autograd's, or written by hand in plain numbers: for two numbers nothing is faster.
    """
    params = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.Adam([params], lr=RATE)
    iterates = [params.detach().clone()]
    for _ in range(STEPS):
        if by_hand:
            x, y = params.tolist()
            slopes = (-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x))
            params.grad = torch.tensor(slopes, dtype=torch.float64)
        else:
            optimizer.zero_grad()
            x, y = params
            loss = (1 - x) ** 2 + 100 * (y - x**2) ** 2
            loss.backward()
        optimizer.step()
        iterates.append(params.detach().clone())
    return torch.stack(iterates).numpy()


def seconds(work: Callable[[], Any]) -> float:
    """Return the seconds of processor time that this process spends on some work."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def against_torch() -> list[str]:
    """Measure the recording of one run, vizgd's and torch's in turns."""
    try:
        import torch
    except ModuleNotFoundError:
        return ["recording: torch is not installed, so there is nothing to compare with: pip install torch"]
    torch.set_num_threads(1)
    variants: dict[str, Callable[[], Any]] = {
        "vizgd": recorded,
        "autograd": lambda: by_torch(torch, by_hand=False),
        "by hand": lambda: by_torch(torch, by_hand=True),
    }
    # Once to import and derive what is needed, and to check that all give the same.
    paths = [variant() for variant in variants.values()]
    for path in paths[1:]:
        np.testing.assert_allclose(path, paths[0], rtol=1e-6)
    taken: dict[str, list[float]] = {name: [] for name in variants}
    for _ in range(RUNS):
        for name, variant in variants.items():
            taken[name].append(seconds(variant))
    middle = {name: statistics.median(values) for name, values in taken.items()}
    ours = middle.pop("vizgd")
    return [
        line(
            f"record Adam, against torch, {'autograd' if name == 'autograd' else 'gradient by hand'}",
            f"{STEPS / ours:,.0f} steps/s, {theirs / ours:.1f} × torch",
            f"{AGAINST_TORCH:.0f} ×" if name == "autograd" else "",
        )
        for name, theirs in middle.items()
    ]


def swept() -> list[str]:
    """Measure a sweep of a million starts, in wall-clock time: its threads share the cores."""
    starts = np.random.default_rng(0).uniform(-2.0, 2.0, (STARTS, 2))
    rates = []
    vg.sweep("rosenbrock", vg.Adam(RATE), starts[:100], SWEPT_STEPS)
    for _ in range(SWEEPS):
        begun = time.perf_counter()
        vg.sweep("rosenbrock", vg.Adam(RATE), starts, SWEPT_STEPS)
        rates.append(STARTS * SWEPT_STEPS / (time.perf_counter() - begun))
    measured = f"{statistics.median(rates) / 1e6:.1f} million steps/s"
    return [line("sweep Adam, a million starts", measured, f"{SWEPT_A_SECOND / 1e6:.0f} million")]


def line(case: str, measured: str, target: str) -> str:
    return f"{case:48}{measured:>34}{target:>14}"


def main() -> None:
    print(line("case", "measured", "at least"))
    for part in (against_torch, swept):
        for row in part():
            print(row, flush=True)


if __name__ == "__main__":
    main()
