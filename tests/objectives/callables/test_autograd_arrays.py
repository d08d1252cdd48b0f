"""Functions written with NumPy: exact wherever they have a derivative, however they are written."""

from __future__ import annotations

import functools
import math
import pickle
import subprocess
import sys
import warnings

import numpy as np
import pytest
import scipy.special
from hypothesis import given, settings
from hypothesis import strategies as st

import vizgd as vg
from vizgd.objectives.callables.autograd_arrays import AutogradArray
from vizgd.objectives.callables.numpy_functions import CentralDifferences
from vizgd.objectives.lookup import objective_from

X = np.array([20, 30, 10, 50, 15, 60, 19, 31, 5, 46, 37, 39.0])
Y = np.array([400, 460, 300, 780, 350, 800, 360, 410, 50, 650, 400, 900.0])
A = np.c_[np.ones(len(X)), X / 60]
BOX = [(-5, 5), (-5, 5)]


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def huber(a, b):
    r = a + b * X / 60 - Y / 900
    return np.mean(np.where(np.abs(r) < 1, 0.5 * r**2, np.abs(r) - 0.5))


def loop(t):
    total = 0.0
    for x, y in zip(X, Y, strict=True):
        total += (t[0] + t[1] * x / 60 - y / 900) ** 2
    return total / len(X)


def in_place(x):
    x *= 2
    x -= 1
    return np.sum(x**2)


def seen_through_another_name(x):
    y = x
    x *= 3
    return np.sum(y**2)


def branching(x, y):
    if x > y and np.all(x > 0):
        return x**2 * y
    return np.sum(np.exp(-(x**2))) + y


