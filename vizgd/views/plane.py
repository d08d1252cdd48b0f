"""Planes through a space of many parameters: where a landscape of any dimension is cut to be seen.

Points of the plane become parameters; parameters become places on it by orthogonal projection. So a path that
leaves the plane is drawn where its shadow falls, and the landscape around it is that of the plane.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from vizgd.base.errors import UsageError
from vizgd.base.formatting import NO_BREAK, number
from vizgd.objectives.objective import Array

BLOCK = 1 << 17
"""How many numbers of many iterates are multiplied at once: larger products are given to several threads,
which on busy processors wait for each other far longer than they work."""
LARGE = 1 << 20
"""Iterates of so many numbers are compared by blocks, which is less exact in components that hardly count."""


@dataclass(frozen=True, eq=False)
class Plane:
    """A plane through the space of parameters: θ(a, b) = origin + a·u + b·v.

    Parameters
    ----------
    origin : array, shape (d,)
        The parameters at (0, 0).
    directions : array, shape (2, d)
        u and v, which need be neither of length 1 nor perpendicular, but must not be parallel.
    labels : tuple of str, default ("u", "v")
        What the axes are called.
    note : str, default ""
        What is said above the axes: where the plane lies.

    Raises
    ------
    UsageError
        When the arrays do not fit each other or span no plane.

    Examples
    --------
    >>> plane = Plane([1.0, 2.0, 3.0], [[1.0, 0.0, 0.0], [0.0, 0.0, 2.0]])
    >>> plane.params(np.array([1.0, 1.0])).tolist(), plane.places(np.array([2.0, 9.0, 5.0])).round(9).tolist()
    ([2.0, 2.0, 5.0], [1.0, 1.0])
    """

    origin: Array
    directions: Array
    labels: tuple[str, str] = ("u", "v")
    note: str = ""

    def __post_init__(self) -> None:
        for name in ("origin", "directions"):
            object.__setattr__(self, name, _numbers(name, getattr(self, name)))
        if self.origin.ndim != 1 or self.directions.shape != (2, len(self.origin)):
            raise UsageError(
                f"a plane has an origin of shape {self.origin.shape} and directions {self.directions.shape}",
                why="expected (d,) and (2, d), for an objective of d parameters",
            )
        sizes = np.linalg.svd(np.linalg.qr(self.directions.T, mode="r"), compute_uv=False)
        if sizes[1] <= sizes[0] * len(self.origin) * np.finfo(np.float64).eps:
            raise UsageError(
                "two directions span no plane",
                why="one of them is zero, or both point the same way",
                hint="give two directions that differ",
            )

    def params(self, places: Array) -> Array:
        """Return the parameters ``(..., d)`` at places ``(..., 2)``."""
        u, v = self.directions
        return np.asarray(self.origin + places[..., :1] * u + places[..., 1:] * v)

    def places(self, params: Array) -> Array:
        """Return the places ``(..., 2)`` onto which parameters ``(..., d)`` are projected orthogonally."""
        return self._projected(params, self.origin)

    def shadows(self, vectors: Array) -> Array:
        """Return what is seen of vectors ``(..., d)`` on the plane, ``(..., 2)``."""
        return self._projected(vectors, np.zeros_like(self.origin))

    def _projected(self, params: Array, origin: Array) -> Array:
        dimension = len(origin)
        rows = params.reshape(-1, dimension)
        places = np.zeros((len(rows), 2))
        for some in _blocks(len(rows), max(1, BLOCK // dimension)):
            for block in _blocks(dimension, BLOCK):
                places[some] += (rows[some, block] - origin[block]) @ self._inverse[block]
        return places.reshape(*params.shape[:-1], 2)

    def holds(self, params: Array, tolerance: float) -> NDArray[np.bool_]:
        """Say which parameters ``(..., d)`` are no farther from the plane than a distance."""
        apart = np.linalg.norm(params - self.params(self.places(params)), axis=-1)
        return np.asarray(apart <= tolerance)

    @cached_property
    def _inverse(self) -> Array:
        perpendicular, parts = np.linalg.qr(self.directions.T)
        return np.asarray(perpendicular @ np.linalg.inv(parts).T)


def axes_plane(base: Array, axes: Sequence[int], labels: tuple[str, str], note: str = "") -> Plane:
    """Return the plane of two coordinates, on which the others are those of a base point ``(d,)``.

    Places on it are the two coordinates themselves.
    """
    directions = np.zeros((2, len(base)))
    origin = np.array(base, dtype=np.float64)
    for direction, axis in zip(directions, axes, strict=True):
        direction[axis] = 1.0
        origin[axis] = 0.0
    return Plane(origin, directions, labels, note)


def principal_plane(origin: Array, *paths: Array) -> Plane:
    """Return the plane through an origin ``(d,)`` along the first two principal components of iterates.

    The components are those of the iterates about their mean, of length 1; each label says which share of the
    variance its component explains. Through the final iterate of a run this is how Li et al. show a path
    (Visualizing the loss landscape of neural nets, NeurIPS 2018, section 7).

    Parameters
    ----------
    origin : array, shape (d,)
    *paths : arrays, shape (n, d)
        Iterates of runs, whose components are found together. The first iterate says which way the components
        point: it lies at their negative ends, so that a path goes right and up.
    """
    small = sum(path.size for path in paths) < LARGE
    components, shares = _components(np.concatenate(paths)) if small else _components_by_blocks(paths)
    begun = (paths[0][0] - origin) @ components[:2].T
    directions = np.where(begun > 0, -1.0, 1.0)[:, None] * components[:2]
    first, second = (
        f"PC{NO_BREAK}{k + 1} ({number(100 * float(share), 2)}{NO_BREAK}% of variance)"
        for k, share in enumerate(shares)
    )
    return Plane(origin, directions, (first, second))


def _components(iterates: Array) -> tuple[Array, Array]:
    """Return the first two principal components ``(2, d)`` and their shares of the variance."""
    # Two rows of zeros change no component, and leave two even where a run has not moved.
    centered = np.concatenate([iterates - iterates.mean(axis=0), np.zeros((2, iterates.shape[1]))])
    _, sizes, components = np.linalg.svd(centered, full_matrices=False)
    squares = np.square(sizes)
    return components[:2], _shares(squares, float(squares.sum()))


def _components_by_blocks(paths: Sequence[Array]) -> tuple[Array, Array]:
    """Do the same from the products of what there is less of, iterates or coordinates, for what is large."""
    count, dimension = sum(map(len, paths)), paths[0].shape[1]
    center = sum(path.sum(axis=0, dtype=np.float64) for path in paths) / count
    products = np.zeros((min(count, dimension),) * 2)
    components = np.zeros((2, dimension))
    if count < dimension:
        blocks = _blocks(dimension, max(256, 2 * BLOCK // count**2))
        for block in blocks:
            centered = _centered(paths, center, block)
            products += centered @ centered.T
        squares, weights = _largest(products)
        for block in blocks:
            components[: len(squares), block] = weights.T @ _centered(paths, center, block)
    else:
        for path in paths:
            for block in _blocks(len(path), max(256, 2 * BLOCK // dimension**2)):
                centered = path[block] - center
                products += centered.T @ centered
        squares, weights = _largest(products)
        components[: len(squares)] = weights.T
    # Made of length 1 and perpendicular, also where a run has moved along a line or not at all.
    perpendicular, sizes = np.linalg.qr(components.T)
    signs = np.where(np.diag(sizes) < 0, -1.0, 1.0)
    return perpendicular.T * signs[:, None], _shares(np.append(squares, 0.0), float(np.trace(products)))


def _blocks(length: int, width: int) -> list[slice]:
    """Return the parts of an axis."""
    return [slice(low, low + width) for low in range(0, length, width)]


def _centered(paths: Sequence[Array], center: Array, block: slice) -> Array:
    """Return some coordinates of all iterates, about their mean."""
    return np.concatenate([path[:, block] for path in paths]) - center[block]


def _largest(products: Array) -> tuple[Array, Array]:
    """Return the two largest eigenvalues of a symmetric matrix, or the one, and their vectors as columns."""
    from scipy.linalg import eigh

    last = len(products) - 1
    squares, vectors = eigh(products, subset_by_index=[max(last - 1, 0), last])
    return np.maximum(squares[::-1], 0.0), vectors[:, ::-1]


def _shares(squares: Array, total: float) -> Array:
    """Return which shares of a total the first two squares are."""
    return squares[:2] / total if total > 0 else np.zeros(2)


def random_plane(origin: Array, rng: np.random.Generator, filters: NDArray[np.intp] | None = None) -> Plane:
    """Return the plane through an origin along two random directions, filter-normalized.

    A direction is drawn from a Gaussian; then the part of it that belongs to a filter is scaled to the length
    that this filter has at the origin, d_i ← d_i ‖θ_i‖ / ‖d_i‖, and what belongs to none is 0. So a step of 1
    changes every filter by its own size, and landscapes of networks can be compared (Li et al.: Visualizing
    the loss landscape of neural nets, NeurIPS 2018, section 4).

    Parameters
    ----------
    origin : array, shape (d,)
    rng : numpy.random.Generator
    filters : array of int, shape (d,), optional
        The number of the filter to which each parameter belongs, -1 for none; by default all are one filter.
    """
    filters = np.zeros(len(origin), dtype=np.intp) if filters is None else filters
    owned = filters >= 0
    directions = np.where(owned, rng.standard_normal((2, len(origin))), 0.0)
    count = int(filters.max(initial=0)) + 1
    lengths = np.sqrt(np.bincount(filters[owned], np.square(origin[owned]), count))
    # Of a filter at 0 every change is infinitely large: it is left at length 1.
    lengths[lengths == 0] = 1.0
    for direction in directions:
        drawn = np.sqrt(np.bincount(filters[owned], np.square(direction[owned]), count))
        direction[owned] *= (lengths / np.where(drawn > 0, drawn, 1.0))[filters[owned]]
    return Plane(origin, directions, ("random direction 1", "random direction 2"))


def _numbers(name: str, given: object) -> Array:
    try:
        numbers = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        numbers = np.array(np.nan)
    if not np.isfinite(numbers).all():
        raise UsageError(f"{name} is {given!r:.60}", why="expected an array of finite numbers")
    return numbers
