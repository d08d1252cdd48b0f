"""Transformations of optax are recorded as they are: each path is that of a loop written with optax alone."""

from __future__ import annotations

import functools

import jax
import numpy as np
import optax
import pytest

import vizgd as vg
from vizgd.optimizers.adapters import optimizer_from

BOWL = "x**2 + y**2"
START = (-1.2, 1.0)
TRANSFORMATIONS = {
    "sgd": optax.sgd(1e-3),
    "momentum": optax.sgd(1e-3, momentum=0.9, nesterov=True),
    "scheduled": optax.sgd(optax.cosine_decay_schedule(1e-2, 20)),
    "adam": optax.adam(0.1),
    "adamw": optax.adamw(0.1, b1=0.8),
    "lion": optax.lion(0.01),
    "adabelief": optax.adabelief(0.1),
    "lamb": optax.lamb(0.1),
    "yogi": optax.yogi(0.1),
    "rmsprop": optax.rmsprop(0.01, centered=True),
    "adagrad": optax.adagrad(0.3),
    "novograd": optax.novograd(0.01),
    "clipped": optax.chain(optax.clip_by_global_norm(1.0), optax.adam(0.1)),
    "injected": optax.inject_hyperparams(optax.adam)(learning_rate=0.1),
    "polyak": optax.polyak_sgd(max_learning_rate=0.01),
    "lbfgs": optax.lbfgs(),
    "backtracking": optax.chain(optax.sgd(1.0), optax.scale_by_backtracking_linesearch(15)),
    "plateau": optax.chain(optax.sgd(0.01), optax.contrib.reduce_on_plateau(patience=1)),
    "schedule-free": optax.contrib.schedule_free_sgd(0.01),
    "dog": optax.contrib.dog(),
    "prodigy": optax.contrib.prodigy(),
    "sam": optax.contrib.sam(optax.sgd(1e-3), optax.sgd(1e-3), sync_period=2, opaque_mode=True),
    "sophia": optax.contrib.sophia(0.01),
}


def valley(point):
    x, y = point
    return (1 - x) ** 2 + 10 * (y - x**2) ** 2 + jax.numpy.sin(3 * x)


def loop(transformation, steps):
    """What a user of optax would write, in float64."""
    with jax.enable_x64(True):
        params = jax.numpy.asarray(START, dtype="float64")
        transformation = optax.with_extra_args_support(transformation)
        state = transformation.init(params)

        @jax.jit
        def step(params, state):
            value, gradient = jax.value_and_grad(valley)(params)
            updates, state = transformation.update(
                gradient, state, params, value=value, grad=gradient, value_fn=valley
            )
            return optax.apply_updates(params, updates), state

        iterates, states = [params], []
        for _ in range(steps):
            params, state = step(params, state)
            iterates.append(params)
            states.append(state)
        return np.array(iterates), states


@pytest.fixture(scope="module")
def objective():
    return vg.objective_from(valley, start=START)


@pytest.mark.parametrize("name", [name for name in TRANSFORMATIONS if name not in ("sam", "sophia")])
def test_the_path_is_that_of_optax(objective, name):
    run = vg.record(objective, TRANSFORMATIONS[name], START, steps=25)
    iterates, _ = loop(TRANSFORMATIONS[name], 25)
    np.testing.assert_allclose(run.iterates, iterates, rtol=1e-9, atol=1e-12)
    assert run.iterates.dtype == np.float64


@pytest.mark.parametrize("name", ["lbfgs", "polyak", "backtracking", "plateau", "sam", "sophia"])
def test_a_line_search_works_on_an_objective_that_is_not_written_in_jax(objective, name):
    text = "(1 - x)**2 + 10*(y - x**2)**2 + sin(3*x)"
    ours = vg.record(text, TRANSFORMATIONS[name], START, steps=15)
    np.testing.assert_allclose(
        ours.iterates, vg.record(objective, TRANSFORMATIONS[name], START, steps=15).iterates, rtol=1e-6
    )