FORMS = {
    "sum of squares": lambda t: np.sum((X / 60 * t[1] + t[0] - Y / 900) ** 2),
    "np.mean": lambda t: np.mean((t[0] + t[1] * X - Y) ** 2),
    ".mean()": lambda t: ((t[0] + t[1] * X - Y) ** 2).mean(),
    "of two, np.mean": lambda a, b: np.mean((a + b * X - Y) ** 2),
    "np.average": lambda a, b: np.average((Y - (a + b * X)) ** 2) / 2,
    "weights": lambda a, b: np.average((Y - (a + b * X)) ** 2, weights=X),
    "X@t": lambda t: np.mean((A @ t - Y) ** 2),
    "np.abs mean": lambda a, b: np.mean(np.abs(a + b * X - Y)),
    "logistic": lambda a, b: np.mean(np.log(1 + np.exp(a + b * X / 60)) - (Y > 400) * (a + b * X / 60)),
    "log-loss": lambda a, b: (
        -np.mean(
            (Y > 400) * np.log(sigmoid(a + b * X / 60))
            + (1 - (Y > 400)) * np.log(1 - sigmoid(a + b * X / 60))
        )
    ),
    "np.log1p": lambda a, b: np.mean(np.log1p(np.exp(a)) + b**2),
    "norm squared": lambda t: np.linalg.norm(A @ t - Y / 900) ** 2,
    "norm 1": lambda t: np.linalg.norm(A @ t - Y, 1),
    "norm inf": lambda t: np.linalg.norm(A @ t - Y, np.inf),
    "norms of rows": lambda t: np.linalg.norm(t - A, axis=1).sum(),
    "huber": huber,
    "np.polyval": lambda p: np.mean((np.polyval(p, X / 60) - Y / 900) ** 2),
    "polyval of a list": lambda a, b: np.mean((np.polyval([a, b, 1.0], X / 60) - Y / 900) ** 2),
    "ridge": lambda t: np.sum((A @ t - Y / 900) ** 2) + 0.1 * t @ t,
    "lasso": lambda t: np.sum((A @ t - Y / 900) ** 2) + 0.1 * np.sum(np.abs(t)),
    "np.where": lambda x, y: np.where(x > 0, x**2, y**2),
    "einsum": lambda t: np.einsum("i,i->", t, t),
    "einsum of a matrix": lambda t: np.einsum("ij,j->i", A, t).sum(),
    "np.prod": lambda t: np.prod(t),
    "np.clip": lambda x, y: np.clip(x, -1, 1) ** 2 + y**2,
    ".clip()": lambda t: (t.clip(-1, 1) ** 2).sum() + t @ t,
    "if": lambda x, y: (x if x > 0 else -x) + y**2,
    "abs()": lambda x, y: abs(x) + y**2,
    "max()": lambda x, y: max(x, y),
    "np.max": lambda t: np.max(t) + np.min(2 * t),
    "np.sinc": lambda x, y: np.sinc(x) + y**2,
    "a loop": loop,
    "in place": in_place,
    "another name": seen_through_another_name,
    "branching": branching,
    "np.array": lambda x, y: np.sum(np.sin(np.array([x, y]))),
    "a list": lambda x, y: np.linalg.norm([x - 7, y - 7]),
    "np.stack": lambda x, y: np.sum(np.stack([x, y]) ** 2),
    "np.concatenate": lambda t: np.sum(np.concatenate([t, [1.0]]) ** 3),
    "sum()": lambda t: sum((a - 1) ** 2 for a in t),
    ".T and .dot": lambda t: t.T.dot(A.T).dot(A @ t),
    "np.outer": lambda t: np.outer(t, t).sum(),
    "det": lambda t: np.linalg.det(np.diag(t) + np.eye(2)),
    "solve": lambda t: np.sum(np.linalg.solve(np.eye(2) * 3, t) ** 2),
    "reshape": lambda t: (t.reshape(2, 1) * t.reshape((1, -1))).sum(axis=0)[0],
    "var and std": lambda t: np.std(A @ t) + (A @ t).var(),
    "hinge": lambda t: np.maximum(0, 1 - (2 * (Y > 400) - 1) * (A @ t)).mean(),
    "logaddexp": lambda t: np.logaddexp(0, A @ t).mean(),
    "scipy.special": lambda t: scipy.special.expit(t).sum() + scipy.special.gammaln(t @ t + 1),
    "cumsum and diff": lambda t: np.cumsum(t)[1] ** 2 + np.sum(np.diff(t) ** 2),
    "a mask": lambda t: np.sum(t[t > 0.5] ** 2) + t @ t,
    "reversed": lambda t: t[::-1] @ np.roll(t, 1),
    "newaxis": lambda t: ((t[None, :] - A) ** 2).sum(axis=1).mean(),
    "np.square": lambda t: np.mean(np.square(t - A)),
    "rastrigin": lambda t: 20 + np.sum(t**2 - 10 * np.cos(2 * np.pi * t)),
    "unpacked": lambda t: (lambda x, y: (1 - x) ** 2 + 100 * (y - x * x) ** 2)(*t),
    "select": lambda x, y: np.select([x < 0, x >= 0], [x**2, y**2]),
    "trapezoid": lambda t: np.trapezoid(t[0] * X**2 + t[1], X),
    "reduce": lambda t: np.multiply.reduce(t) + np.add.reduce(t),
    "vectorize": lambda x, y: np.vectorize(lambda a: a**2 if a > 0 else -a)(x) + y**2,
    "of shape (1,)": lambda t: np.array([1.0, 2.0])[None] @ t**2,
}


def quietly(function, **given_settings):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return objective_from(function, domain=BOX, **given_settings)


def measured(function, point, spacing=1e-5):
    """The slopes of the function itself, without anything of vizgd's."""
    plain = function if function.__code__.co_argcount == 1 else lambda p: function(*p)
    ways = spacing * np.eye(len(point))
    values = [[np.squeeze(plain(point + sign * way)) for sign in (1, -1)] for way in ways]
    return np.array([(ahead - behind) / (2 * spacing) for ahead, behind in values])


POINTS = np.array([[0.7, 0.3], [-1.3, 2.2], [0.9, -2.4], [2.6, 1.1]])


@pytest.mark.parametrize("name", FORMS)
def test_the_gradient_is_exact_and_the_value_is_the_functions_own(name):
    function = FORMS[name]
    objective = quietly(function)
    assert "central" not in objective.description
    plain = function if function.__code__.co_argcount == 1 else lambda p: function(*p)
    for point in POINTS:
        np.testing.assert_allclose(objective.value(point), np.squeeze(plain(point.copy())), rtol=1e-12)
        slopes = measured(function, point)
        np.testing.assert_allclose(
            objective.gradient(point), slopes, rtol=1e-6, atol=1e-6 * np.abs(slopes).max()
        )
    np.testing.assert_allclose(
        objective.gradient(POINTS), [objective.gradient(p) for p in POINTS], rtol=1e-12
    )
    np.testing.assert_allclose(objective.value(POINTS), [objective.value(p) for p in POINTS], rtol=1e-12)


