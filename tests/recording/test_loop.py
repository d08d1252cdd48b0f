import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.optimizers.problems import BOWL, BOWL_1D, HIMMELBLAU, RAVINE, ROSENBROCK, one_dimensional
from vizgd.objectives.datasets.dataset import least_squares
from vizgd.objectives.datasets.samplers import Replay, ShuffledEpochs, WithReplacement
from vizgd.optimizers.adam import Adam
from vizgd.optimizers.catalogue import OPTIMIZERS
from vizgd.optimizers.cycles import Cosine
from vizgd.optimizers.descent import GradientDescent, Momentum
from vizgd.optimizers.line_search import LineSearch
from vizgd.recording.loop import record

RULES = [name for name in OPTIMIZERS if not issubclass(OPTIMIZERS[name], LineSearch)]
LINE = least_squares(np.linspace(-1, 1, 20), np.linspace(-2, 4, 20))


@pytest.mark.parametrize("objective", [RAVINE, ROSENBROCK, HIMMELBLAU], ids=lambda objective: objective.name)
@pytest.mark.parametrize("name", RULES)
def test_what_is_recorded_is_what_the_rule_computes(name, objective):
    optimizer = OPTIMIZERS[name](learning_rate=5e-4)
    run = record(objective, optimizer, steps=40)
    params = np.array(objective.start)
    state = optimizer.init(params)
    assert run.steps == 40
    for index in range(run.steps):
        np.testing.assert_array_equal(run.iterates[index], params)
        np.testing.assert_array_equal(run.gradients[index], objective.gradient(params))
        hessian = objective.hessian(params) if optimizer.needs_hessian else None
        terms = optimizer.terms(run.gradients[index], state, params, hessian=hessian)
        assert terms.keys() == run.terms.keys()
        for term, values in terms.items():
            np.testing.assert_array_equal(run.terms[term][index], values)
        params, state = optimizer.update(run.gradients[index], state, params, hessian=hessian)
        np.testing.assert_array_equal(run.iterates[index] + run.terms["step"][index], run.iterates[index + 1])
    np.testing.assert_array_equal(run.iterates[-1], params)
    np.testing.assert_array_equal(run.gradients[-1], objective.gradient(params))
    np.testing.assert_array_equal(run.losses, objective.value(run.iterates))


def test_a_run_takes_exactly_the_steps_it_is_given_even_after_it_has_converged():
    run = record(BOWL_1D, GradientDescent(0.5), steps=30)
    assert run.steps == 30
    assert run.status.kind == "converged"
    assert run.status.iteration == 1


def test_shapes_are_those_of_n_steps_and_d_components():
    run = record(ROSENBROCK, Adam(0.01), steps=7)
    assert run.iterates.shape == run.gradients.shape == (8, 2)
    assert run.losses.shape == run.examples.shape == (8,)
    assert run.learning_rates.shape == (7,)
    assert all(len(values) == 7 for values in run.terms.values())
    assert run.terms["step"].shape == (7, 2)


def test_learning_rates_are_recorded_as_the_schedule_gave_them():
    schedule = Cosine(0.1, steps=20)
    run = record(BOWL, GradientDescent(schedule), steps=20)
    np.testing.assert_array_equal(run.learning_rates, [schedule(count) for count in range(20)])
    np.testing.assert_array_equal(run.terms["learning_rate"], run.learning_rates)


def test_convergence_is_dated_to_the_first_iteration_with_small_gradients_to_the_end():
    run = record(BOWL, Momentum(0.1, 0.8), steps=300, tolerance=1e-3)
    norms = np.abs(BOWL.gradient(run.iterates)).max(axis=-1)
    when = run.status.iteration
    assert run.status.kind == "converged"
    assert (norms[when:] <= 1e-3).all()
    assert norms[when - 1] > 1e-3
    # The velocity carries it through the minimum: the gradient was small once before.
    assert (norms[:when] <= 1e-3).any()


def test_a_run_that_starts_at_the_minimum_has_converged_at_once():
    status = record(BOWL, Adam(), start=(0, 0), steps=5).status
    assert (status.kind, status.iteration) == ("converged", 0)


def test_a_run_that_is_still_going_is_moving():
    status = record(BOWL, GradientDescent(0.01), steps=5).status
    assert (status.kind, status.iteration, status.reason) == ("moving", None, "")


def test_the_start_is_the_objectives_own_unless_one_is_given():
    assert record(BOWL, Adam(), steps=1).iterates[0].tolist() == [5.0, 5.0]
    assert record(BOWL, Adam(), start=(1, 2), steps=1).iterates[0].tolist() == [1.0, 2.0]
    assert record(BOWL_1D, Adam(), start=3, steps=1).iterates[0].tolist() == [3.0]


def test_the_start_is_left_as_it_was():
    start = np.array([1.0, 2.0])
    record(BOWL, GradientDescent(0.1), start=start, steps=3)
    assert start.tolist() == [1.0, 2.0]


