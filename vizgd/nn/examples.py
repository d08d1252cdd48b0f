"""Toy data that no line fits: two classes in the plane, or a sine wave, from a seeded generator."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from vizgd.base.errors import UsageError
from vizgd.objectives.datasets.generation import MOST
from vizgd.objectives.objective import Array


def moons(rng: np.random.Generator, count: int = 200, *, noise: float = 0.15) -> tuple[Array, Array]:
    """Return inputs ``(count, 2)`` and labels ``(count,)``: two interleaving half circles.

    Parameters
    ----------
    rng : numpy.random.Generator
    count : int, default 200
        Half of them of class 0, the others of class 1.
    noise : float, default 0.15
        Standard deviation of the noise that is added to each coordinate.

    Raises
    ------
    UsageError
        When there would be fewer than 2 examples or more than 100,000, or the noise is negative.

    Examples
    --------
    >>> inputs, labels = moons(np.random.default_rng(0), 6, noise=0.0)
    >>> inputs[0].round(9).tolist(), labels.tolist()
    ([1.0, -0.25], [0.0, 0.0, 0.0, 1.0, 1.0, 1.0])
    """
    angles, labels = _halves(count, noise)
    angle = np.pi * angles
    upper = np.stack([np.cos(angle), np.sin(angle) - 0.25], axis=1)
    lower = np.stack([1.0 - np.cos(angle), 0.25 - np.sin(angle)], axis=1)
    centered = np.where(labels[:, None] == 0, upper, lower)
    return centered + noise * rng.standard_normal(centered.shape), labels


def circles(rng: np.random.Generator, count: int = 200, *, noise: float = 0.1) -> tuple[Array, Array]:
    """Return two classes on circles of radius 0.5 and 1.2 about one center; parameters as of `moons`."""
    shares, labels = _halves(count, noise, closed=False)
    angle = 2.0 * np.pi * shares
    radius = np.where(labels == 0, 0.5, 1.2)
    places = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return places + noise * rng.standard_normal(places.shape), labels


def spirals(rng: np.random.Generator, count: int = 200, *, noise: float = 0.06) -> tuple[Array, Array]:
    """Return two classes on spirals of three quarters of a turn; parameters as of `moons`."""
    shares, labels = _halves(count, noise)
    radius = 0.2 + 1.2 * shares
    angle = 1.5 * np.pi * shares + np.pi * labels
    places = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return places + noise * rng.standard_normal(places.shape), labels


def sine(rng: np.random.Generator, count: int = 100, *, noise: float = 0.1) -> tuple[Array, Array]:
    """Return inputs ``(count,)``, uniform from -2 to 2, and targets sin(3x)·x/2 + ε, ``(count,)``."""
    _halves(count, noise)
    inputs = rng.uniform(-2.0, 2.0, count)
    return inputs, np.sin(3.0 * inputs) * inputs / 2 + noise * rng.standard_normal(count)


GENERATORS: dict[str, Callable[..., tuple[Array, Array]]] = {
    "moons": moons,
    "circles": circles,
    "spirals": spirals,
    "sine": sine,
}


def _halves(count: int, noise: float, *, closed: bool = True) -> tuple[Array, Array]:
    """Return places from 0 to 1 along a curve for each of two classes, and the labels."""
    if not 2 <= count <= MOST:
        raise UsageError(f"{count} examples", why=f"expected 2 to {MOST:,}")
    if noise < 0:
        raise UsageError(f"noise is {noise:g}", why="expected a number that is not negative")
    first = count - count // 2
    shares = [np.linspace(0.0, 1.0, half, endpoint=closed) for half in (first, count // 2)]
    return np.concatenate(shares), np.repeat((0.0, 1.0), (first, count // 2))