@pytest.mark.parametrize("name", FORMS)
def test_a_hessian_that_is_given_is_right(name):
    objective = quietly(FORMS[name])
    assert objective.hessian is not None
    points = POINTS + 0.0137  # beside the kinks
    numeric = np.stack(
        [(objective.gradient(points + h) - objective.gradient(points - h)) / 2e-5 for h in 1e-5 * np.eye(2)],
        -1,
    )
    size = np.abs(numeric).max()
    np.testing.assert_allclose(objective.hessian(points), numeric, rtol=1e-4, atol=1e-4 * size + 1e-9)


def test_newton_solves_least_squares_in_one_step():
    inputs = np.c_[np.ones(len(X)), X]
    objective = objective_from(lambda t: np.mean((inputs @ t - Y) ** 2), domain=[(-500, 500), (-50, 50)])
    run = vg.record(objective, "Newton-CG", start=(0.0, 0.0), steps=20)
    best = np.linalg.lstsq(inputs, Y, rcond=None)[0]
    step = np.linalg.solve(objective.hessian(np.zeros(2)), objective.gradient(np.zeros(2)))
    np.testing.assert_allclose(-step, best, rtol=1e-9)
    np.testing.assert_allclose(run.iterates[-1], best, rtol=1e-3)


def test_where_the_chain_rule_divides_nothing_by_nothing_the_slope_is_still_there():
    objective = quietly(lambda t: np.linalg.norm(np.concatenate([t, t])) ** 2)
    np.testing.assert_allclose(objective.gradient(np.zeros(2)), [0, 0], atol=1e-5)


def test_the_same_function_is_followed_alike_whatever_is_loaded():
    code = (
        "import sys, numpy as np, vizgd as vg;"
        "{}"
        "o = vg.objective_from(lambda t: np.sum(np.abs(t) + t**2), domain=[(-5, 5)] * 2);"
        "print(type(o.gradient).__name__, o.gradient([1.0, -2.0]).tolist(), 'torch' in sys.modules)"
    )
    printed = [
        subprocess.run(
            [sys.executable, "-c", code.format(more)], capture_output=True, text=True, check=True
        ).stdout.split()
        for more in ("", "import torch, jax;")
    ]
    assert printed[0][:-1] == printed[1][:-1]
    assert [words[-1] for words in printed] == ["False", "True"]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(["sin", "exp", "tanh", "abs", "square", "arctan", "log1p"]), min_size=1, max_size=4
    ),
    st.sampled_from(["sum", "mean", "max", "prod", "std", "norm"]),
    st.lists(st.floats(-2, 2), min_size=2, max_size=2),
)
def test_any_chain_of_functions_and_a_reduction_is_what_differences_say(names, reduction, point):
    def function(t):
        values = np.array([[1.0, 0.3], [0.2, -0.7], [0.5, 0.1]]) @ t + np.array([0.1, 0.2, 0.3])
        for name in names:
            values = getattr(np, name)(np.abs(values) if name == "log1p" else np.clip(values, -3, 3))
        return np.linalg.norm(values) if reduction == "norm" else getattr(values, reduction)()

    objective = quietly(function)
    point = np.array(point)
    if not np.isfinite(objective.value(point)):
        return
    here, h = objective.value(point), 1e-6
    ahead = np.array([(objective.value(point + way) - here) / h for way in h * np.eye(2)])
    behind = np.array([(here - objective.value(point - way)) / h for way in h * np.eye(2)])
    unsure = np.abs(ahead - behind) + 1e-4 * (1 + abs(here) + np.abs(ahead).max())
    assert (np.abs(objective.gradient(point) - (ahead + behind) / 2) <= unsure).all()


def of_math(x, y):
    return math.sin(x) ** 2 + y**2


def of_float(p):
    return float(np.sum(p**2))


def of_floats(p):
    return np.sum(np.asarray(p, dtype=float) ** 2)


