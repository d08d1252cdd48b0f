import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tests.optimizers.problems import ROSENBROCK, monkey_saddle, one_dimensional, quadratic
from vizgd.base.errors import UsageError
from vizgd.comparisons.comparison_file import comparison_from_text
from vizgd.objectives.datasets.dataset import least_squares
from vizgd.objectives.lookup import objective_from
from vizgd.objectives.objective import Objective
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


@pytest.mark.parametrize(
    ("objective", "start", "steps", "expected"),
    [("x*cos(0.15*pi*x)", 10.0, 10, 26.834133), ("(x-1000)**2", 0.0, 1, 1000.0), ("(x-1)**2", 1e9, 1, 1.0)],
)
def test_it_is_the_iteration_of_the_textbook(objective, start, steps, expected):
    run = record(objective, Newton(), start=start, steps=steps)
    assert run.iterates[-1, 0] == pytest.approx(expected, abs=1e-6)
    # By hand: x - f'(x) / f''(x), wherever that leads.
    point, objective = np.array([start]), objective_from(objective)
    for reached in run.iterates:
        np.testing.assert_allclose(reached, point, rtol=1e-9)
        point = point - objective.gradient(point) / objective.hessian(point)[0]


def test_it_is_the_solution_of_the_linear_system_be_it_convex_there_or_not():
    for point in np.array([[1.2, 1.3], [0.9, 0.8], [-1.0, 0.9], [0.0, 2.0], [-1.0, 4.0]]):
        gradient, hessian = ROSENBROCK.gradient(point), ROSENBROCK.hessian(point)
        after, _ = Newton().update(gradient, Newton().init(point), point, hessian=hessian)
        np.testing.assert_allclose(after, point - np.linalg.solve(hessian, gradient), rtol=1e-12)


small = st.floats(-10, 10).map(lambda value: round(value, 3))


@settings(deadline=None, max_examples=200)
@given(
    root=arrays(float, (4, 4), elements=small),
    minimizer=arrays(float, 4, elements=small),
    power=st.floats(-9, 9),
)
def test_every_convex_quadratic_is_solved_in_one_step(root, minimizer, power):
    units = 10.0 ** np.array([0, power, -power, 0])
    hessian = units[:, None] * (root.T @ root + 0.1 * np.eye(4)) * units
    minimizer = minimizer / units
    bowl = Objective(
        "bowl",
        lambda p: 0.5 * np.einsum("...i,ij,...j->...", p - minimizer, hessian, p - minimizer),
        lambda p: (p - minimizer) @ hessian,
        ((-10, 10),) * 4,
        hessian=lambda p: np.broadcast_to(hessian, (*p.shape, 4)),
    )
    start = np.array([1.0, 2.0, 3.0, 4.0]) / units
    run = record(bowl, Newton(), start=start, steps=1)
    expected = start - np.linalg.solve(hessian, bowl.gradient(start))
    np.testing.assert_allclose(run.iterates[1], expected, rtol=1e-6, atol=1e-9 * np.abs(expected).max())
    assert run.losses[1] <= 1e-12 * run.losses[0] + 1e-300


@settings(deadline=None, max_examples=100)
@given(seed=st.integers(0, 2**32 - 1), rank=st.integers(1, 3), dollars=st.sampled_from([1.0, 1e5]))
def test_least_squares_is_solved_in_one_step_whatever_the_columns(seed, rank, dollars):
    """Of columns that depend on one another, too: then the loss is that of numpy.linalg.lstsq."""
    rng = np.random.default_rng(seed)
    inputs = rng.standard_normal((30, rank)) @ rng.integers(-3, 4, (rank, 3)) * [1.0, dollars, 1.0]
    targets = inputs @ [3.0, -1.0, 500.0] + rng.standard_normal(30)
    objective = least_squares(inputs, targets)
    run = record(objective, Newton(), start=(1.0, 2.0, 3.0, 4.0), steps=3)
    best = np.linalg.lstsq(np.column_stack([inputs, np.ones(30)]), targets)[0]
    lowest = float(objective.value(best))
    assert run.losses[1] <= lowest + 1e-6 * run.losses[0]
    assert np.isfinite(run.iterates).all()
    # Nor does it wander where there is no slope.
    assert np.abs(run.iterates[3] - run.iterates[1]).max() <= 1e-4 * np.abs(run.iterates[1]).max()


def test_it_is_drawn_to_saddles_and_maxima_as_readily_as_to_minima():
    saddle = record(quadratic(2.0, -2.0), Newton(), start=(3.0, 1.0), steps=2)
    np.testing.assert_allclose(saddle.iterates[1], [0.0, 0.0], atol=1e-14)
    assert saddle.status.kind == "converged"
    top = record("cos(x)", Newton(), 0.5, 20)
    assert top.iterates[-1, 0] == pytest.approx(0.0, abs=1e-9)
    assert top.losses[-1] > top.losses[0]


def test_on_a_straight_slope_there_is_no_step():
    run = record("3*x + y**2", Newton(), start=(5.0, 1.0), steps=3)
    assert (run.status.kind, run.status.iteration, run.status.reason) == ("diverged", 0, "not finite")


