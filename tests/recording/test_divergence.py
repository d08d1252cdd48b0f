import warnings

import numpy as np
import pytest

from tests.optimizers.problems import BOWL, BOWL_1D, ROSENBROCK, one_dimensional
from vizgd.objectives.objective import Objective
from vizgd.optimizers.adam import Adam
from vizgd.optimizers.catalogue import OPTIMIZERS
from vizgd.optimizers.descent import GradientDescent, Momentum
from vizgd.optimizers.lion import Lion
from vizgd.optimizers.newton import Newton
from vizgd.recording.loop import record

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


def test_steps_that_overshoot_more_each_time_end_far_outside_the_domain():
    run = record(SQUARE, GradientDescent(1.5), steps=200)
    # It doubles each step; 10 widths of (-5, 5) are 100, and 2**7 is the first power beyond.
    assert run.status.reason == "far outside the domain"
    assert run.status.iteration == 7
    np.testing.assert_array_equal(run.iterates[:, 0], (-2.0) ** np.arange(8))
    np.testing.assert_array_equal(run.losses, 4.0 ** np.arange(8))
    assert_whole(run)


def test_the_text_of_the_same_function_tells_the_same_story():
    run = record("x**2", GradientDescent(1.5), start=1.0, steps=200)
    assert_whole(run)
    assert run.steps < 20


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
    run = record(one_dimensional(np.exp, np.exp, start=4.0, domain=(-5, 5)), GradientDescent(1e300), steps=3)
    assert run.status.reason == "far outside the domain"
    assert run.losses[-1] == 0.0
    upward = one_dimensional(lambda x: np.exp(-x), lambda x: -np.exp(-x), start=-4.0)
    run = record(upward, GradientDescent(1e4), steps=3)
    assert_whole(run)
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


def test_ten_widths_from_the_center_is_where_a_run_is_lost():
    # A slope of one, down to the left: a step is a learning rate.
    slope = one_dimensional(lambda x: x, lambda x: np.ones_like(x), start=0.0, domain=(-1.0, 3.0))
    run = record(slope, GradientDescent(3.0), steps=100)
    # The center is 1 and the width 4: the last place within reach is -39.
    assert run.iterates[-2, 0] == -39.0
    assert run.iterates[-1, 0] == -42.0
    assert run.status.iteration == 14
    assert_whole(run)


def test_divergence_outranks_convergence():
    flat = one_dimensional(lambda x: 0 * x, lambda x: 0 * x, start=0.0)
    run = record(flat, GradientDescent(1e3), steps=20, noise=1.0)
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
