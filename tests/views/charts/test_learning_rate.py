"""The picture of a schedule: the rate that each step used."""

from __future__ import annotations

import numpy as np
import pytest

import vizgd as vg
from vizgd.drawing.marks import Line

from ...gallery_films import planned

RUNS = [
    vg.Run(vg.GradientDescent(learning_rate=vg.Cosine(0.2, steps=20)), start=(3, 2)),
    vg.Run(vg.GradientDescent(learning_rate=0.05), start=(3, 2)),
]


@pytest.fixture(params=["linear", "log"])
def panel(request):
    comparison = vg.Comparison("t", "sphere", RUNS, steps=15, views=[vg.LearningRate(scale=request.param)])
    return next(panel for panel in planned(comparison).panels if panel.axes)


def test_each_curve_is_the_rates_of_its_run_the_last_one_kept_to_the_end(panel):
    curves = [mark for mark in panel.marks if isinstance(mark, Line)]
    for curve, run in zip(curves, RUNS, strict=True):
        rates = vg.record("sphere", run.optimizer, run.start, 15).learning_rates
        np.testing.assert_allclose(curve.xy[:, 0], np.arange(16))
        np.testing.assert_allclose(curve.xy[:, 1], [*rates, rates[-1]])


def test_every_rate_has_room(panel):
    low, high = panel.axes.y.limits
    rates = np.concatenate([mark.xy[:, 1] for mark in panel.marks if isinstance(mark, Line)])
    assert low < rates.min()
    assert rates.max() < high
