"""Every row of the catalogue against values computed elsewhere, mpmath, and NumPy reading the formula."""

import csv
import json
import pickle
import subprocess
import sys
from pathlib import Path

import mpmath
import numpy as np
import pytest

from vizgd.base.errors import UsageError
from vizgd.objectives.catalogue import OBJECTIVES, rows
from vizgd.objectives.expressions.functions import OPERATIONS

NAMES = list(rows())
SMOOTH = [name for name, row in rows().items() if row.minimizers and row.smooth and not row.on_edge]
KINKED = [
    "ackley",
    "drop_wave",
    "salomon",
    "abs_1d",
    "alpine_1",
    "schwefel_2_22",
    "xin_she_yang_2",
    "bukin_n6",
]

with (Path(__file__).parent / "data" / "probes.csv").open(encoding="utf-8") as table:
    PROBES = {row["name"]: row for row in csv.DictReader(table)}


def literally(formula, points):
    """Compute a formula as NumPy itself reads it."""
    names = {name: row.apply for name, row in OPERATIONS.items()} | {"pi": np.pi, "e": np.e}
    coordinates = dict(zip("xy", np.moveaxis(np.asarray(points, dtype=float), -1, 0), strict=False))
    with np.errstate(all="ignore"):
        return np.asarray(eval(formula, {"__builtins__": {}}, names | coordinates))


def scattered(objective, count, seed=0):
    rng = np.random.default_rng(seed)
    low, high = np.array(objective.domain).T
    return low + (high - low) * rng.random((count, objective.dimension))


def numerically(formula, point, orders):
    """Differentiate a formula in mpmath at 60 digits, where finite differences are as good as exact."""
    functions = {name: getattr(mpmath, name) for name in ("sin", "cos", "exp", "log", "sqrt", "cosh", "tanh")}
    names = functions | {"abs": abs, "pi": mpmath.mpf(np.pi), "e": mpmath.mpf(np.e)}
    code = compile(formula, "formula", "eval")

    def function(*coordinates):
        return eval(code, {"__builtins__": {}}, names | dict(zip("xy", coordinates, strict=False)))

    with mpmath.workdps(60):
        return float(mpmath.diff(function, tuple(map(mpmath.mpf, map(float, point))), orders))


def test_the_catalogue_has_the_97_functions_with_all_that_a_list_shows():
    assert len(NAMES) == 97
    assert set(PROBES) == set(NAMES)
    for row in rows().values():
        assert row.title
        assert row.description
        assert row.source
        assert len(row.description) <= 110, row.name
        assert len(row.domain) in (1, 2)
    assert len({row.description for row in rows().values()}) == 97


def test_listing_the_catalogue_imports_nothing_heavy():
    code = (
        "import sys; from vizgd.objectives.catalogue import OBJECTIVES;"
        "assert [OBJECTIVES.summary(name) for name in OBJECTIVES];"
        "assert not {'numpy', 'sympy', 'scipy'} & set(sys.modules), 'heavy'"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_names_are_found_with_hyphens_underscores_and_capitals():
    assert OBJECTIVES["six-hump-camel"] is OBJECTIVES["Six_Hump_Camel"]


def test_a_mistyped_name_is_answered_with_the_nearest():
    with pytest.raises(UsageError, match="rosenbrock"):
        OBJECTIVES["rosenbrok"]


@pytest.mark.parametrize("name", NAMES)
def test_value_and_gradient_agree_at_the_probe_point(name):
    objective, probe = OBJECTIVES[name], PROBES[name]
    point = np.array(json.loads(probe["point"]))
    assert objective.value(point) == pytest.approx(float(probe["value"]), rel=1e-13, abs=0)
    np.testing.assert_allclose(objective.gradient(point), json.loads(probe["gradient"]), rtol=1e-12, atol=0)


@pytest.mark.parametrize("name", NAMES)
def test_values_are_what_numpy_computes_from_the_formula_as_written(name):
    objective = OBJECTIVES[name]
    points = scattered(objective, 200)
    np.testing.assert_allclose(objective.value(points), literally(objective.formula, points), rtol=1e-13)


@pytest.mark.parametrize("name", [name for name in NAMES if rows()[name].minimizers])
def test_the_minimum_is_attained_at_the_minimizers_and_nowhere_lower_in_the_domain(name):
    objective = OBJECTIVES[name]
    lattice = grid(objective, 201)
    scale = np.nanmax(np.abs(objective.value(lattice)))
    values = objective.value(np.array(objective.minimizers))
    np.testing.assert_allclose(values, objective.minimum, rtol=1e-12, atol=1e-14 * scale)
    assert np.nanmin(objective.value(lattice)) >= objective.minimum - 1e-14 * scale


@pytest.mark.parametrize("name", SMOOTH)
def test_the_gradient_vanishes_at_the_minimizers(name):
    # Minimizers are rounded to float64: the gradient there is that of a point off by one rounding.
    objective = OBJECTIVES[name]
    minimizers = np.array(objective.minimizers)
    rounding = np.spacing(np.abs(minimizers))
    slack = np.einsum("nij,nj->ni", np.abs(objective.hessian(minimizers)), 4 * rounding)
    terms = 1e-15 * np.max(np.abs(objective.gradient(scattered(objective, 400))), axis=0)
    assert np.all(np.abs(objective.gradient(minimizers)) <= slack + terms)


@pytest.mark.parametrize("name", KINKED)
def test_the_gradient_at_a_kinked_minimizer_is_the_subgradient_zero(name):
    objective = OBJECTIVES[name]
    np.testing.assert_array_equal(np.abs(objective.gradient(np.array(objective.minimizers))), 0.0)


@pytest.mark.parametrize("name", NAMES)
def test_gradient_and_hessian_agree_with_mpmath_at_random_points(name):
    objective = OBJECTIVES[name]
    points = scattered(objective, 3, seed=1)
    spread = scattered(objective, 400, seed=2)
    # Next to what is typical in the domain a number may be a small difference of large ones.
    steep = np.nanmedian(np.abs(objective.gradient(spread)), axis=0)
    curved = np.nanmedian(np.abs(objective.hessian(spread)), axis=0)
    axes = range(objective.dimension)
    unit = np.eye(objective.dimension, dtype=int)
    for point, gradient, hessian in zip(
        points, objective.gradient(points), objective.hessian(points), strict=True
    ):
        for i in axes:
            exact = numerically(objective.formula, point, tuple(unit[i]))
            assert gradient[i] == pytest.approx(exact, rel=1e-11, abs=1e-13 * steep[i])
            for j in axes:
                exact = numerically(objective.formula, point, tuple(unit[i] + unit[j]))
                assert hessian[i, j] == pytest.approx(exact, rel=1e-10, abs=1e-12 * curved[i, j])


def grid(objective, count):
    axes = [np.linspace(low, high, count) for low, high in objective.domain]
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)


