"""The local model: the quadratic that has an objective's value, gradient and Hessian where a run is.

Newton's method goes to where it has no slope. For its settings it is the quadratic with their matrix, such as
H + μI; for any other optimizer it is that of the objective, whatever the optimizer makes of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from vizgd.base.errors import UsageError
from vizgd.objectives.objective import Array
from vizgd.optimizers.adapters import optimizer_from
from vizgd.optimizers.foreign.scipy_methods import ScipyMethod
from vizgd.optimizers.newton import EPSILON, Newton
from vizgd.views.moments import Seen, seen_iterates
from vizgd.views.view import Subject

BLOCK = 1 << 20
"""Of how many numbers the Hessians may be that are computed at once."""

CORNERS = {1: ((-1.0,), (1.0,)), 2: ((-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0), (-1.0, -1.0))}
"""Of a box with sides of length 2; in more dimensions its shadow would be that of many corners."""

NATURES = ("minimum", "saddle", "maximum", "minima", "nowhere", "")
"""What a quadratic has where it has no slope: a minimum, a saddle, a maximum, minima in a row, or nothing,
for there is no such place; and "" where it is not known."""


@dataclass(frozen=True, eq=False)
class LocalModel:
    """The quadratics at a run's iterates, as they are seen in a panel of d axes.

    Parameters
    ----------
    seen : Seen
        At which iterates.
    gradients : array, shape (k, d)
    matrices : array, shape (k, d, d)
        Nan where nothing is seen of them.
    jumps : array, shape (k, d)
        From the iterate to the point without slope, nan where there is none.
    natures : tuple of str
        Which that is: see `NATURES`.
    region : array, shape (k, c, d), or None
        Corners of where a step with a radius may end, as seen from the iterate, the first once more at the
        end: as far along each eigenvector of the matrix, in up to two dimensions; None without a radius.
    """

    seen: Seen
    gradients: Array
    matrices: Array
    jumps: Array
    natures: tuple[str, ...]
    region: Array | None = None


def local_models(
    subject: Subject, group: Sequence[int], shadows: Callable[[Array], Array]
) -> tuple[LocalModel, ...]:
    """Return the models of those of some runs that have one.

    Parameters
    ----------
    subject : Subject
        With the runs as they were recorded.
    group : sequence of int
    shadows : callable
        Vectors ``(n, d)`` to what is seen of them.

    Raises
    ------
    UsageError
        When none has one: without a Hessian, or with a model of its own that is hidden.
    """
    able = [run for run in group if not _hides(subject, run)]
    if group and not able:
        called = optimizer_from(subject.optimizers[group[0]]).called
        raise UsageError(
            f"the model of {called} cannot be shown: scipy keeps it to itself",
            hint="leave `model` out, or show what the method tries: trials = true",
        )
    return tuple(_local_model(subject, run, shadows) for run in able)


def _hides(subject: Subject, run: int) -> bool:
    return bool(subject.optimizers) and isinstance(optimizer_from(subject.optimizers[run]), ScipyMethod)


def _local_model(subject: Subject, run: int, shadows: Callable[[Array], Array]) -> LocalModel:
    objective, trajectory = subject.objectives[run], subject.trajectories[run]
    if objective.hessian is None:
        raise UsageError(
            f"there is no model of {objective.name!r} to show", why="its second derivatives are not known"
        )
    rule = optimizer_from(subject.optimizers[run]) if subject.optimizers else None
    newton = isinstance(rule, Newton)
    rule = rule if isinstance(rule, Newton) else Newton()
    seen = seen_iterates(subject, run)
    block = max(1, BLOCK // objective.dimension**2)
    parts = []
    for low in range(0, len(seen.rows), block):
        rows = seen.rows[low : low + block]
        params = trajectory.iterates[rows]
        with np.errstate(all="ignore"):
            hessians = np.asarray(objective.hessian(params), dtype=float)
            # Newton's model has the gradient that it was given; that of others is of the objective itself.
            gradients = trajectory.gradients[rows] if newton else objective.gradient(params)
            parts.append(_parts(rule, hessians, np.asarray(gradients, dtype=float), params, shadows))
    gradients, matrices, jumps = (np.concatenate([part[k] for part in parts]) for k in range(3))
    natures = tuple(nature for part in parts for nature in part[3])
    region = None
    if rule.radius is not None and objective.dimension <= 2:
        region = np.concatenate([part[4] for part in parts])
    return LocalModel(seen, gradients, matrices, jumps, natures, region)


def _parts(
    rule: Newton, hessians: Array, gradients: Array, params: Array, shadows: Callable[[Array], Array]
) -> tuple[Array, Array, Array, list[str], Array]:
    """Return the fields of a model at some iterates."""
    d = params.shape[1]
    finite = np.asarray(np.isfinite(hessians).all(axis=(1, 2)) & np.isfinite(gradients).all(axis=1))
    known = np.where(finite[:, None, None], hessians, np.eye(d))
    matrices = rule.modeled(known)
    full = replace(rule, learning_rate=1.0, radius=None)
    jumps = full.terms(np.where(finite[:, None], gradients, 0.0), full.init(params), params, hessian=known)
    jump = np.where(finite[:, None], jumps["direction"], np.nan)
    curvatures, vectors = np.linalg.eigh(matrices)
    corners = np.array(CORNERS.get(d, np.empty((0, d))))
    reach = np.nan if rule.radius is None else float(np.max(rule.radius))
    region = np.asarray(shadows(reach * np.einsum("nij,cj->nci", vectors, corners)))
    natures = [
        _nature(own, way) if there else "" for own, way, there in zip(curvatures, jump, finite, strict=True)
    ]
    axes = np.asarray(shadows(np.eye(d)))  # (d, 1 or 2)
    matrices = np.where(finite[:, None, None], matrices, np.nan)
    if d > axes.shape[1]:
        definite = np.array([nature == "minimum" for nature in natures])
        matrices = _shadows_of(np.where(definite[:, None, None], matrices, np.nan), axes)
        way = np.asarray(shadows(jump))
        return -np.einsum("nij,nj->ni", matrices, way), matrices, way, natures, region
    back = np.linalg.inv(axes)  # steps along the panel's axes as vectors
    seen = np.einsum("ai,nij,bj->nab", back, matrices, back)
    return gradients @ back.T, seen, np.asarray(shadows(jump)), natures, region


def _shadows_of(matrices: Array, axes: Array) -> Array:
    """Return the quadratics in a plane whose level sets are the shadows of ellipsoids."""
    known = np.asarray(np.isfinite(matrices).all(axis=(1, 2), keepdims=True))
    inverses = np.linalg.inv(np.where(known, matrices, np.eye(matrices.shape[1])))
    return np.where(known, np.linalg.inv(axes.T @ inverses @ axes), np.nan)


def _nature(curvatures: Array, jump: Array) -> str:
    """Return what a quadratic of some curvatures, in rising order, has where the jump to it leads."""
    least = len(curvatures) * EPSILON * float(np.abs(curvatures).max())
    if not np.isfinite(jump).all():
        return "nowhere"
    if curvatures[0] < -least:
        return "saddle" if curvatures[-1] > least else "maximum"
    return "minimum" if curvatures[0] > least else "minima"
