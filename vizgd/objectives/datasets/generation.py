"""Examples drawn from a known model, with which the result of a run can be compared."""

from __future__ import annotations

import numpy as np

from vizgd.base.errors import UsageError
from vizgd.objectives.objective import Array

MOST = 100_000
"""The most examples of which a picture takes only seconds."""


def noisy_line(
    rng: np.random.Generator, count: int = 100, *, w: float = 2.0, b: float = 3.0, noise: float = 0.5
) -> tuple[Array, Array]:
    """Return inputs and targets, each ``(count,)``: y = w·x + b + ε.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the standard normal inputs, then the noise, come from.
    count : int, default 100
    w, b : float
        The true slope and intercept.
    noise : float, default 0.5
        Standard deviation of ε.

    Raises
    ------
    UsageError
        When there would be no example or more than 100,000, or the noise is negative.

    Examples
    --------
    >>> inputs, targets = noisy_line(np.random.default_rng(0), 5, noise=0.0)
    >>> bool(np.allclose(targets, 2 * inputs + 3))
    True
    """
    inputs = _inputs(rng, count)
    if noise < 0:
        raise UsageError(f"noise is {noise:g}", why="expected a number that is not negative")
    return inputs, w * inputs + b + noise * rng.standard_normal(count)


def two_classes(
    rng: np.random.Generator, count: int = 100, *, w: float = 2.0, b: float = 0.0
) -> tuple[Array, Array]:
    """Return inputs and labels, each ``(count,)``: 1 with probability 1/(1 + exp(−(w·x + b))), else 0.

    The parameters are those of `noisy_line`.

    Raises
    ------
    UsageError
        As `noisy_line`.

    Examples
    --------
    >>> inputs, labels = two_classes(np.random.default_rng(0), 200)
    >>> bool(inputs[labels == 1].mean() > inputs[labels == 0].mean())
    True
    """
    inputs = _inputs(rng, count)
    probability = 0.5 * (1.0 + np.tanh(0.5 * (w * inputs + b)))
    return inputs, (rng.random(count) < probability).astype(np.float64)


def _inputs(rng: np.random.Generator, count: int) -> Array:
    if not 1 <= count <= MOST:
        raise UsageError(f"{count} examples", why=f"expected 1 to {MOST:,}")
    return rng.standard_normal(count)
