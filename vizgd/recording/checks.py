"""Whether a run can be done as it was asked for, and if not, what to change."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from vizgd.base.errors import UsageError, VizgdError
from vizgd.base.values import as_numbers, is_number, is_whole, on_one_line
from vizgd.objectives.callables.randomness import has_gradient, undisturbed
from vizgd.objectives.objective import Array, Objective
from vizgd.optimizers.interface import Method, Rule, rate_at
from vizgd.optimizers.line_search import LineSearch
from vizgd.optimizers.parameters import hyperparameters

MOST_NAMED = 4
"""Parameters, of which a hint gives a whole start."""


def check_settings(
    objective: Objective,
    optimizer: Any,
    steps: Any,
    sampler: Any,
    noise: Any,
    seed: Any,
    tolerance: Any,
) -> None:
    """Raise a UsageError where a setting of a run is wrong or does not fit its objective."""
    if not isinstance(optimizer, Method):
        shown = optimizer.__name__ if isinstance(optimizer, type) else repr(optimizer)
        raise UsageError(
            f"{shown} is not an optimizer",
            why="expected one of vizgd, torch, optax or scipy, or a function step(params, gradient)",
            hint="give one with its hyper-parameters: Adam(learning_rate=0.1)",
        )
    if not is_whole(steps) or steps < 1:
        raise UsageError(f"steps is {steps!r}", why="steps must be a whole number above 0")
    if not is_whole(seed) or seed < 0:
        raise UsageError(f"seed is {seed!r}", why="seed must be a whole number not below 0")
    for name, value in {"noise": noise, "tolerance": tolerance}.items():
        if not is_number(value) or value < 0:
            raise UsageError(f"{name} is {value!r}", why=f"{name} must be a number not below 0")
    if sampler is not None and (isinstance(sampler, type) or not hasattr(sampler, "batches")):
        raise UsageError(
            f"{sampler!r:.60} is no sampler", hint="give one with its settings: WithReplacement(8)"
        )
    if sampler is not None and objective.samples is None:
        raise UsageError(
            f"{objective.name!r} has no examples for a sampler to choose from",
            why="a sampler needs an objective that is a loss over data",
            hint="leave the sampler out, or use noise=0.1 for gradients that are not exact",
        )
    if optimizer.needs_gradient and not has_gradient(objective):
        raise UsageError(
            f"{objective.name!r} answers differently when it is asked again, so that it has no gradient",
            why=f"{optimizer.called or optimizer.label} follows gradients; Nelder-Mead, Powell, COBYLA and "
            "COBYQA do without",
            hint="take its randomness out and give noise=…, or sampler=… for a loss over data; "
            "or give its gradient: objective_from(f, grad=…)",
        )
    if optimizer.needs_hessian and objective.hessian is None:
        raise UsageError(
            f"{optimizer.called} needs second derivatives",
            why=f"the Hessian of {objective.name!r} is not known",
            hint="give the objective a hessian, or use an optimizer such as L-BFGS that does without",
        )


def checked_start(objective: Objective, start: Any) -> Array:
    """Return the start as a float64 array of shape (d,).

    Raises
    ------
    UsageError
        When it is missing, not d finite numbers, or where the objective is undefined.
    """
    given = objective.start if start is None else start
    if given is None:
        raise UsageError(f"{objective.name!r} has no start of its own", hint=_how_to_start(objective))
    shown = f"start is {on_one_line(given)}"
    dimension, names = objective.dimension, ", ".join(objective.variables[: objective.dimension])
    numbers = as_numbers(given)
    if numbers is None or not np.isfinite(numbers).all():
        raise UsageError(shown, why=f"a start is one finite number for each of {names}")
    point: Array = np.atleast_1d(numbers)
    if point.shape != (dimension,):
        raise UsageError(
            shown,
            why=f"{objective.name!r} has {dimension} parameter{'s' * (dimension > 1)}: {names}",
            hint="give one number for each",
        )
    for what in ("value", "gradient") if has_gradient(objective) else ("value",):
        if not np.isfinite(_answer(objective, what, point)).all():
            raise UsageError(
                shown, why=f"the {what} of {objective.name!r} is not finite there", hint="start elsewhere"
            )
    return point


def _how_to_start(objective: Objective) -> str:
    if objective.dimension > MOST_NAMED:
        return f"say where to start: start=[…], with {objective.dimension} numbers"
    place = ", ".join(f"{low + 0.75 * (high - low):g}" for low, high in objective.domain)
    return f"say where to start, such as start=[{place}]"


def checked_starts(objective: Objective, starts: Any) -> Array:
    """Return the starts of many runs as a float64 array of shape (..., d).

    Raises
    ------
    UsageError
        When they are missing, not d numbers each, or when one is not finite.
    """
    given = objective.start if starts is None else starts
    if given is None:
        raise UsageError(f"{objective.name!r} has no start of its own", hint="say where to start: starts=[…]")
    dimension, names = objective.dimension, ", ".join(objective.variables[: objective.dimension])
    numbers = as_numbers(given)
    points: Array = np.atleast_1d(np.array([]) if numbers is None else numbers)
    if points.shape[-1] != dimension:
        raise UsageError(
            f"starts is {on_one_line(given)}",
            why=f"its last axis must hold one number for each of {names}",
        )
    strange = ~np.isfinite(points).all(axis=-1)
    if strange.any():
        place = tuple(np.argwhere(strange)[0].tolist())
        where = f"starts[{', '.join(map(str, place))}]" if place else "starts"
        raise UsageError(f"{where} is {points[place].tolist()}", why="each must be finite")
    return points


def check_rule(optimizer: Method) -> None:
    """Raise a UsageError for a method that cannot be applied to many runs at once."""
    if isinstance(optimizer, Rule):
        return
    why = "it belongs to another library, which runs one at a time"
    if isinstance(optimizer, LineSearch):
        why = "its line search takes another number of evaluations for each"
    raise UsageError(
        f"{optimizer.called} cannot run from many starts at once",
        why=why,
        hint="record each run by itself: record(objective, optimizer, start)",
    )


def _answer(objective: Objective, what: str, point: Array) -> Array:
    """Return an objective's value or gradient at a point; refuse a function that fails or has another shape.

    It is asked at two points, or at three where there are two coordinates, so that taking one axis for the
    other shows.
    """
    count, dimension = 3 if len(point) == 2 else 2, len(point)
    expected = (count,) if what == "value" else (count, dimension)
    shown = f"the {what} of {objective.name!r}"
    why = f"it maps points (…, {dimension}) to {'losses (…)' if what == 'value' else f'(…, {dimension})'}"
    hint = "a point's first coordinate is p[..., 0]"
    try:
        with undisturbed():
            answer = np.asarray(getattr(objective, what)(np.tile(point, (count, 1))), dtype=np.float64)
    except VizgdError as error:
        if error.what.startswith(shown):  # a function over arrays of points
            raise dataclasses.replace(error, hint=f"{why}; {hint}") from error.__cause__
        raise
    except Exception as error:  # a function of the user's may raise anything
        reason = next(iter(str(error).splitlines()), "") or type(error).__name__
        raise UsageError(f"{shown} cannot be computed: {reason:.80}", why=why, hint=hint) from error
    if answer.shape != expected:
        raise UsageError(f"{shown} at {count} points has the shape {answer.shape}", why=why, hint=hint)
    return answer


def check_shapes(optimizer: Method, start: Array) -> None:
    """Raise a UsageError where hyper-parameters do not fit one point: where they would make it a grid."""
    for name, value in hyperparameters(optimizer):
        shape = np.shape(rate_at(value, 0))
        try:
            fits = np.broadcast_shapes(shape, start.shape) == start.shape
        except ValueError:
            fits = False
        if not fits:
            raise UsageError(
                f"{type(optimizer).__name__}: a {name} of shape {shape} does not fit a start {start.shape}",
                why="a run has one start: an array of hyper-parameters holds one value for each component",
                hint="record a run for each value, or call the optimizer's update for a whole grid",
            )
