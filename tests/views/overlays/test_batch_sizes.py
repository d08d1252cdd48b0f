"""What is drawn over `batch-sizes` is what plain NumPy makes of its data, its rates and its seed."""

from __future__ import annotations

import csv
from dataclasses import replace
from functools import cache
from importlib.resources import files

import numpy as np
import pytest

import vizgd as vg
from vizgd.comparisons.gallery import GALLERY
from vizgd.drawing.marks import Line, Points, Text, Track

from ...gallery_films import planned

BATCHES = {1: (0.01, 1, 1000), 2: (0.05, 10, 100)}
"""Of the runs that draw: rate, batch size and steps."""


@cache
def board():
    views = [
        vg.Contour(cloud=True, batch_contours=True),
        vg.Data(batch=True),
    ]
    return planned(replace(GALLERY["batch-sizes"], views=views))


@cache
def data():
    table = files("vizgd.objectives.datasets").joinpath("data", "line.csv").read_text("utf-8")
    x, y = np.array(list(csv.reader(table.splitlines()))[1:], dtype=float).T
    return x, y


def gradient(place, batch):
    x, y = (column[batch] for column in data())
    error = 2.0 * (place[0] * x + place[1] - y)
    return np.array([(error * x).mean(), error.mean()])


@cache
def descended(run):
    """Return the iterates and batches of a run, made here."""
    rate, size, steps = BATCHES[run]
    rng, place = np.random.default_rng(0), np.zeros(2)
    places, batches = [place], []
    order: list[int] = []
    for _ in range(steps):
        if size == 1:
            batch = rng.integers(100, size=1)
        else:
            order = order or rng.permutation(100).tolist()
            batch, order = np.array(order[:size]), order[size:]
        place = place - rate * gradient(place, batch)
        places.append(place)
        batches.append(batch)
    return np.array(places), batches


def steps_shown(track):
    """Return the steps from which a row of a track begins."""
    which = track.values.which
    return np.flatnonzero(np.diff(which, prepend=-1)).tolist()


def marks(panel, kind, name=""):
    found = next(one for one in board().panels if one.name == panel)
    return [m for m in found.marks if isinstance(m, kind) and getattr(m, "name", "").startswith(name)]


@pytest.mark.parametrize("run", BATCHES)
def test_lit_examples(run):
    _, batches = descended(run)
    (lit,) = marks("data", Points, f"batch {run}")
    x, y = data()
    for step in steps_shown(lit.xy):
        batch = batches[step]
        np.testing.assert_array_equal(lit.xy.at(step), np.column_stack([x[batch], y[batch]]))


@pytest.mark.parametrize("run", BATCHES)
def test_the_middle_of_the_cloud_and_what_it_is_named_after(run):
    places, _ = descended(run)
    (cloud,) = marks("contour", Points, f"cloud {run}")
    panel = next(one for one in board().panels if one.name == "contour")
    names = [m.text for m in panel.notes if isinstance(m, Text) and r"\nabla" in str(m.text)]
    factor = float(names[0].removeprefix(r"\(-").split(r"\,")[0])
    for step in steps_shown(cloud.xy)[::10]:
        dots = cloud.xy.at(step)
        exact = places[step] - factor * gradient(places[step], np.arange(100))
        error = dots.std(axis=0, ddof=1) / np.sqrt(len(dots))
        assert (np.abs(dots.mean(axis=0) - exact) < 5 * error).all()


@pytest.mark.parametrize("run", BATCHES)
def test_contours_of_the_batch(run):
    places, batches = descended(run)
    through = [m for m in marks("contour", Line) if isinstance(m.xy, Track) and m.xy.run == run][1]
    x, y = data()
    for step in steps_shown(through.xy)[::10]:
        line = through.xy.at(step)
        line = line[np.isfinite(line).all(axis=1)]

        def value(points, batch=batches[step]):
            return np.square(points[:, :1] * x[batch] + points[:, 1:] - y[batch]).mean(axis=1)

        cell = np.array([4.0, 5.0]) / 48
        bent = (np.square(cell) * [np.square(x[batches[step]]).mean(), 1.0]).sum() / 2
        assert len(line) == 0 or np.abs(value(line) - value(places[step][None])).max() <= bent
