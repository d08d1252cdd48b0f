"""What a large network takes is what its iterates take, and not its number of parameters squared."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc

import numpy as np
import pytest

import vizgd as vg
from vizgd.views import plane

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


def test_components_by_blocks_are_those_of_the_whole(monkeypatch):
    rng = np.random.default_rng(0)
    iterates = np.cumsum(rng.standard_normal((12, 50)) * np.linspace(3, 0.1, 50), axis=0)
    whole = plane.principal_plane(iterates[-1], iterates)
    places = whole.places(iterates)
    monkeypatch.setattr(plane, "LARGE", 1)
    monkeypatch.setattr(plane, "BLOCK", 100)
    parts = plane.principal_plane(iterates[-1], iterates.astype(np.float32))
    np.testing.assert_allclose(parts.directions, whole.directions, atol=1e-5)
    np.testing.assert_allclose(parts.places(iterates), places, atol=1e-3)
    assert parts.labels == whole.labels


@pytest.mark.parametrize("moved", [0.0, 1.0])
def test_components_by_blocks_span_a_plane_even_of_a_line(moved, monkeypatch):
    monkeypatch.setattr(plane, "LARGE", 1)
    iterates = np.outer(np.linspace(0, moved, 5), np.ones(40))
    found = plane.principal_plane(iterates[-1], iterates)
    np.testing.assert_allclose(found.directions @ found.directions.T, np.eye(2), atol=1e-9)


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


def test_a_plane_is_evaluated_in_the_model_as_its_points_are_by_themselves():
    import torch

    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(3, 5), torch.nn.BatchNorm1d(5), torch.nn.Linear(5, 1))
    inputs, targets = torch.randn(20, 3), torch.randn(20, 1)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    recorder = vg.nn.Recorder(model, optimizer)

    def loss():
        return torch.nn.functional.mse_loss(torch.nn.functional.dropout(model(inputs), 0.2), targets)

    for _ in range(4):
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    objective = recorder.objective(loss)
    own = objective.value.__self__
    found = plane.random_plane(np.array(objective.start), np.random.default_rng(0))
    places = np.random.default_rng(1).standard_normal((7, 2))
    expected = objective.value(found.params(places))
    np.testing.assert_allclose(own.on_plane(found.origin, found.directions, places), expected, rtol=1e-5)
    assert all(tensor.equal(before[name]) for name, tensor in model.state_dict().items())


@pytest.mark.parametrize(("count", "dimension"), [(12, 50), (50, 12), (3, 400)])
def test_components_of_several_runs_by_blocks_are_those_of_scipy(count, dimension, monkeypatch):
    from scipy.linalg import svd

    monkeypatch.setattr(plane, "LARGE", 1)
    monkeypatch.setattr(plane, "BLOCK", 100)
    rng = np.random.default_rng(count)
    steps = rng.standard_normal((2, count, dimension)) * np.linspace(3, 0.1, dimension)
    runs = list(np.cumsum(steps, axis=1))
    whole = np.concatenate(runs)
    _, sizes, components = svd(whole - whole.mean(axis=0), full_matrices=False)
    found = plane.principal_plane(whole[-1], *runs)
    np.testing.assert_allclose(np.abs(found.directions @ components[:2].T), np.eye(2), atol=1e-6)
    share = 100 * sizes[0] ** 2 / (sizes**2).sum()
    assert f"{share:.2g}" in found.labels[0]


def test_few_points_are_told_from_many_parameters():
    from vizgd.views.slices import points_along

    def of(dimension):
        return vg.Objective("many", np.sum, np.ones_like, domain=((-1.0, 1.0),) * dimension)

    small = vg.nn.network_loss(vg.nn.Network((2, 256, 256, 1)), np.eye(2), [0, 1])
    assert points_along(small, 81) == 81
    assert points_along(of(1_000_000), 81) == 23
    assert points_along(of(10_000_000), 81) == 9


def test_a_coarse_grid_is_filled_in_between_its_values():
    from vizgd.views.grid import Grid, filled_in

    xs, ys = np.linspace(-1, 2, 11), np.linspace(0, 5, 11)
    values = np.random.default_rng(0).standard_normal((11, 11)) ** 3
    filled = filled_in(Grid(xs, ys, values), 81)
    assert filled.values.shape == (81, 81)
    assert filled.values.min() >= values.min() - 1e-12
    assert filled.values.max() <= values.max() + 1e-12
    np.testing.assert_allclose(filled.values[::8, ::8], values, atol=1e-12)
    holed = Grid(xs, ys, np.where(values > 1, np.nan, values))
    assert filled_in(holed, 81) is holed
