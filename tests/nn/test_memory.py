"""What a large network takes is what its iterates take, and not its number of parameters squared."""

from __future__ import annotations

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
