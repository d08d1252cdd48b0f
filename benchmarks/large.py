"""Long runs, many runs and many parameters: seconds and the peak memory of a process for each case.

``python -m benchmarks.large CASE`` measures one case in this process. Each is measured once: some take
more than a minute.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

RULES = ("gradient-descent", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw", "nadam", "lion")
RUNS = 36
COUNT, STEPS = 100_000, 50
"""Parameters and steps of the run that is recorded without a picture."""
MEGABYTE = 1 << 20


def long_runs(steps: int, *rules: str) -> str:
    """Return the file of a comparison of `RUNS` runs, which take their rules in turn."""
    head = f'title = "Long"\nobjective = "(1 - x)**2 + 10*(y - x**2)**2"\nsteps = {steps}\n'
    return head + "".join(
        f'[[runs]]\noptimizer = "{rules[k % len(rules)]}"\nlearning_rate = {1e-6 * (1 + k)}\n'
        f"start = [{4 - k / 6:.3f}, {3 - k / 9:.3f}]\n"
        for k in range(RUNS)
    )


def network(units: int) -> str:
    """Return the file of a comparison of two runs on a network of two layers."""
    head = f'title = "Network"\nobjective = {{ network = [{units}, {units}], data = "moons" }}\nsteps = 100\n'
    return head + "".join(
        f'[[runs]]\noptimizer = "{name}"\nlearning_rate = {rate}\n'
        for name, rate in (("adam", 0.01), ("momentum", 0.05))
    )


def rendered(text: str) -> None:
    """Render a comparison file to a PNG, as the command line does."""
    from vizgd.cli.main import run

    Path("large.toml").write_text(text, encoding="utf-8")
    assert run(["render", "large.toml", "-o", "large.png", "--force"]) == 0


def many_parameters() -> None:
    """Record Adam on a function of 100,000 parameters."""
    import numpy as np

    import vizgd as vg

    target = np.linspace(-1, 1, COUNT)
    objective = vg.Objective(
        "far", lambda p: ((p - target) ** 2).sum(-1), lambda p: 2 * (p - target), ((-2, 2),) * COUNT
    )
    vg.record(objective, vg.GradientDescent(0.01), np.zeros(COUNT), STEPS)


def million_parameters() -> Callable[[], None]:
    """Train a PyTorch network of a million parameters; return what renders its run."""
    import torch

    import vizgd as vg

    nn = torch.nn
    model = nn.Sequential(nn.Linear(200, 900), nn.Tanh(), nn.Linear(900, 900), nn.Tanh(), nn.Linear(900, 1))
    inputs, targets = torch.randn(8, 200), torch.randn(8, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    recorder = vg.nn.Recorder(model, optimizer)

    def loss() -> torch.Tensor:
        return nn.functional.mse_loss(model(inputs), targets)

    for _ in range(12):
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()

    def render() -> None:
        objective = recorder.objective(loss)
        run = vg.Run(recorder.trajectory(objective), label="SGD")
        vg.render(vg.Comparison(title="", objective=objective, runs=[run]), "large.png", force=True)

    return render


@dataclass(frozen=True)
class Large:
    """A case: a function that prepares it and returns what is measured, and limits of seconds and MiB."""

    name: str
    prepared: Callable[[], Callable[[], None]]
    seconds: float | None
    megabytes: float


CASES = {
    "adam": Large(
        "36 runs of Adam, 1,000,000 steps, PNG", lambda: lambda: rendered(long_runs(10**6, "adam")), None, 954
    ),
    "rules": Large(
        "4 runs of 9 rules each, 100,000 steps, PNG",
        lambda: lambda: rendered(long_runs(10**5, *RULES)),
        None,
        954,
    ),
    "network128": Large("network [128, 128], PNG", lambda: lambda: rendered(network(128)), None, 954),
    "network256": Large("network [256, 256], PNG", lambda: lambda: rendered(network(256)), None, 954),
    "parameters": Large(
        "record 100,000 parameters, 50 steps",
        lambda: many_parameters,
        None,
        100 + 6 * 8 * COUNT * (STEPS + 1) / MEGABYTE,
    ),
    "million": Large("1,000,000 parameters by PyTorch, PNG", million_parameters, 10, 954),
}


def measured(name: str) -> tuple[float, float]:
    """Return seconds and peak MiB of one case in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.large", name]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds, megabytes = map(float, done.stdout.split()[-2:])
    return seconds, megabytes


def main() -> None:
    print(f"{'large':48}{'s':>14}{'MiB':>16}")
    for name, case in CASES.items():
        seconds, megabytes = measured(name)
        limit = f" (≤{case.seconds:3.0f})" if case.seconds else " " * 7
        print(f"{case.name:48}{seconds:7.1f}{limit}{megabytes:8.0f} (≤{case.megabytes:4.0f})", flush=True)


if __name__ == "__main__":
    import contextlib

    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        work = CASES[sys.argv[1]].prepared()
        begun = time.perf_counter()
        work()
        taken = time.perf_counter() - begun
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    peak = sum(resource.getrusage(kind).ru_maxrss for kind in kinds) / 1024
    sys.stdout.write(f"{taken:.2f} {peak:.0f}\n")
