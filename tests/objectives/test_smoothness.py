"""Kinks are found in the values of gradients, and smooth places are left alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizgd.objectives.catalogue import OBJECTIVES, rows
from vizgd.objectives.lookup import objective_from
from vizgd.objectives.smoothness import gradient_jumps, is_smooth, value_jumps

# Written with a kink or a root at their minimum, yet smooth there: |y|³, and cos(12 √(x² + y²)).
SMOOTH_ALL_THE_SAME = {"sum_of_powers", "drop_wave"}


@pytest.mark.parametrize("name", [name for name in OBJECTIVES if objective_from(name).minimizers])
def test_minimizers_are_smooth_as_the_table_says(name):
    objective = objective_from(name)
    found = all(is_smooth(objective, np.array(point)) for point in objective.minimizers)
    assert found == (rows()[name].smooth or name in SMOOTH_ALL_THE_SAME)


@given(
    place=st.floats(-3, 3),
    jump=st.floats(0.01, 100),
    curvature=st.floats(0.01, 100),
)
def test_a_jump_is_found_whatever_its_size_and_place(place, jump, curvature):
    text = f"{jump!r}*abs(x - ({place!r})) + {curvature!r}*x**2"
    objective = objective_from(text)
    point = np.array([place])
    assert gradient_jumps(objective, point)
    assert not is_smooth(objective, point)
    aside = point + 0.5
    assert is_smooth(objective, aside)
    assert not gradient_jumps(objective, aside)


@pytest.mark.parametrize(
    "function",
    [
        lambda x, y: np.maximum(x, -2 * x) + y**2,
        lambda x, y: np.abs(x) + np.abs(y),
        lambda x, y: max(x, 0.0) ** 2 + 3 * min(x, 0.0) ** 2 + y**2,
        lambda x, y: abs(x) ** 1.5 + y**2,
    ],
    ids=["max", "l1", "bend", "cusp"],
)
@pytest.mark.filterwarnings("ignore")
def test_functions_of_python_have_kinks_too(function):
    assert not is_smooth(objective_from(function), np.zeros(2))


@pytest.mark.parametrize("text", ["floor(x) + x**2", "x**2 + 0.001*sign(x)", "x**2 - ceil(y - 1)"])
def test_where_a_function_jumps_its_gradient_is_not_believed(text):
    objective = objective_from(text)
    place = np.zeros(objective.dimension)
    assert value_jumps(objective, place)
    assert not is_smooth(objective, place)
    assert not value_jumps(objective, place + 0.5)
