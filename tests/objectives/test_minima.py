"""Minimizers found numerically are the tabulated ones, and none is claimed where there is none."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from vizgd.objectives.catalogue import OBJECTIVES
from vizgd.objectives.lookup import objective_from
from vizgd.objectives.minima import with_minima

KNOWN = [
    "bowl_1d",
    "quartic",
    "double_well_1d",
    "tilted_double_well",
    "forrester",
    "abs_1d",
    "problem10",
    "sphere",
    "quadratic_rotated",
    "booth",
    "matyas",
    "rosenbrock",
    "rosenbrock_mild",
    "beale",
    "himmelblau",
    "six_hump_camel",
    "goldstein_price",
    "branin",
    "styblinski_tang",
    "mccormick",
    "double_well_2d",
    "saddle_with_floor",
    "qing",
    "peaks",
    "muller_brown",
    "schwefel_2_22",
    "plateau_tanh",
    "bird",
]


def _unknown(name):
    return dataclasses.replace(objective_from(name), minimizers=(), minimum=None)


@pytest.mark.parametrize("name", KNOWN)
def test_the_search_finds_what_the_table_says(name):
    known = objective_from(name)
    found = with_minima(_unknown(name), known.domain)
    assert found.minimum == pytest.approx(known.minimum, abs=1e-6)
    assert len(found.minimizers) == len(known.minimizers)
    for point in known.minimizers:
        assert min(np.linalg.norm(np.subtract(point, other)) for other in found.minimizers) < 1e-4


@pytest.mark.parametrize("name", ["saddle", "monkey_saddle", "cubic_saddle_1d", "softplus_no_minimum"])
def test_no_minimum_is_claimed_where_the_function_falls_towards_the_edge(name):
    found = with_minima(_unknown(name), objective_from(name).domain)
    assert found.minimizers == ()
    assert found.minimum is None


def test_a_continuum_of_minimizers_is_not_listed_point_by_point():
    found = with_minima(_unknown("sombrero_ring"), objective_from("sombrero_ring").domain)
    assert found.minimizers == ()
    assert found.minimum == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("name", [name for name in OBJECTIVES if objective_from(name).dimension == 2][::6])
def test_what_is_found_is_never_above_a_point_of_a_finer_grid(name):
    objective = objective_from(name)
    found = with_minima(_unknown(name), objective.domain)
    if found.minimum is None:
        return
    axes = [np.linspace(low, high, 201) for low, high in objective.domain]
    values = objective.value(np.stack(np.meshgrid(*axes), axis=-1))
    spread = np.nanmax(values) - np.nanmin(values)
    assert found.minimum <= np.nanmin(values) + 0.02 * spread
