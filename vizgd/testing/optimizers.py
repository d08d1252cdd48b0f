"""Checks of what must hold for every update rule."""

from __future__ import annotations

import dataclasses
import pickle
from typing import Any

import numpy as np

from vizgd.base.errors import UsageError
from vizgd.objectives.objective import Array, Objective
from vizgd.optimizers.formula import Formula, computed
from vizgd.optimizers.interface import Rule, picked
from vizgd.recording.loop import record
from vizgd.recording.quantities import known_at, quantities_of

CURVATURES = np.array([2.0, 20.0])
STEPS = 20


def check_optimizer(optimizer: Rule) -> None:
    """Check that an update rule does what is recorded and drawn of it, on a quadratic of two parameters.

    Its terms hold ``learning_rate``, ``step`` and the next state; `update` is what they say; nothing that is
    given to it is changed; it computes in float64; many starts at once go the ways they go one by one; a
    schedule may stand for its learning rate; it survives pickling, as other processes ask of it; and where it
    tells its formula, each line gives what is recorded, and the parts add up to the step.

    Parameters
    ----------
    optimizer : Optimizer
        With hyper-parameters that suit curvatures from 2 to 20.

    Raises
    ------
    AssertionError
        With a sentence that says which of these does not hold.
    """
    name = type(optimizer).__name__
    assert isinstance(optimizer, Rule), f"{name} does not derive from vizgd.Optimizer"
    assert isinstance(optimizer.label, str), f"the label of {name} is no text"
    assert optimizer.label, f"the label of {name} is empty"
    starts = np.random.default_rng(0).uniform(-3.0, 3.0, size=(3, 2, 2))
    _check_step(optimizer, starts[0, 0], name)
    together = _iterates(optimizer, starts, name)
    for place in np.ndindex(3, 2):
        alone = _iterates(optimizer, starts[place], name)
        assert np.allclose(together[(slice(None), *place)], alone, rtol=1e-9, atol=1e-12), (
            f"{name} goes another way from many starts at once than from each: "
            "its rule must broadcast over leading axes"
        )
    again = _iterates(pickle.loads(pickle.dumps(optimizer)), starts, name)
    assert np.array_equal(together, again), f"{name} goes another way after pickling"
    rule: Any = optimizer  # a dataclass, as every optimizer with hyper-parameters
    rate = getattr(rule, "learning_rate", None)
    if isinstance(rate, float | int):
        scheduled = _iterates(dataclasses.replace(rule, learning_rate=lambda _: rate), starts, name)
        assert np.allclose(together, scheduled, rtol=1e-12), (
            f"{name} does not ask a schedule for its rate: use vizgd.optimizers.interface.rate_at"
        )
    if optimizer.own_formula:
        _check_formula(optimizer, optimizer.own_formula, starts[0, 0], name)


def _check_step(optimizer: Rule, params: Array, name: str) -> None:
    gradient, hessian = CURVATURES * params, np.diag(CURVATURES)
    state = optimizer.init(params)
    given = gradient, params, hessian, *state
    before = [np.copy(array) for array in given]
    terms = optimizer.terms(gradient, state, params, hessian=hessian)
    for needed in ("learning_rate", "step", *state._fields):
        assert needed in terms, f"the terms of {name} lack {needed!r}"
    after, following = optimizer.update(gradient, state, params, hessian=hessian)
    assert np.array_equal(after, params + terms["step"]), f"the update of {name} is not its term 'step'"
    for one, other in zip(following, picked(state, terms), strict=True):
        assert np.array_equal(one, other), f"the next state of {name} is not what its terms say"
    assert all(map(np.array_equal, before, given)), f"{name} changes in place what it is given"


def _iterates(optimizer: Rule, params: Array, name: str) -> Array:
    """Return the iterates ``(steps, ..., d)``."""
    state = optimizer.init(params)
    iterates: list[Array] = []
    for _ in range(STEPS):
        hessian = np.broadcast_to(np.diag(CURVATURES), (*params.shape, 2))
        params, state = optimizer.update(CURVATURES * params, state, params, hessian=hessian)
        assert np.shape(params) == np.shape(iterates[-1] if iterates else params), f"{name} changes shapes"
        assert params.dtype == np.float64, f"{name} computes in {params.dtype}, not in float64"
        assert np.isfinite(params).all(), f"{name} leaves the finite numbers within {STEPS} steps"
        iterates.append(params)
    return np.array(iterates)


def _check_formula(optimizer: Rule, formula: Formula, start: Array, name: str) -> None:
    bowl = Objective(
        "bowl",
        value=lambda p: (CURVATURES / 2 * p**2).sum(axis=-1),
        gradient=lambda p: CURVATURES * p,
        hessian=lambda p: np.broadcast_to(np.diag(CURVATURES), (*p.shape, 2)),
        domain=((-4.0, 4.0),) * 2,
    )
    try:
        run = record(bowl, optimizer, start, STEPS)
        quantities_of(optimizer, run)
    except UsageError as error:
        raise AssertionError(str(error)) from None
    known = known_at(optimizer, formula, run, run.steps)
    told = computed(formula, known | {"H": np.diag(CURVATURES), "I": np.eye(2)})
    for symbol in {line.target for line in formula.lines} & told.keys():
        term = "step" if symbol == "theta" else formula.quantities[symbol].name
        value = told["step" if symbol == "theta" else symbol]
        if term in run.terms:
            recorded = run.terms[term].reshape(STEPS, -1)
            # Where no line of the formula holds it says nothing.
            held = np.broadcast_to(np.where(np.isfinite(value), value, recorded), recorded.shape)
            assert np.allclose(held, recorded, rtol=1e-9, atol=1e-12), (
                f"the formula of {name} says another {term!r} than its terms"
            )
