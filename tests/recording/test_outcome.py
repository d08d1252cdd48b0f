"""When a run is over: far away, lost, or arrived, for one run and for many, and whoever takes its steps."""

import math
import warnings
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.optimizers.problems import BOWL, BOWL_1D, ROSENBROCK, one_dimensional
from vizgd.objectives.datasets.dataset import logistic
from vizgd.objectives.objective import Objective
from vizgd.optimizers.adam import Adam
from vizgd.optimizers.catalogue import OPTIMIZERS
from vizgd.optimizers.descent import GradientDescent, Momentum, VelocityState
from vizgd.optimizers.interface import Optimizer
from vizgd.optimizers.lion import Lion
from vizgd.optimizers.newton import Newton
from vizgd.recording.loop import record
from vizgd.recording.many.sweeps import sweep

SQUARE = one_dimensional(np.square, lambda x: 2 * x, start=1.0)


def assert_whole(run):
    n = run.steps
    assert np.isfinite(run.iterates).all()
    assert np.isfinite(run.losses[:-1]).all()
    assert np.isfinite(run.gradients[:-1]).all()
    assert len(run.iterates) == len(run.losses) == len(run.gradients) == len(run.examples) == n + 1
    assert len(run.learning_rates) == n
    assert all(len(values) == n and np.isfinite(values).all() for values in run.terms.values())
    assert run.status.kind == "diverged"
    assert run.status.iteration == n


def test_steps_that_overshoot_more_each_time_end_far_away():
    run = record(SQUARE, GradientDescent(1.5), steps=200)
    # It doubles each step; the domain is 10 wide, and from 1 to 2**24 is the first distance beyond 10**7.
    assert run.status.reason == "farther away with every step"
    assert run.status.iteration == 24
    np.testing.assert_array_equal(run.iterates[:, 0], (-2.0) ** np.arange(25))
    np.testing.assert_array_equal(run.losses, 4.0 ** np.arange(25))
    assert_whole(run)


def test_the_text_of_the_same_function_tells_the_same_story():
    run = record("x**2", GradientDescent(1.5), start=1.0, steps=200)
    assert_whole(run)
    assert run.steps == 24


def test_leaving_the_domain_is_not_diverging():
    far = one_dimensional(lambda x: (x - 1000) ** 2, lambda x: 2 * (x - 1000), start=0.0, domain=(-1, 1))
    run = record(far, GradientDescent(0.1), steps=200)
    assert run.status.kind == "converged"
    assert run.iterates[-1, 0] == pytest.approx(1000)


def test_a_logistic_regression_that_oscillates_has_not_diverged():
    # Years and dollars as they come: each step is far too long, and the next one brings it back.
    rng = np.random.default_rng(0)
    years, dollars = rng.uniform(0, 9, 60), rng.uniform(3e4, 9e4, 60)
    members = (years - dollars / 1e4 + rng.normal(0, 1, 60) > 0).astype(float)
    objective = logistic(np.column_stack([years, dollars]), members)
    run = record(objective, GradientDescent(0.01), start=(0, 0, 0), steps=5000)
    assert run.status.kind == "moving"
    assert run.steps == 5000
    assert np.abs(run.iterates).max() < 1e4


def test_a_rate_of_one_bounces_for_ever_and_has_not_diverged():
    run = record(SQUARE, GradientDescent(1.0), steps=50)
    assert run.status.kind == "moving"
    assert run.steps == 50


def test_a_step_beyond_the_largest_number_is_left_out():
    steep = one_dimensional(lambda x: 1e300 * x**2, lambda x: 2e300 * x, start=1.0)
    run = record(steep, GradientDescent(1e10), steps=10)
    assert run.status.reason == "not finite"
    assert run.iterates.tolist() == [[1.0]]
    assert_whole(run)


def test_the_last_loss_may_overflow():
    rising = one_dimensional(lambda x: np.exp(x**2), lambda x: 2 * x * np.exp(x**2), start=2.0)
    run = record(rising, GradientDescent(1.0), steps=3)
    assert np.isinf(run.losses[-1])
    assert_whole(run)


