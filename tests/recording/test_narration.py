"""Half sentences say what was recorded: their numbers are the recording's, whatever the rule."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import vizgd as vg
from vizgd.base.formatting import number
from vizgd.optimizers.catalogue import optimizers
from vizgd.recording.narration import LONGEST, half_sentence
from vizgd.recording.quantities import beat_count, quantities_of

RAVINE = "x**2/2 + 5*y**2"
START = (-8.0, 2.5)


def told_of(rule, objective=RAVINE, start=START, steps=4):
    trajectory = vg.record(objective, rule, start, steps)
    return trajectory, quantities_of(rule, trajectory)


def said(told, step, names=("x", "y")):
    return {beat.verb: half_sentence(told, k, step, names) for k, beat in enumerate(told.beats)}


def test_momentum_tells_what_is_carried_on():
    trajectory, told = told_of(vg.Momentum(learning_rate=0.05, beta=0.9))
    assert said(told, 0) == {
        "gradient": "(−8, 25), steepest along y",
        "add up": "the gradient comes in, there is no velocity yet",
        "step": "1.3 long, straight down the gradient",
    }
    third = said(told, 2)
    assert third["add up"] == "0.9 of the velocity is carried on, the gradient comes in"
    step, gradient = trajectory.terms["step"][2], trajectory.gradients[2]
    assert step[1] * gradient[1] > 0 > step[0] * gradient[0]
    assert third["step"] == f"{number(np.hypot(*step), 2)} long, uphill along y"


def test_adam_tells_by_what_it_divides():
    trajectory, told = told_of(vg.Adam(learning_rate=0.1))
    words = said(told, 2)
    root = np.sqrt(trajectory.terms["second_moment"][2] / (1 - 0.999**3))
    assert words["scale"] == f"y is divided by {number(root[1], 2)}, x by {number(root[0], 2)}"
    assert words["average"].startswith("0.9 of the first moment is carried on")
    assert words["correct"] == f"the first moment times {number(1 / (1 - 0.9**3), 2)}"


def test_other_rules_have_words_of_their_lines():
    assert said(told_of(vg.Nesterov(learning_rate=0.05, beta=0.8))[1], 1)["look ahead"] == (
        "the gradient plus 0.8 of the velocity"
    )
    assert said(told_of(vg.AdaGrad(learning_rate=0.1))[1], 0)["add up squares"] == (
        "the squared sum is (64, 625)"
    )
    assert said(told_of(vg.Newton())[1], 0)["fit a parabola"] == "its flat point is (8, −2.5) from here"


def test_of_other_peoples_optimizers_gradient_and_step_are_told():
    trajectory, told = told_of(vg.Torch(lambda params: torch.optim.SGD(params, lr=0.05)))
    length = number(np.linalg.norm(np.diff(trajectory.iterates, axis=0)[1]), 2)
    words = said(told, 1)
    assert list(words) == ["gradient", "step"]
    assert words["step"] == f"{length} long, straight down the gradient"


def test_of_one_parameter_it_says_where_downhill_is_and_of_many_how_long_a_vector_is():
    _, told = told_of(vg.GradientDescent(learning_rate=0.1), "x**2", 4.0)
    assert said(told, 0, ("x",)) == {"gradient": "8, downhill is to the left", "step": "0.8 long, downhill"}
    weights = np.arange(1.0, 51.0)
    many = vg.Objective(
        "many",
        value=lambda p: (weights * p**2).sum(axis=-1) / 2,
        gradient=lambda p: weights * p,
        domain=((-1, 1),) * 50,
    )
    names = [f"x{k + 1}" for k in range(50)]
    _, told = told_of(vg.GradientDescent(learning_rate=0.001), many, (1.0,) * 50)
    length = number(float(np.linalg.norm(weights)), 2)
    assert said(told, 0, names)["gradient"] == f"{length} long, most along x50"


def test_where_nothing_pulls_it_says_so_and_what_is_no_number_is_undefined():
    _, told = told_of(vg.GradientDescent(learning_rate=0.1), "0*x + 0*y", (1.0, 1.0), 2)
    assert said(told, 0) == {"gradient": "zero, nothing pulls", "step": "none, the run stays where it is"}
    trajectory, told = told_of(vg.GradientDescent(learning_rate=1e5), "x**4 + y**4", (1e60, 1.0), 3)
    assert trajectory.status.kind == "diverged"
    assert said(told, 0)["gradient"] == "(4×10¹⁸⁰, 4), steepest along x"


@pytest.mark.parametrize("name", list(optimizers()))
@settings(max_examples=8, deadline=None)
@given(
    start=st.tuples(st.floats(-5, 5), st.floats(-5, 5)), rate=st.floats(1e-4, 0.5), kappa=st.floats(0.1, 50)
)
def test_every_rule_has_words_for_its_beats_of_which_vectors_are_the_recording(name, start, rate, kappa):
    kind = optimizers()[name].load()
    try:
        rule = kind(learning_rate=rate)
    except TypeError:
        rule = kind()
    trajectory, told = told_of(rule, f"x**2 + {kappa}*y**2", start, 3)
    assert len(told.beats) == beat_count(rule, trajectory)
    for step in range(trajectory.steps):
        for beat, words in zip(told.beats, said(told, step).values(), strict=True):
            assert len(f"{beat.verb}: {words}") <= LONGEST
        gradient = trajectory.gradients[step]
        given_numbers = ", ".join(number(float(one), 2) for one in gradient)
        expected = f"({given_numbers})" if gradient.any() else "zero"
        assert said(told, step)["gradient"].startswith(expected)
        step_words = next(
            half_sentence(told, k, step, ("x", "y"))
            for k, beat in enumerate(told.beats)
            if any(one.name == "step" for one in beat.series)
        )
        length = math.hypot(*np.diff(trajectory.iterates, axis=0)[step])
        if "step" in trajectory.terms:
            length = math.hypot(*trajectory.terms["step"][step])
        assert step_words.startswith(f"{number(length, 2)} long" if length else "none")
        assert re.search(r"nan|inf", step_words) is None
