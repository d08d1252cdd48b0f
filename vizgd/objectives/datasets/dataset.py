"""Losses over data: linear and logistic regression as objectives, with gradients of mini-batches.

Parameters are the weights of the inputs, then the intercept: (w, b) for one input.
"""

from __future__ import annotations

import csv
import dataclasses
import math
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import ArrayLike

from vizgd.base.errors import UsageError
from vizgd.base.registry import Entry, Registry
from vizgd.objectives.datasets.models import LEAST_SQUARES, LOGISTIC, DataLoss, Model, design_matrix
from vizgd.objectives.objective import Array, Objective, Samples


def least_squares(inputs: ArrayLike, targets: ArrayLike, *, name: str = "least-squares") -> Objective:
    """Return the mean squared error of a line through examples.

    L(w, b) = mean((w·x + b − y)²), with gradient 2 mean((w·x + b − y)(x, 1)). Its minimizer is the
    least-squares fit.

    Parameters
    ----------
    inputs : array, shape (n,) or (n, p)
    targets : array, shape (n,)
    name : str, default "least-squares"

    Raises
    ------
    UsageError
        When the arrays do not fit each other or are not finite.

    Examples
    --------
    >>> loss = least_squares([0.0, 1.0, 2.0], [1.0, 3.0, 5.0])
    >>> print(loss.value([2.0, 0.0]).round(9), loss.gradient([2.0, 0.0]).round(9))
    1.0 [-2. -2.]
    """
    objective = _objective(LEAST_SQUARES, inputs, targets)
    return dataclasses.replace(
        objective,
        name=name,
        title="Least squares",
        description="the mean squared error of a line: a bowl over its slope and intercept",
        formula="mean((w*x + b - y)**2)",
    )


def logistic(inputs: ArrayLike, targets: ArrayLike, *, name: str = "logistic") -> Objective:
    """Return the mean cross-entropy of a logistic regression.

    L(w, b) = mean(log(1 + exp(z)) − y z) with z = w·x + b, and gradient mean((σ(z) − y)(x, 1)). It has no
    minimizer when the classes are separable: the weights then grow for ever.

    Parameters
    ----------
    inputs : array, shape (n,) or (n, p)
    targets : array, shape (n,)
        0 or 1.
    name : str, default "logistic"

    Raises
    ------
    UsageError
        When the arrays do not fit each other, are not finite, or a target is neither 0 nor 1.
    """
    if not np.isin(_numbers("targets", targets), (0, 1)).all():
        raise UsageError("cannot fit these targets by logistic regression", why="each must be 0 or 1")
    return dataclasses.replace(
        _objective(LOGISTIC, inputs, targets),
        name=name,
        title="Logistic regression",
        description="the mean cross-entropy of a probability: steep where it is wrong, flat where it is sure",
        formula="mean(log(1 + exp(w*x + b)) - y*(w*x + b))",
    )


def _objective(model: Model, inputs: ArrayLike, targets: ArrayLike) -> Objective:
    features, answers = checked_examples(inputs, targets)
    loss = DataLoss(model, design_matrix(features), answers)
    fit = model.fit(loss.design, answers)
    weights = loss.design.shape[1] - 1
    # With linearly dependent inputs, or more inputs than examples, the minimizer is not unique.
    alone = bool(np.linalg.matrix_rank(loss.design) == weights + 1)
    return Objective(
        name="",
        value=loss.value,
        gradient=loss.gradient,
        hessian=loss.hessian,
        domain=tuple(_interval(value) for value in (np.zeros(weights + 1) if fit is None else fit)),
        minimizers=(tuple(map(float, fit)),) if fit is not None and alone else (),
        minimum=None if fit is None else float(loss.value(fit)),
        start=(0.0,) * (weights + 1),
        variables=("w", "b") if weights == 1 else (*(f"w{i + 1}" for i in range(weights)), "b"),
        samples=Samples(
            loss.design[:, :-1],
            answers,
            loss.batch_value,
            loss.batch_gradient,
            loss.predict,
            loss.batch_gradients,
        ),
    )


def checked_examples(inputs: ArrayLike, targets: ArrayLike) -> tuple[Array, Array]:
    """Return inputs ``(n,)`` or ``(n, p)`` and targets ``(n,)`` as float64 arrays.

    Raises
    ------
    UsageError
        When they do not fit each other, are empty, or hold anything but finite numbers.
    """
    features, answers = _numbers("inputs", inputs), _numbers("targets", targets)
    if features.ndim not in (1, 2) or answers.shape != features.shape[:1] or not answers.size:
        raise UsageError(
            f"inputs of shape {features.shape} and targets of shape {answers.shape} do not fit each other",
            why="inputs are (n,) or (n, p) and targets (n,), with at least one example",
        )
    if not (np.isfinite(features).all() and np.isfinite(answers).all()):
        raise UsageError("cannot fit these examples", why="every input and target must be a finite number")
    return features, answers


def _numbers(name: str, given: ArrayLike) -> Array:
    try:
        return np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        raise UsageError(f"{name} are {given!r:.60}", why="expected an array of numbers") from None


def _interval(fit: float) -> tuple[float, float]:
    """Return an interval around 0 and a fitted parameter, half their distance or 1 wider on each side."""
    low, high = min(0.0, fit), max(0.0, fit)
    margin = max(1.0, (high - low) / 2)
    unit = 10.0 ** math.floor(math.log10(margin)) / 2
    return math.floor((low - margin) / unit) * unit, math.ceil((high + margin) / unit) * unit


def _columns(file: str) -> tuple[Array, Array]:
    with files(__package__).joinpath("data", file).open("r", encoding="utf-8") as table:
        cells = np.array(list(csv.reader(table))[1:], dtype=np.float64)
    return cells[:, 0], cells[:, 1]


@cache
def _line() -> Objective:
    return dataclasses.replace(
        least_squares(*_columns("line.csv"), name="line"),
        title="Least squares on a noisy line",
        description=LINE,
    )


@cache
def _study_hours() -> Objective:
    return dataclasses.replace(
        logistic(*_columns("study_hours.csv"), name="study-hours"),
        title="Logistic regression on hours of study",
        description=STUDY_HOURS,
    )


LINE = (
    "the mean squared error of w*x + b on 100 points around y = 2x + 3: a round bowl, good for mini-batches"
)
STUDY_HOURS = "pass or fail by hours of study: inputs far from 0 tie w to b and make a long, tilted ravine"

DATASETS: Registry[Objective] = Registry(
    "data set",
    "vizgd.datasets",
    lambda: {"line": Entry(_line, LINE), "study-hours": Entry(_study_hours, STUDY_HOURS)},
)
"""The losses over data sets that come with vizgd, by the data's name."""