def test_a_run_into_a_region_without_values_ends_at_its_edge():
    # The gradient is finite where the function is not: only the loss shows that the run has left.
    gap = one_dimensional(lambda x: x - np.log(x), lambda x: 1 - 1 / x, start=0.5)
    run = record(gap, GradientDescent(5.0), start=2.0, steps=30)
    assert run.iterates[:, 0].tolist() == [2.0, -0.5]
    assert np.isnan(run.losses[-1])
    assert (run.status.iteration, run.status.reason) == (1, "not finite")
    assert_whole(run)


def test_a_gradient_that_is_nan_ends_the_run_where_it_was_met():
    root = one_dimensional(np.sqrt, lambda x: 0.5 / np.sqrt(x), start=0.25)
    run = record(root, GradientDescent(0.5), steps=10)
    assert run.iterates[:, 0].tolist() == [0.25, -0.25]
    assert np.isnan(run.losses[-1])
    assert np.isnan(run.gradients[-1]).all()
    assert_whole(run)


def test_a_rule_of_signs_does_not_hide_an_infinite_gradient():
    wall = one_dimensional(
        lambda x: np.where(x > 0, x, 0), lambda x: np.where(x > 0, 1.0, np.inf), start=0.25
    )
    run = record(wall, Lion(0.1), steps=50)
    assert run.status.reason == "not finite"
    assert run.iterates[:, 0].round(12).tolist() == [0.25, 0.15, 0.05, -0.05]
    assert_whole(run)


def test_a_hessian_that_is_nan_ends_newtons_run():
    objective = one_dimensional(
        np.square,
        lambda x: 2 * x,
        second=lambda x: np.where(x > 1, 4.0, np.nan),
        start=3.0,
    )
    run = record(objective, Newton(), steps=10)
    assert run.iterates[:, 0].tolist() == [3.0, 1.5, 0.75]
    assert run.status.reason == "not finite"
    assert_whole(run)


def test_one_leap_is_not_diverging_wherever_it_leads():
    run = record(one_dimensional(np.exp, np.exp, start=4.0, domain=(-5, 5)), GradientDescent(1e300), steps=60)
    assert run.iterates[-1, 0] < -1e301
    assert run.losses[-1] == 0.0
    assert (run.status.kind, run.status.iteration) == ("converged", 1)


@dataclass(frozen=True)
class Prescribed(Optimizer):
    """Goes where it is told, whatever the gradient: step k leads to ``places[k]``, one row a run."""

    places: np.ndarray

    def init(self, params):  # noqa: ARG002
        return VelocityState(0, None)

    def terms(self, gradient, state, params, *, hessian=None):  # noqa: ARG002
        place = self.places[state.iteration].reshape(params.shape)
        count = state.iteration + 1
        return {"iteration": count, "velocity": 0.0, "learning_rate": 1.0, "step": place - params}


def first_lost(points, width):
    """Return when a path is first lost, word by word as it is defined, or None; and its last finite point."""
    start = points[0]
    limit = 1e6 * max(math.dist(start, 0 * start), 1.0, width)
    apart = [math.dist(point, start) for point in points]
    for k, point in enumerate(points):
        if not np.isfinite(point).all():
            return k - 1
        if apart[k] > limit and k >= 20 and all(apart[i] > apart[i - 1] for i in range(k - 19, k + 1)):
            return k
    return None


