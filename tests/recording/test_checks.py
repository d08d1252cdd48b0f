import dataclasses

import numpy as np
import pytest

from tests.optimizers.problems import BOWL, BOWL_1D, one_dimensional
from vizgd.base.errors import UsageError
from vizgd.objectives.datasets.dataset import least_squares
from vizgd.objectives.datasets.samplers import Replay, WithReplacement
from vizgd.optimizers.adam import Adam
from vizgd.optimizers.descent import GradientDescent
from vizgd.optimizers.newton import Newton
from vizgd.optimizers.schedules import Constant
from vizgd.recording.loop import record


def refusal(*args, **kwargs):
    with pytest.raises(UsageError) as caught:
        record(*args, **kwargs)
    text = str(caught.value)
    assert len(text.splitlines()) <= 4
    assert max(map(len, text.splitlines())) <= 140
    return text


@pytest.mark.parametrize("start", [3, (1,), (1, 2, 3), [[1, 2]], [[1], [2]]])
def test_a_start_of_the_wrong_dimension_is_refused(start):
    assert "2 parameters: x, y" in refusal(BOWL, Adam(), start=start)


@pytest.mark.parametrize("start", ["1, 2", ("a", "b"), (1, None), (1, [2, 3]), (True, False), (1j, 2), ()])
def test_a_start_that_is_no_number_is_refused(start):
    assert "finite number" in refusal(BOWL, Adam(), start=start)


@pytest.mark.parametrize("start", [(np.nan, 1), (1, np.inf), (-np.inf, 0)])
def test_a_start_that_is_not_finite_is_refused(start):
    assert "finite number" in refusal(BOWL, Adam(), start=start)


def test_a_start_where_the_function_is_undefined_is_refused():
    log = one_dimensional(np.log, lambda x: 1 / x)
    assert "value of 'f' is not finite there" in refusal(log, Adam(), start=-1.0)
    assert "not finite there" in refusal(log, Adam(), start=0.0)
    root = one_dimensional(np.sqrt, lambda x: 0.5 / np.sqrt(x))
    assert "gradient of 'f' is not finite there" in refusal(root, Adam(), start=0.0)


@pytest.mark.parametrize("start", [(190, -190), (201, 0), (1e12, 0)])
def test_a_start_outside_the_drawn_box_is_fine(start):
    assert record(BOWL, Adam(), start=start, steps=1).steps == 1


def test_an_objective_without_a_start_asks_for_one():
    assert "start=" in refusal(dataclasses.replace(BOWL, start=None), Adam())


@pytest.mark.parametrize("steps", [0, -3, 2.0, 1.5, "10", None, True])
def test_a_number_of_steps_that_is_no_positive_integer_is_refused(steps):
    assert f"steps is {steps!r}" in refusal(BOWL, Adam(), steps=steps)


def test_numpy_integers_are_integers():
    assert record(BOWL, Adam(), steps=np.int64(3), seed=np.int64(1)).steps == 3


@pytest.mark.parametrize("name", ["noise", "tolerance"])
@pytest.mark.parametrize("value", [-0.1, np.nan, np.inf, "0.1", None, True])
def test_noise_and_tolerance_are_numbers_not_below_zero(name, value):
    assert f"{name} is {value!r}" in refusal(BOWL, Adam(), **{name: value})


@pytest.mark.parametrize("seed", [-1, 0.5, None, "7"])
def test_a_seed_is_a_whole_number(seed):
    assert "seed" in refusal(BOWL, Adam(), seed=seed)


def test_a_sampler_needs_samples():
    assert "no examples" in refusal(BOWL, Adam(), sampler=WithReplacement())


@pytest.mark.parametrize("sampler", ["full-batch", [[0], [1]], WithReplacement])
def test_a_sampler_is_one_with_its_settings(sampler):
    loss = least_squares([0.0, 1.0, 2.0], [0.0, 1.0, 3.0])
    assert "WithReplacement(8)" in refusal(loss, Adam(), start=(0, 0), sampler=sampler)


def wrong(**functions):
    return dataclasses.replace(BOWL, name="f", hessian=None, **functions)


@pytest.mark.parametrize(
    ("objective", "said"),
    [
        (wrong(value=lambda p: 1.0), "the value of 'f' at 3 points has the shape ()"),  # noqa: ARG005
        (wrong(value=lambda p: p[0] ** 2 + p[1] ** 2), "the shape (2,)"),
        (wrong(value=lambda p: 1.0 if p[0] > 0 else 2.0), "the value of 'f' cannot be computed"),
        (wrong(value=lambda p: 1 / 0), "ZeroDivisionError: division by zero"),  # noqa: ARG005
        (wrong(gradient=lambda p: p[..., 0]), "the gradient of 'f' at 3 points has the shape (3,)"),
        (wrong(gradient=lambda p: None), "the gradient of 'f'"),  # noqa: ARG005
    ],
)
def test_functions_that_are_not_of_arrays_of_points_are_refused(objective, said):
    text = refusal(objective, Adam(), start=(1, 1))
    assert said in text
    assert "p[..., 0]" in text


def test_a_sampler_that_runs_out_is_named():
    loss = least_squares([0.0, 1.0, 2.0], [0.0, 1.0, 3.0])
    text = refusal(loss, Adam(), start=(0, 0), steps=3, sampler=Replay([[0], [1]]))
    assert "run out" in text
    assert "Replay" in text


def test_newton_needs_second_derivatives():
    text = refusal(dataclasses.replace(BOWL, hessian=None), Newton())
    assert "Hessian" in text
    assert "L-BFGS" in text


@pytest.mark.parametrize("optimizer", [Adam, "adam", None, 0.1])
def test_an_optimizer_is_a_rule_with_its_settings(optimizer):
    assert "Adam(learning_rate=0.1)" in refusal(BOWL, optimizer)


def test_a_grid_of_hyper_parameters_is_not_one_run():
    text = refusal(BOWL, GradientDescent(np.array([[0.1], [0.2]])))
    assert "shape (2, 1) does not fit" in text
    assert "one start" in text


def test_an_array_of_hyper_parameters_that_fits_nothing_is_refused():
    assert "does not fit" in refusal(BOWL, GradientDescent(np.array([0.1, 0.2, 0.3])))
    assert "does not fit" in refusal(BOWL, GradientDescent(Constant([[0.1], [0.2]])))


def test_an_unknown_name_of_an_objective_gets_a_suggestion():
    assert "rosenbrock" in refusal("rosenbrok", Adam())


def test_a_number_is_a_start_in_one_dimension():
    assert record(BOWL_1D, Adam(), start=np.float32(3), steps=1).iterates[0, 0] == 3.0