@pytest.mark.parametrize("name", NAMES)
def test_a_grid_over_the_domain_is_drawn_without_a_warning(name):
    # Warnings are errors. The only undefined point is the origin of Keane's bump, 0/0.
    objective = OBJECTIVES[name]
    lattice = grid(objective, 201)
    shape = lattice.shape[:-1]
    d = objective.dimension
    undefined = 1 if name == "keane_unconstrained" else 0
    values, gradients, hessians = (
        f(lattice) for f in (objective.value, objective.gradient, objective.hessian)
    )
    assert values.shape == shape
    assert gradients.shape == (*shape, d)
    assert hessians.shape == (*shape, d, d)
    assert np.count_nonzero(~np.isfinite(values)) == undefined
    np.testing.assert_array_equal(hessians, np.swapaxes(hessians, -1, -2))


@pytest.mark.parametrize("name", NAMES)
def test_points_far_outside_the_domain_do_not_warn(name):
    objective = OBJECTIVES[name]
    for reach in (1e3, 1e10, 1e200, np.inf, np.nan):
        point = np.full(objective.dimension, reach)
        objective.value(point)
        objective.gradient(-point)
        objective.hessian(point)


@pytest.mark.parametrize("name", NAMES)
def test_a_batch_has_the_same_bits_as_its_points_one_by_one(name):
    objective = OBJECTIVES[name]
    points = scattered(objective, 37)
    for function in (objective.value, objective.gradient, objective.hessian):
        np.testing.assert_array_equal(function(points), np.array([function(point) for point in points]))
        np.testing.assert_array_equal(function(points[:36].reshape(4, 9, -1))[2, 3], function(points[21]))


@pytest.mark.parametrize("name", NAMES)
def test_the_start_is_inside_the_domain_off_the_minimizers_and_on_a_slope(name):
    objective = OBJECTIVES[name]
    assert all(low < s < high for s, (low, high) in zip(objective.start, objective.domain, strict=True))
    assert objective.start not in objective.minimizers
    gradient = objective.gradient(objective.start)
    assert np.all(np.isfinite(gradient))
    assert np.any(gradient) == (name != "constant_zero")


def test_an_objective_of_the_catalogue_survives_pickling():
    copy = pickle.loads(pickle.dumps(OBJECTIVES["ackley"]))
    np.testing.assert_array_equal(copy.gradient([1.5, 2.0]), OBJECTIVES["ackley"].gradient([1.5, 2.0]))


def test_functions_without_a_minimizer_say_what_bounds_them():
    for row in rows().values():
        assert (row.minimum is None) == (not row.minimizers)
        assert (row.infimum is None) == bool(row.minimizers)
