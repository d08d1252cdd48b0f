"""On a plane, the loss of a run that leaves it is said beside that of its place there."""

from __future__ import annotations

import re

import numpy as np
import pytest

import vizgd as vg
from vizgd.base.formatting import readout
from vizgd.drawing.marks import Text
from vizgd.views.off_plane import HEADINGS, MOST_ROWS

from ..gallery_films import planned

SCALES = np.array([1.0, 2.0, 30.0])
BOWL = vg.Objective(
    "bowl3",
    lambda params: (SCALES * np.square(params)).sum(axis=-1),
    lambda params: 2.0 * SCALES * params,
    domain=((-4.0, 4.0),) * 3,
    minimizers=((0.0, 0.0, 0.0),),
    minimum=0.0,
    variables=("x1", "x2", "x3"),
)
RULE = vg.GradientDescent(learning_rate=0.01)


def film(view, *starts):
    runs = [vg.Run(RULE, start) for start in starts]
    return planned(vg.Comparison("t", BOWL, runs, steps=12, views=[view]))


def rows(board, frame):
    texts = [m for layer in board.frame(frame) for m in layer.marks if isinstance(m, Text)]
    return [m.text for m in texts if m.bold and re.fullmatch(r"\S+ \(\S+\)", m.text)]


PLANES = [vg.Contour(plane=("x1", "x2")), vg.Surface(plane=(0, 1)), vg.Surface(plane=(0, 1), orbit=True)]


@pytest.mark.parametrize("view", PLANES, ids=["contour", "surface", "turning"])
def test_both_losses_are_said_from_the_first_frame_to_the_last(view):
    board = film(view, (3.0, 2.0, 1.0), (2.0, 2.0, 2.0))
    for frame, step in ((0, 0), (board.clock.frames - 1, 12)):
        expected = []
        for start in ((3.0, 2.0, 1.0), (2.0, 2.0, 2.0)):
            there = vg.record(BOWL, RULE, start, 12).iterates[step]
            # The plane lies at x3 = 0, where the minimum is.
            loss, shadow = (SCALES * there**2).sum(), (SCALES[:2] * there[:2] ** 2).sum()
            expected.append(f"{readout(loss, 3)} ({readout(shadow, 3)})")
        assert rows(board, frame) == expected


@pytest.mark.parametrize("view", PLANES, ids=["contour", "surface", "turning"])
def test_nothing_is_said_of_a_run_that_stays_on_the_plane(view):
    board = film(view, (3.0, 2.0, 0.0))
    assert rows(board, 0) == []
    assert not [m for layer in board.frame(0) for m in layer.marks if getattr(m, "text", "") in HEADINGS]


def test_of_many_runs_those_are_told_of_that_are_farthest_off():
    starts = [(3.0, 2.0, 0.1 * k) for k in range(1, MOST_ROWS + 4)]
    board = film(vg.Contour(plane=("x1", "x2")), *starts)
    said = rows(board, 0)
    assert len(said) == MOST_ROWS
    assert readout(float((SCALES * np.square(starts[-1])).sum()), 3) in said[-1]


def test_an_objective_of_two_parameters_has_nothing_hidden():
    board = planned(vg.Comparison("t", "x**2 + y**2", [vg.Run(RULE, (3, 2))], steps=3, views=["contour"]))
    assert rows(board, 0) == []
