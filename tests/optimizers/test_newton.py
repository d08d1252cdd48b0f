import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tests.optimizers.problems import ROSENBROCK, monkey_saddle, one_dimensional, quadratic
from vizgd.errors import UsageError
from vizgd.optimizers.newton import Newton
from vizgd.recording.loop import record

CONVEX = one_dimensional(
    lambda x: np.exp(x) + np.exp(-2 * x),
    lambda x: np.exp(x) - 2 * np.exp(-2 * x),
    second=lambda x: np.exp(x) + 4 * np.exp(-2 * x),
)


def test_a_quadratic_is_solved_in_one_step():
    trajectory = record(quadratic(2.0, 20.0), Newton(), start=(5.0, 2.0), steps=1)
    np.testing.assert_allclose(trajectory.iterates[1], [0.0, 0.0], atol=1e-14)


def test_half_a_learning_rate_takes_half_the_step():
    trajectory = record(quadratic(2.0, 20.0), Newton(learning_rate=0.5), start=(5.0, 2.0), steps=1)
    np.testing.assert_allclose(trajectory.iterates[1], [2.5, 1.0])


def test_the_count_of_right_digits_doubles_with_each_step_on_a_convex_function():
    minimizer = np.log(2) / 3
    trajectory = record(CONVEX, Newton(), start=1.0, steps=6)
    errors = np.abs(trajectory.iterates[:, 0] - minimizer)
    visible = errors[errors > 1e-7]
    ratios = errors[1 : len(visible) + 1] / visible**2
    assert len(visible) >= 3
    # Half the third derivative over the second at the minimizer, a bound of Newton's constant nearby.
    assert ratios.max() < 2.0
    assert errors[-1] < 1e-14


def test_on_a_convex_function_it_is_the_solution_of_the_linear_system():
    points = np.array([[1.2, 1.3], [0.9, 0.8], [-1.0, 0.9]])
    for point in points:
        gradient, hessian = ROSENBROCK.gradient(point), ROSENBROCK.hessian(point)
        assert (np.linalg.eigvalsh(hessian) > 0).all()
        after, _ = Newton(radius=1e6).update(gradient, Newton().init(point), point, hessian=hessian)
        np.testing.assert_allclose(after, point - np.linalg.solve(hessian, gradient), rtol=1e-10)


def test_it_leaves_a_saddle_along_the_direction_that_curves_down():
    trajectory = record(quadratic(2.0, -2.0, width=1e3), Newton(), start=(3.0, 1e-3), steps=8)
    assert (np.diff(trajectory.losses) < 0).all()
    assert np.abs(trajectory.iterates[1:, 0]).max() < 1e-12
    np.testing.assert_allclose(trajectory.iterates[1:, 1], 1e-3 * 2.0 ** np.arange(1, 9))


def test_it_goes_down_from_beside_a_maximum():
    trajectory = record(
        one_dimensional(np.cos, lambda x: -np.sin(x), second=lambda x: -np.cos(x)), Newton(), 0.1
    )
    assert trajectory.status.kind == "converged"
    np.testing.assert_allclose(np.cos(trajectory.iterates[-1]), -1.0)


@pytest.mark.parametrize("start", [(0.0, 0.0), (1e-9, 0.0), (1e-3, -1e-3), (0.0, 1.0)])
def test_steps_near_a_singular_hessian_are_bounded(start):
    trajectory = record(monkey_saddle(), Newton(), start=start, steps=20)
    steps = np.linalg.norm(np.diff(trajectory.iterates, axis=0), axis=-1)
    assert (steps <= 10 * np.sqrt(2) + 1e-12).all()
    assert np.isfinite(trajectory.iterates).all()


def test_on_a_straight_slope_it_steps_by_its_radius():
    plane = one_dimensional(lambda x: 3 * x, lambda x: 3 + 0 * x, second=lambda x: 0 * x)
    trajectory = record(plane, Newton(radius=2.0), start=5.0, steps=3)
    np.testing.assert_allclose(trajectory.iterates[:, 0], [5, 3, 1, -1])


@settings(deadline=None, max_examples=200)
@given(
    matrix=arrays(float, (3, 3), elements=st.floats(-10, 10).map(lambda value: round(value, 6))),
    gradient=arrays(float, 3, elements=st.floats(-10, 10).map(lambda value: round(value, 6))),
)
def test_every_step_leads_downhill_and_no_farther_than_the_radius(matrix, gradient):
    rule, params = Newton(radius=1.5), np.zeros(3)
    step, _ = rule.update(gradient, rule.init(params), params, hessian=matrix + matrix.T)
    assert np.isfinite(step).all()
    assert np.linalg.norm(step) <= 1.5 * np.sqrt(3) * (1 + 1e-9)
    if np.linalg.norm(gradient) > 0:
        assert step @ gradient < 0


def test_without_a_hessian_it_says_so():
    with pytest.raises(UsageError, match="no Hessian"):
        Newton().update(np.ones(2), Newton().init(np.ones(2)), np.ones(2))