def test_a_rule_that_works_in_place_is_recorded_as_it_went():
    buffer = np.zeros(2)

    @dataclasses.dataclass(frozen=True)
    class Reusing(GradientDescent):
        def terms(self, gradient, state, params, *, hessian=None):
            terms = super().terms(gradient, state, params, hessian=hessian)
            buffer[:] = terms["step"]
            return terms | {"step": buffer}

    ours = record(BOWL, Reusing(0.1), steps=10)
    np.testing.assert_array_equal(ours.iterates, record(BOWL, GradientDescent(0.1), steps=10).iterates)
    np.testing.assert_array_equal(np.diff(ours.iterates, axis=0).round(12), ours.terms["step"].round(12))


def test_a_learning_rate_for_each_component_is_one_run():
    run = record(RAVINE, GradientDescent([0.5, 0.05]), steps=3)
    np.testing.assert_allclose(run.iterates[1:], 0.0)
    assert run.terms["learning_rate"].shape == (3, 2)
    np.testing.assert_allclose(run.learning_rates, 0.275)


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 2**32), noise=st.floats(0.001, 10))
def test_noise_is_drawn_from_the_seeds_generator_and_added_to_the_gradient(seed, noise):
    run = record(BOWL, GradientDescent(0.01), steps=12, noise=noise, seed=seed)
    rng = np.random.default_rng(seed)
    for index in range(12):
        expected = BOWL.gradient(run.iterates[index]) + noise * rng.standard_normal(2)
        np.testing.assert_array_equal(run.gradients[index], expected)
    np.testing.assert_array_equal(run.gradients[-1], BOWL.gradient(run.iterates[-1]))
    again = record(BOWL, GradientDescent(0.01), steps=12, noise=noise, seed=seed)
    np.testing.assert_array_equal(run.iterates, again.iterates)


def test_noise_has_the_standard_deviation_that_was_asked_for():
    run = record(BOWL, GradientDescent(0.01), steps=20_000, noise=0.3, seed=1)
    noise = (run.gradients - BOWL.gradient(run.iterates))[:-1]
    assert abs(noise.std() - 0.3) < 0.005
    assert abs(noise.mean()) < 0.01


def test_convergence_is_judged_by_the_full_gradient_not_by_the_noisy_one():
    noisy = record(BOWL, GradientDescent(1e-9), start=(1e-7, 0), steps=10, noise=1.0)
    assert noisy.status.kind == "converged"


def test_a_step_sees_the_examples_its_sampler_chose():
    batches = [[0, 1, 2], [5], [7, 7]]
    run = record(LINE, GradientDescent(0.1), (0, 0), 3, sampler=Replay(batches))
    for index, batch in enumerate(batches):
        expected = LINE.samples.gradient(run.iterates[index], np.array(batch))
        np.testing.assert_array_equal(run.gradients[index], expected)
    assert run.examples.tolist() == [0, 3, 4, 6]
    np.testing.assert_array_equal(run.gradients[-1], LINE.gradient(run.iterates[-1:])[0])
    np.testing.assert_array_equal(run.losses, LINE.value(run.iterates))


def test_samplers_draw_from_the_seeds_generator():
    one, two, three = (
        record(LINE, GradientDescent(0.01), (0, 0), 30, sampler=WithReplacement(), seed=seed)
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one.iterates, two.iterates)
    assert not np.array_equal(one.iterates, three.iterates)
    draws = WithReplacement().batches(20, np.random.default_rng(1))
    for index in range(30):
        expected = LINE.samples.gradient(one.iterates[index], next(draws))
        np.testing.assert_array_equal(one.gradients[index], expected)


def test_noise_comes_on_top_of_a_sampler():
    quiet = record(LINE, GradientDescent(0.01), (0, 0), 1, sampler=Replay([[3, 4]]))
    noisy = record(LINE, GradientDescent(0.01), (0, 0), 1, sampler=Replay([[3, 4]]), noise=0.5)
    expected = quiet.gradients[0] + 0.5 * np.random.default_rng(0).standard_normal(2)
    np.testing.assert_array_equal(noisy.gradients[0], expected)


def test_examples_count_all_of_the_data_for_a_full_batch_and_none_where_there_is_no_data():
    assert record(LINE, Adam(), (0, 0), 3).examples.tolist() == [0, 20, 40, 60]
    assert record(LINE, Adam(), (0, 0), 3, sampler=ShuffledEpochs(8)).examples.tolist() == [0, 8, 16, 20]
    assert record(BOWL, Adam(), steps=3).examples.tolist() == [0, 0, 0, 0]


def test_text_and_catalogue_names_stand_for_objectives():
    assert record("x**2 + y**2", Adam(), start=(1, 1), steps=2).steps == 2
    assert record("rosenbrock", Adam(), steps=2).steps == 2


def test_the_objective_is_evaluated_once_a_step_and_its_values_in_one_call():
    calls = {"value": 0, "gradient": 0}

    def counted(name, function):
        def call(points):
            calls[name] += 1
            return function(points)

        return call

    objective = dataclasses.replace(
        BOWL, value=counted("value", BOWL.value), gradient=counted("gradient", BOWL.gradient)
    )
    record(objective, Adam(), steps=100)
    assert calls["gradient"] <= 102
    assert calls["value"] <= 2


def test_a_trajectory_on_a_kinked_function_never_counts_as_converged():
    run = record(one_dimensional(np.abs, np.sign), GradientDescent(0.3), start=1.0, steps=50)
    assert run.status.kind == "moving"
