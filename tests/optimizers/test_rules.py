import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.optimizers.problems import HIMMELBLAU, RAVINE, ROSENBROCK
from vizgd.optimizers.catalogue import OPTIMIZERS
from vizgd.optimizers.interface import picked
from vizgd.optimizers.line_search import LineSearch

RULES = [name for name in OPTIMIZERS if not issubclass(OPTIMIZERS[name], LineSearch)]
HYPER = {"beta": (0.5, 0.9), "beta1": (0.5, 0.9), "beta2": (0.9, 0.99), "weight_decay": (0.0, 0.2)}


def followed(optimizer, objective, start, steps):
    params, iterates = np.asarray(start, dtype=float), []
    state = optimizer.init(params)
    for _ in range(steps):
        hessian = objective.hessian(params) if optimizer.needs_hessian else None
        params, state = optimizer.update(objective.gradient(params), state, params, hessian=hessian)
        iterates.append(params)
    return np.array(iterates)


@pytest.mark.parametrize("objective", [RAVINE, HIMMELBLAU], ids=lambda objective: objective.name)
@pytest.mark.parametrize("name", RULES)
def test_a_batch_of_starts_equals_the_runs_one_by_one(name, objective):
    optimizer = OPTIMIZERS[name](learning_rate=0.01)
    starts = np.random.default_rng(0).uniform(-3, 3, size=(4, 3, 2))
    together = followed(optimizer, objective, starts, 30)
    for place in np.ndindex(4, 3):
        alone = followed(optimizer, objective, starts[place], 30)
        np.testing.assert_allclose(together[(slice(None), *place)], alone, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", RULES)
def test_a_grid_of_learning_rates_equals_the_runs_one_by_one(name):
    rates = np.array([[0.001], [0.003], [0.01]])
    start = np.array([1.5, -0.5])
    together = followed(OPTIMIZERS[name](learning_rate=rates), RAVINE, np.tile(start, (3, 1)), 30)
    for index, rate in enumerate(rates[:, 0]):
        alone = followed(OPTIMIZERS[name](learning_rate=float(rate)), RAVINE, start, 30)
        np.testing.assert_allclose(together[:, index], alone, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", RULES)
def test_grids_of_the_other_hyper_parameters_equal_the_runs_one_by_one(name):
    rule = OPTIMIZERS[name]
    fields = {field.name for field in dataclasses.fields(rule)} & HYPER.keys()
    for field in fields:
        grid = rule(learning_rate=0.01, **{field: np.array(HYPER[field])[:, None]})
        together = followed(grid, RAVINE, [[1.5, -0.5]] * 2, 30)
        for index, value in enumerate(HYPER[field]):
            alone = followed(rule(learning_rate=0.01, **{field: value}), RAVINE, [1.5, -0.5], 30)
            np.testing.assert_allclose(together[:, index], alone, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", RULES)
@settings(max_examples=20, deadline=None)
@given(
    gradients=st.lists(st.tuples(*[st.floats(-1e3, 1e3)] * 2), min_size=1, max_size=5),
    point=st.tuples(*[st.floats(-1e3, 1e3)] * 2),
)
def test_update_is_what_terms_say(name, gradients, point):
    optimizer = OPTIMIZERS[name]()
    params = np.array(point)
    state = optimizer.init(params)
    for gradient in map(np.array, gradients):
        hessian = np.eye(2) if optimizer.needs_hessian else None
        terms = optimizer.terms(gradient, state, params, hessian=hessian)
        after, next_state = optimizer.update(gradient, state, params, hessian=hessian)
        np.testing.assert_array_equal(after, params + terms["step"])
        for one, other in zip(next_state, picked(state, terms), strict=True):
            np.testing.assert_array_equal(one, other)
        params, state = after, next_state
        assert np.isfinite(params).all()


@pytest.mark.parametrize("name", RULES)
def test_a_schedule_stands_where_a_learning_rate_may_stand(name):
    rates = []

    def halving(count):
        rates.append(int(count))
        return 0.01 * 0.5**count

    by_schedule = followed(OPTIMIZERS[name](learning_rate=halving), ROSENBROCK, [-0.5, 1.0], 6)
    assert rates == [0, 1, 2, 3, 4, 5]
    rule = OPTIMIZERS[name]
    params = np.array([-0.5, 1.0])
    state = rule().init(params)
    for index in range(6):
        hessian = ROSENBROCK.hessian(params)
        optimizer = rule(learning_rate=0.01 * 0.5**index)
        params, state = optimizer.update(ROSENBROCK.gradient(params), state, params, hessian=hessian)
        np.testing.assert_array_equal(by_schedule[index], params)
