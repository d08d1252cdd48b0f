import numpy as np
import pytest

from vizgd.objectives.lookup import objective_from
from vizgd.objectives.stationarity import distances, in_one_dent, is_minimum, is_stationary, nature_of


def test_a_gradient_has_vanished_where_no_component_is_large_or_nan():
    gradients = np.array([[1e-6, -1e-6], [1e-6, -1e-4], [0.0, np.nan], [np.inf, 0.0]])
    assert is_stationary(gradients).tolist() == [True, False, False, False]
    assert is_stationary(gradients, 1e-3).tolist() == [True, True, False, False]


@pytest.mark.parametrize(
    ("text", "nature"),
    [
        ("x**2 + y**2", "local minimum"),
        ("x**2 - y**2", "saddle"),
        ("-x**2 - y**2", "maximum"),
        ("abs(x) + y**2", "kink"),
        ("x**4 + y**4", "flat"),
        ("x**3 - 3*x*y**2", "flat"),
    ],
)
def test_what_a_point_is_where_the_gradient_vanishes(text, nature):
    assert nature_of(objective_from(text), np.zeros(2)) == nature


@pytest.mark.parametrize(
    ("text", "lowest"), [("x**2 + y**2", True), ("x**4 + y**4", True), ("x**3 - 3*x*y**2", False)]
)
def test_a_minimum_is_told_by_values_where_curvatures_vanish(text, lowest):
    assert is_minimum(objective_from(text), np.zeros(2)) == lowest


def test_the_bottom_of_a_dent_is_no_higher_than_its_slope_times_the_way():
    # On x² at x, the loss is x² above the minimum and the slope 2x.
    x = np.array([1e-3, 0.1])
    assert in_one_dent(x**2, 2 * x, x).all()
    assert not in_one_dent(0.1, 1e-6, 1e-3)
    assert in_one_dent(1e-9, 0.0, 0.0, rounding=1e-8)


def test_distances_are_those_from_the_nearest_minimizer():
    objective = objective_from("himmelblau")
    points = np.array(objective.minimizers) + np.array([0.0, 0.5])
    np.testing.assert_allclose(distances(objective, points), 0.5)