@settings(deadline=None, max_examples=200)
@given(
    seed=st.integers(0, 2**32 - 1),
    dimension=st.integers(1, 40),
    width=st.sampled_from([1e-3, 1.0, 1e4]),
    size=st.sampled_from([0.0, 1.0, 1e5]),
    growth=st.sampled_from([1.05, 1.5, 2.0, 10.0, 1e3]),
    stumbles=st.floats(0, 0.2),
)
def test_every_loop_finds_divergence_where_its_definition_does(
    seed, dimension, width, size, growth, stumbles
):
    rng = np.random.default_rng(seed)
    runs, steps = 3, 80
    starts = size * rng.standard_normal((runs, dimension))
    factors = np.where(rng.random((steps, runs)) < stumbles, 1 / growth, growth)
    radii = 1e3 * np.cumprod(factors, axis=0)
    directions = rng.standard_normal((steps, runs, dimension))
    places = starts + radii[..., None] * directions / np.linalg.norm(directions, axis=-1, keepdims=True)
    if seed % 3 == 0:
        places[rng.integers(steps), rng.integers(runs)] = np.inf
    flat = Objective(
        "flat",
        lambda p: 0.0 * np.nan_to_num(p[..., 0], posinf=0, neginf=0),
        lambda p: 0 * p,
        ((0.0, width),) * dimension,
    )
    together = sweep(flat, Prescribed(places), starts, steps)
    for run in range(runs):
        own = iter(places[:, run])
        by_rule = record(flat, Prescribed(places[:, run]), starts[run], steps)
        foreign = record(flat, lambda _params, _gradient, own=own: next(own), starts[run], steps)
        for found, expected in (
            (by_rule, first_lost(reached_by_steps(starts[run], places[:, run]), width)),
            (foreign, first_lost([starts[run], *places[:, run]], width)),
        ):
            assert (found.status.kind == "diverged") == (expected is not None)
            assert found.steps == (steps if expected is None else expected)
        assert together.diverged[run] == (by_rule.status.kind == "diverged")
        np.testing.assert_array_equal(together.iterates[run], by_rule.iterates[-1])
        if together.diverged[run]:
            assert together.iterations[run] == by_rule.steps


def reached_by_steps(start, places):
    """Return where adding steps leads, which is beside the places by rounding."""
    points = [start]
    with np.errstate(invalid="ignore"):
        for place in places:
            points.append(points[-1] + (place - points[-1]))
    return points


def test_divergence_outranks_convergence():
    # On a slope of 1e-9 each gradient is within the tolerance, and with this rate each step is longer.
    slope = one_dimensional(lambda x: 1e-9 * x, lambda x: 1e-9 + 0 * x, start=0.0)
    run = record(slope, GradientDescent(1e16), steps=30)
    assert run.status.iteration == 20
    assert_whole(run)


@pytest.mark.parametrize("name", list(OPTIMIZERS))
def test_no_optimizer_warns_or_records_what_is_not_finite(name):
    fields = OPTIMIZERS[name].__dataclass_fields__
    optimizer = OPTIMIZERS[name](**({"learning_rate": 1e3} if "learning_rate" in fields else {}))
    hill = one_dimensional(
        lambda x: -np.exp(x**2),
        lambda x: -2 * x * np.exp(x**2),
        second=lambda x: -(2 + 4 * x**2) * np.exp(x**2),
        start=1.0,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for objective in (hill, ROSENBROCK, BOWL, BOWL_1D):
            run = record(objective, optimizer, steps=60)
            assert np.isfinite(run.iterates).all()
            assert np.isfinite(run.losses[:-1]).all()


def test_a_caller_who_raises_on_overflow_gets_a_recorded_run():
    with np.errstate(all="raise"):
        run = record(BOWL, Momentum(2.0, 0.9), steps=500)
        assert_whole(run)


def test_the_callers_own_floating_point_settings_are_left_alone():
    before = np.geterr()
    record(SQUARE, Adam(1e3), steps=5)
    assert np.geterr() == before


def test_an_objective_with_a_pole_is_left_where_it_blows_up():
    pole = Objective(
        "pole",
        value=lambda p: 1 / p[..., 0] ** 2,
        gradient=lambda p: -2 / p**3,
        hessian=None,
        domain=((-1.0, 1.0),),
        start=(1.0,),
        variables=("x",),
    )
    run = record(pole, GradientDescent(0.5), steps=10)
    assert np.isfinite(run.iterates).all()