def test_the_state_has_the_names_of_its_fields(objective):
    run = vg.record(objective, TRANSFORMATIONS["clipped"], START, steps=10)
    _, states = loop(TRANSFORMATIONS["clipped"], 10)
    adam = [state[1][0] for state in states]
    np.testing.assert_allclose(run.terms["mu"], np.array([state.mu for state in adam]), rtol=1e-11)
    np.testing.assert_allclose(run.terms["nu"], np.array([state.nu for state in adam]), rtol=1e-11)
    assert run.terms["count"].tolist() == list(range(1, 11))


def test_equal_names_in_a_chain_are_numbered(objective):
    run = vg.record(
        objective, optax.chain(optax.adam(0.1), optax.trace(0.9), optax.adam(0.1)), START, steps=3
    )
    assert {"mu", "mu_2", "trace"} <= run.terms.keys()


def test_a_learning_rate_is_known_where_the_state_tells_it(objective):
    assert (
        vg.record(objective, TRANSFORMATIONS["injected"], START, steps=3).learning_rates.tolist() == [0.1] * 3
    )
    assert np.isnan(vg.record(objective, optax.adam(0.1), START, steps=3).learning_rates).all()


def test_noise_is_that_which_our_own_rules_see():
    noisy = {"start": (3, 2), "steps": 20, "noise": 0.5, "seed": 3}
    ours, theirs = (vg.record(BOWL, one, **noisy) for one in (vg.GradientDescent(0.1), optax.sgd(0.1)))
    np.testing.assert_allclose(theirs.iterates, ours.iterates, rtol=1e-12)


def test_several_steps_make_one_where_gradients_are_accumulated():
    run = vg.record(BOWL, optax.MultiSteps(optax.sgd(0.1), 3), (1, 1), steps=6)
    assert len(np.unique(run.iterates[:, 0])) == 3


def test_a_function_with_settings_is_its_transformation(objective):
    given = [
        vg.Optax(optax.adam, learning_rate=0.1),
        vg.Optax(functools.partial(optax.adam, learning_rate=0.1)),
    ]
    runs = [vg.record(objective, one, START, steps=5).iterates for one in (optax.adam(0.1), *given)]
    assert all(np.array_equal(runs[0], other) for other in runs)
    assert {one.label for one in given} == {"optax adam learning_rate=0.1"}


@pytest.mark.parametrize(
    ("transformation", "label"),
    [
        (optax.adam(0.1), "optax adam learning_rate=0.1"),
        (optax.sgd(0.1), "optax sgd learning_rate=0.1"),
        (optax.sgd(0.1, momentum=0.9), "optax momentum learning_rate=0.1"),
        (TRANSFORMATIONS["clipped"], "optax clip_by_global_norm, adam learning_rate=0.1"),
        (optax.sgd(optax.constant_schedule(0.1)), "optax scheduled"),
        (optax.GradientTransformation(tuple, lambda *given: given[:2]), "optax transformation"),
    ],
)
def test_a_label_says_what_can_be_read(transformation, label):
    assert optimizer_from(transformation).label == label


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: vg.Optax(3), "3 is no optimizer"),
        (lambda: vg.Optax(optax.adam(0.1), learning_rate=0.1), "takes no settings"),
        (lambda: vg.Optax(optax.adam), "optax adam cannot be made: .*learning_rate"),
        (lambda: vg.Optax(lambda: 3), "made 3"),
        (lambda: optax.adam, r"makes an optimizer of optax and is none\n.*optax.adam\(…\)"),
        (lambda: optax.contrib.scale_by_muon(), "failed in step 1: .*shape"),
    ],
)
def test_what_cannot_be_run_is_told(make, words):
    with pytest.raises(vg.UsageError, match=f"(?s){words}") as caught:
        vg.record(BOWL, make(), (1, 1), 3)
    assert len(str(caught.value).splitlines()) <= 4


def test_params_of_another_type_are_told():
    coarse = optax.stateless(lambda updates, _: updates)
    changed = optax.GradientTransformation(coarse.init, lambda *given: (jax.numpy.zeros((2, 2)), given[1]))
    with pytest.raises(vg.UsageError, match=r"shape \(2, 2\)"):
        vg.record(BOWL, changed, (1, 1), 3)