def of_a_filled_array(p):
    filled = np.zeros(3)
    filled[:2] = p
    return np.sum(filled**2)


@pytest.mark.parametrize("function", [of_math, of_float, of_floats, of_a_filled_array])
def test_what_cannot_be_followed_is_differenced_and_the_reason_is_true(function):
    with pytest.warns(UserWarning, match="central differences, good to about nine digits, since") as caught:
        objective = objective_from(function, domain=BOX)
    text = str(caught[0].message)
    assert "grad=…" in text
    assert "write it with NumPy" not in text
    assert isinstance(objective.gradient, CentralDifferences)
    np.testing.assert_allclose(
        objective.gradient(POINTS), [measured(function, p) for p in POINTS], rtol=1e-6, atol=1e-8
    )


def test_of_single_precision_no_more_digits_are_claimed_than_there_are():
    with pytest.warns(UserWarning, match="central differences, good to about four digits, since"):
        objective = objective_from(lambda p: (p.astype(np.float32) ** 2).sum(), domain=BOX)
    np.testing.assert_allclose(objective.gradient(POINTS), 2 * POINTS, rtol=1e-3, atol=1e-4)


def with_keywords(x, y, *, scale=2.0):
    return scale * x**2 + y**2


def with_a_default(x, y, scale=2.0):
    return scale * x**2 + y**2


class Bowl:
    scale = 2.0

    def __call__(self, x, y):
        return self.scale * x**2 + y**2

    def loss(self, p):
        return self.scale * p[0] ** 2 + np.sum(p[1:] ** 2)


SHAPES = {
    "keywords": with_keywords,
    "a default": with_a_default,
    "partial": functools.partial(lambda scale, x, y: scale * x**2 + y**2, 2.0),
    "partial by name": functools.partial(with_a_default, scale=2.0),
    "an object": Bowl(),
    "a method": Bowl().loss,
    "any number": lambda *x: 2.0 * x[0] ** 2 + x[1] ** 2,
    "any number, handed on": lambda *given: Bowl().loss(*given),
    "of shape (1,)": lambda p: np.array([2.0 * p[0] ** 2 + p[1] ** 2]),
    "of whole numbers": lambda p: np.array([2, 1]) @ (p * p),
}


@pytest.mark.parametrize("name", SHAPES)
def test_whatever_can_be_called_is_a_function(name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        objective = objective_from(SHAPES[name], domain=BOX)
    np.testing.assert_allclose(objective.value(POINTS), POINTS**2 @ [2, 1])
    np.testing.assert_allclose(objective.gradient(POINTS), POINTS * [4, 2], rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda p: p[0] + 1j * p[1], "expected a real number"),
        (lambda p: None if p[0] < 100 else 1.0, "returns nothing"),
        (lambda p: "ten", "expected a real number"),  # noqa: ARG005
        (lambda p: [p[0], p[1]], r"returns an array of shape \(2,\)"),
    ],
)
def test_what_is_no_number_is_told(function, words):
    with pytest.raises(vg.UsageError, match=words) as caught:
        objective_from(function, domain=BOX)
    assert len(str(caught.value).splitlines()) <= 4


def test_nothing_at_some_points_is_told_where_it_happens():
    objective = objective_from(lambda p: None if p[0] > 50 else np.sum(p**2), domain=BOX)
    with pytest.raises(vg.UsageError, match=r"returns nothing at \[60"):
        objective.value(np.array([60.0, 0.0]))


def test_a_followed_array_behaves_like_one():
    array = AutogradArray(np.arange(6.0).reshape(2, 3))
    assert array.shape == (2, 3)
    assert array.T.shape == (3, 2)
    assert len(array) == 2
    assert isinstance(array[0] > 1, np.ndarray)
    for refused in (float, int, round):
        with pytest.raises(TypeError, match="cannot be followed"):
            refused(array[0, 0])


def test_it_travels_to_other_processes():
    objective = objective_from(with_norm, domain=BOX)
    copy = pickle.loads(pickle.dumps(objective))
    np.testing.assert_array_equal(copy.gradient(POINTS), objective.gradient(POINTS))


def with_norm(p):
    return np.linalg.norm(p - 1) + np.sum(np.abs(p))