def test_where_it_is_flat_it_stays():
    run = record("0*x + y**2", Newton(), start=(5.0, 1.0), steps=3)
    np.testing.assert_allclose(run.iterates[1:], [[5.0, 0.0]] * 3)
    assert (run.status.kind, run.status.iteration) == ("converged", 1)


def test_damping_is_added_to_the_curvatures():
    hessian, gradient, point = np.array([[2.0, 1.0], [1.0, -3.0]]), np.array([1.0, 2.0]), np.array([0.5, 0.5])
    rule = Newton(damping=5.0)
    after, _ = rule.update(gradient, rule.init(point), point, hessian=hessian)
    np.testing.assert_allclose(after, point - np.linalg.solve(hessian + 5 * np.eye(2), gradient), rtol=1e-12)


def test_a_legend_says_what_is_not_newtons_own():
    assert Newton().label == "Newton α=1"
    assert Newton(0.5, radius=10, damping=0.1).label == "Newton α=0.5 μ=0.1 r=10"
    assert Newton(saddle_free=True).label == "Saddle-free Newton α=1"


def test_a_file_with_a_radius_is_still_read():
    text = """
        title = "t"
        objective = "x**2"
        start = 50
        [[runs]]
        optimizer = "newton"
        radius = 10
        [[runs]]
        optimizer = "newton"
        saddle_free = true
        damping = 0.5
    """
    first, second = (run.optimizer for run in comparison_from_text(text, "newton.toml").runs)
    assert first == Newton(radius=10)
    assert second == Newton(saddle_free=True, damping=0.5)
    assert record("x**2", first, 50.0, 1).iterates[1, 0] == 40.0


@pytest.mark.parametrize(
    "settings", [{"damping": -1}, {"radius": 0}, {"saddle_free": 2}, {"saddle_free": "no"}]
)
def test_settings_that_cannot_be_are_refused(settings):
    with pytest.raises(UsageError, match=next(iter(settings))):
        Newton(**settings)


def test_a_batch_takes_the_steps_that_its_points_take():
    rng = np.random.default_rng(0)
    matrices = rng.standard_normal((20, 3, 3))
    matrices = matrices + np.swapaxes(matrices, 1, 2)
    matrices[3], matrices[4], matrices[5] = 0.0, np.nan, np.diag([1.0, 0.0, 2.0])
    gradients, points = rng.standard_normal((20, 3)), rng.standard_normal((20, 3))
    gradients[5, 1] = 0.0
    for rule in (Newton(), Newton(damping=0.3), Newton(radius=0.5), Newton(saddle_free=True)):
        together, _ = rule.update(gradients, rule.init(points), points, hessian=matrices)
        for index in range(20):
            alone, _ = rule.update(
                gradients[index], rule.init(points[index]), points[index], hessian=matrices[index]
            )
            np.testing.assert_array_equal(alone, together[index])


def test_saddle_free_it_leaves_a_saddle_along_the_direction_that_curves_down():
    rule = Newton(radius=10.0, saddle_free=True)
    trajectory = record(quadratic(2.0, -2.0, width=1e3), rule, start=(3.0, 1e-3), steps=8)
    assert (np.diff(trajectory.losses) < 0).all()
    assert np.abs(trajectory.iterates[1:, 0]).max() < 1e-12
    np.testing.assert_allclose(trajectory.iterates[1:, 1], 1e-3 * 2.0 ** np.arange(1, 9))


def test_saddle_free_it_goes_down_from_beside_a_maximum():
    rule = Newton(radius=10.0, saddle_free=True)
    trajectory = record(one_dimensional(np.cos, lambda x: -np.sin(x), second=lambda x: -np.cos(x)), rule, 0.1)
    assert trajectory.status.kind == "converged"
    np.testing.assert_allclose(np.cos(trajectory.iterates[-1]), -1.0)


@pytest.mark.parametrize("start", [(0.0, 0.0), (1e-9, 0.0), (1e-3, -1e-3), (0.0, 1.0)])
@pytest.mark.parametrize("saddle_free", [False, True])
def test_a_radius_bounds_steps_near_a_singular_hessian(start, saddle_free):
    rule = Newton(radius=10.0, saddle_free=saddle_free)
    trajectory = record(monkey_saddle(), rule, start=start, steps=20)
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
def test_saddle_free_every_step_leads_downhill_and_no_farther_than_the_radius(matrix, gradient):
    rule, params = Newton(radius=1.5, saddle_free=True), np.zeros(3)
    step, _ = rule.update(gradient, rule.init(params), params, hessian=matrix + matrix.T)
    assert np.isfinite(step).all()
    assert np.linalg.norm(step) <= 1.5 * np.sqrt(3) * (1 + 1e-9)
    if np.linalg.norm(gradient) > 0:
        assert step @ gradient < 0


def test_without_a_hessian_it_says_so():
    with pytest.raises(UsageError, match="no Hessian"):
        Newton().update(np.ones(2), Newton().init(np.ones(2)), np.ones(2))
