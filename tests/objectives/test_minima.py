"""Minimizers found numerically are the tabulated ones, and none is claimed where there is none."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from vizgd.objectives.callables.numpy_functions import CentralDifferences
from vizgd.objectives.catalogue import OBJECTIVES
from vizgd.objectives.lookup import objective_from
from vizgd.objectives.minima import (
    GRID,
    MOST_EVALUATIONS,
    MOST_MINIMIZERS,
    with_global_minima,
    with_minima,
)

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


@pytest.mark.parametrize("text", ["(sqrt(x**2 + y**2) - 2)**2", "(x**2 + y**2 - 4)**2", "(3*x - y)**2"])
def test_along_a_valley_without_curvature_the_search_ends(text):
    found = with_minima(objective_from(text), [(-5, 5)] * 2)
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


@pytest.mark.parametrize(
    "text", ["x*cos(0.15*pi*x)", "sin(x) - 0.2*x", "x**3 - 3*x", "sin(x + y) + (x - y)**2 + y"]
)
def test_the_lowest_place_of_a_box_is_no_minimum_of_what_is_lower_outside(text):
    objective = objective_from(text)
    assert with_global_minima(objective, objective.domain).minimum is None


@pytest.mark.parametrize("text", ["x**2 - 3*x", "abs(x - 1) + 0.1*x**2", "(x - 1)**2 + 5*y**2", "cos(x)"])
def test_the_lowest_place_of_all_is_a_minimum(text):
    objective = objective_from(text)
    assert with_global_minima(objective, objective.domain).minimizers


@pytest.mark.filterwarnings("ignore")
def test_a_function_that_fails_outside_is_taken_as_it_is_inside():
    def guarded(x):
        if not -5 <= x <= 5:
            raise ValueError("outside")
        return (x - 1.5) ** 2

    objective = objective_from(guarded, domain=[(-5, 5)])
    assert with_global_minima(objective, objective.domain).minimizers == ((1.5,),)


@pytest.mark.parametrize("unit", [1e-12, 1e-3, 1.0, 1e9])
def test_a_function_has_the_same_minimizers_in_every_unit(unit):
    quartic = objective_from("quartic")
    objective = objective_from(f"{unit!r}*({quartic.formula})")
    assert with_global_minima(objective, quartic.domain).minimizers == ((3.0,),)


@pytest.mark.parametrize(
    "text", ["y", "x", "3", "x**2 - y**2", "sin(x) + y", "abs(x) - abs(y)", "x*y", "exp(x) + exp(y)", "x**2"]
)
@pytest.mark.parametrize("numeric", [False, True])
def test_the_search_takes_no_more_evaluations_than_its_budget(text, numeric):
    known = objective_from(text)
    counts = [0]

    def value(points):
        counts[0] += int(np.prod(np.shape(points)[:-1]))
        return known.value(points)

    def gradient(points):
        counts[0] += int(np.prod(np.shape(points)[:-1]))
        return known.gradient(points)

    slopes = CentralDifferences(value) if numeric else gradient
    counted = dataclasses.replace(known, value=value, gradient=slopes, hessian=None)
    with_minima(counted, known.domain)
    grid = GRID[known.dimension] ** known.dimension
    assert grid <= counts[0] <= grid + MOST_EVALUATIONS + 4 * len(known.domain) * MOST_MINIMIZERS


def test_a_function_that_falls_over_the_edge_is_not_searched_for_a_minimum():
    known = objective_from("y")
    counts = [0]

    def value(points):
        counts[0] += int(np.prod(np.shape(points)[:-1]))
        return known.value(points)

    found = with_minima(dataclasses.replace(known, value=value), known.domain)
    assert found.minimum is None
    assert counts[0] == GRID[2] ** 2
