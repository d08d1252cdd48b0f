"""The plot of the losses, in step with the path."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from manim import RIGHT

import vizgd as vg
from vizgd.base.errors import UsageError
from vizgd.manim import (
    Descent,
    Landscape,
    LossPlot,
)

BOWL = "x**2 + 10*y**2"
STEPS = 12
MAP = Landscape(BOWL, [(-6, 6), (-3, 3)], width=8, height=4)
SWING = vg.record(BOWL, vg.Momentum(learning_rate=0.05), start=(5, 2), steps=STEPS)
ADAM = vg.record(BOWL, vg.Adam(learning_rate=0.5), start=(5, 2), steps=STEPS)


@given(st.floats(0, STEPS), st.sampled_from(["linear", "log"]))
@example(1.1125369292536007e-308, "linear")
@settings(max_examples=20, deadline=None)
def test_the_loss_plot_is_in_step_with_the_path(position, scale):
    descents = [Descent(SWING, MAP), Descent(ADAM, MAP, run=1)]
    plot = LossPlot(*descents, scale=scale).shift(RIGHT).scale(0.8)
    descents[0].set_position(position)
    plot.redraw()
    step = int(position)
    ends = [plot.c2p(at, SWING.losses[min(at, STEPS)]) for at in (step, step + 1)]
    place = ends[0] + (position - step) * (ends[1] - ends[0]) if position > step else ends[0]
    np.testing.assert_allclose(plot.tips[0].get_center(), place, atol=1e-6)
    np.testing.assert_allclose(plot.tips[1].get_center(), plot.c2p(0, ADAM.losses[0]), atol=1e-6)
    if position > 0:
        np.testing.assert_allclose(plot.curves[0].points[-1], place, atol=1e-6)


def test_losses_may_be_shown_against_the_examples_seen():
    run = vg.record(
        "line", vg.GradientDescent(learning_rate=0.1), steps=4, sampler=vg.ShuffledEpochs(batch_size=8)
    )
    descent = Descent(run, Landscape("line"))
    plot = LossPlot(descent, against="examples")
    descent.set_position(3)
    place = plot.redraw().c2p(run.examples[3], run.losses[3])
    np.testing.assert_allclose(plot.tips[0].get_center(), place, atol=1e-6)


def test_losses_that_a_scale_cannot_show_are_refused():
    flat = vg.record("x**2 - 5", vg.GradientDescent(learning_rate=0.1), start=1.0, steps=3)
    with pytest.raises(UsageError, match="no loss is above 0"):
        LossPlot(Descent(flat, Landscape("x**2 - 5", [(-2, 2)])), scale="log")
