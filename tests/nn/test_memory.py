"""What a large network takes is what its iterates take, and not its number of parameters squared."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc

import numpy as np
import pytest

import vizgd as vg

MEGABYTE = 1 << 20


@pytest.mark.parametrize("units", [128, 256])
def test_a_network_is_recorded_in_the_memory_of_its_iterates(units):
    network = vg.nn.Network((2, units, units, 1))
    objective = vg.nn.network_loss(network, np.eye(8)[:, :2], np.arange(8) % 2)
    tracemalloc.start()
    try:
        run = vg.record(objective, vg.Adam(0.01), steps=3)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert run.steps == 3
    assert peak < 60 * run.iterates.nbytes + 20 * MEGABYTE


LARGE_RUN = """
import resource, torch, vizgd as vg

nn = torch.nn
model = nn.Sequential(nn.Linear(200, 900), nn.Tanh(), nn.Linear(900, 900), nn.Tanh(), nn.Linear(900, 1))
inputs, targets, calls = torch.randn(8, 200), torch.randn(8, 1), [0]


def loss():
    calls[0] += 1
    return torch.nn.functional.mse_loss(model(inputs), targets)


optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
recorder = vg.nn.Recorder(model, optimizer)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for _ in range(12):
    optimizer.zero_grad()
    loss().backward()
    optimizer.step()
objective = recorder.objective(loss)
run = vg.Run(recorder.trajectory(objective), label="SGD")
kept = run.trajectory.iterates.nbytes + run.trajectory.gradients.nbytes
calls[0] = 0
vg.render(vg.Comparison(title="", objective=objective, runs=[run]), "large.png")
print(calls[0], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, kept // 1024)
"""


def test_a_picture_of_a_million_parameters_takes_little_beside_what_was_recorded(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", LARGE_RUN], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    evaluations, taken, kept = map(int, done.stdout.split())
    assert evaluations <= 23**2 + 13
    assert taken < kept + 420 * 1024  # a hundred times as many bytes as parameters
