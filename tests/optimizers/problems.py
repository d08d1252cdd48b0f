"""Objectives written by hand, so that tests of the rules need no other part of vizgd."""

import numpy as np

from vizgd.objectives.objective import Objective


def stacked(*components):
    return np.stack(np.broadcast_arrays(*components), axis=-1)


def rosenbrock_gradient(p):
    x, y = p[..., 0], p[..., 1]
    return stacked(-2 * (1 - x) - 400 * x * (y - x**2), 200 * (y - x**2))


def rosenbrock_hessian(p):
    x, y = p[..., 0], p[..., 1]
    return np.stack([stacked(2 - 400 * (y - 3 * x**2), -400 * x), stacked(-400 * x, 200.0)], axis=-2)


ROSENBROCK = Objective(
    "rosenbrock",
    value=lambda p: (1 - p[..., 0]) ** 2 + 100 * (p[..., 1] - p[..., 0] ** 2) ** 2,
    gradient=rosenbrock_gradient,
    hessian=rosenbrock_hessian,
    domain=((-2.0, 2.0), (-1.0, 3.0)),
    minimizers=((1.0, 1.0),),
    start=(-0.5, 1.0),
)


def himmelblau_gradient(p):
    x, y = p[..., 0], p[..., 1]
    a, b = x**2 + y - 11, x + y**2 - 7
    return stacked(4 * x * a + 2 * b, 2 * a + 4 * y * b)


def himmelblau_hessian(p):
    x, y = p[..., 0], p[..., 1]
    cross = 4 * x + 4 * y
    return np.stack([stacked(12 * x**2 + 4 * y - 42, cross), stacked(cross, 12 * y**2 + 4 * x - 26)], axis=-2)


HIMMELBLAU = Objective(
    "himmelblau",
    value=lambda p: (p[..., 0] ** 2 + p[..., 1] - 11) ** 2 + (p[..., 0] + p[..., 1] ** 2 - 7) ** 2,
    gradient=himmelblau_gradient,
    hessian=himmelblau_hessian,
    domain=((-5.0, 5.0), (-5.0, 5.0)),
    start=(-0.5, 1.0),
)


def quadratic(*curvatures, offset=0.0, start=None, width=10.0):
    """Half the curvatures times the squared components; a saddle where one of them is negative."""
    scale = np.array(curvatures, dtype=float)
    return Objective(
        "quadratic",
        value=lambda p: (scale / 2 * p**2).sum(axis=-1) + offset,
        gradient=lambda p: scale * p,
        hessian=lambda p: np.broadcast_to(np.diag(scale), (*p.shape, len(scale))),
        domain=((-width, width),) * len(scale),
        start=start,
        variables=tuple("xyzuvw"[: len(scale)]),
    )


RAVINE = quadratic(2.0, 20.0, start=(5.0, 2.0))
BOWL = quadratic(2.0, 2.0, start=(5.0, 5.0))
BOWL_1D = quadratic(2.0, offset=5.0, start=(8.0,))


def one_dimensional(value, derivative, *, second=None, start=None, domain=(-5.0, 5.0), name="f"):
    return Objective(
        name,
        value=lambda p: value(p[..., 0]),
        gradient=lambda p: derivative(p[..., :1]),
        hessian=None if second is None else lambda p: second(p[..., :1])[..., None],
        domain=(domain,),
        start=start,
        variables=("x",),
    )


def monkey_saddle():
    return Objective(
        "monkey saddle",
        value=lambda p: p[..., 0] ** 3 - 3 * p[..., 0] * p[..., 1] ** 2,
        gradient=lambda p: stacked(3 * p[..., 0] ** 2 - 3 * p[..., 1] ** 2, -6 * p[..., 0] * p[..., 1]),
        hessian=lambda p: np.stack(
            [stacked(6 * p[..., 0], -6 * p[..., 1]), stacked(-6 * p[..., 1], -6 * p[..., 0])], axis=-2
        ),
        domain=((-2.0, 2.0), (-2.0, 2.0)),
    )
