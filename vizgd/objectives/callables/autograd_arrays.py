"""Arrays that let autograd differentiate functions of NumPy itself.

autograd differentiates functions of its own copy of NumPy, ``autograd.numpy``. These arrays take part in
NumPy's dispatch and call the functions of the same name there. Comparisons return plain booleans: a function
may branch, and is differentiated anew at each point.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any, cast

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

HOMES = ("autograd.numpy", "autograd.numpy.linalg", "autograd.numpy.fft", "autograd.scipy.special")
REDUCTIONS = {"add": "sum", "multiply": "prod", "maximum": "max", "minimum": "min"}


class CannotFollowError(TypeError):
    """Raised for a function that autograd cannot differentiate; it names the function."""


class AutogradArray(NDArrayOperatorsMixin):
    """An array, or a number, whose computation autograd records.

    Parameters
    ----------
    box : autograd's array
    """

    __slots__ = ("box",)
    __array_priority__ = 1000.0

    def __init__(self, box: Any) -> None:
        self.box = box

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        """Apply an elementwise function or an operator."""
        if method == "__call__":
            target = options.pop("out", (None,))[0]
            answer = call_counterpart(ufunc, inputs, options)
            if target is None:
                return answer
            if not isinstance(target, AutogradArray):
                raise CannotFollowError("writing into an array of numbers cannot be followed")
            target.box = as_boxes(answer)  # a change in place is seen through every reference
            return target
        if method == "reduce" and ufunc.__name__ in REDUCTIONS:
            options = {"axis": 0} | {name: one for name, one in options.items() if one is not None}
            return call_counterpart(getattr(np, REDUCTIONS[ufunc.__name__]), inputs, options)
        raise CannotFollowError(f"np.{ufunc.__name__}.{method} cannot be followed")

    def __array_function__(self, function: Any, types: Any, inputs: Any, options: Any) -> Any:
        """Apply any other function of NumPy."""
        del types
        return call_counterpart(function, inputs, options)

    def __getattr__(self, name: str) -> Any:
        """Return a method of arrays; object arrays look up elementwise functions as methods, too."""
        if name.startswith("_"):
            raise AttributeError(name)
        known = getattr(np.ndarray, name, None)
        if isinstance(known, property) or name in ("shape", "ndim", "size", "dtype"):
            return getattr(self.box, name)
        function = {"flatten": np.ravel, "conj": np.conj}.get(name, getattr(np, name, None))
        if function is None or not (known or isinstance(function, np.ufunc)):
            raise AttributeError(f"a number that is followed has no {name!r}")
        return functools.partial(_method, function, self)

    @property
    def T(self) -> AutogradArray:  # noqa: N802 - NumPy's name
        """The transposed array."""
        return AutogradArray(self.box.T)

    @property
    def real(self) -> Any:
        """The real part."""
        return call_counterpart(np.real, (self,), {})

    @property
    def imag(self) -> Any:
        """The imaginary part."""
        return call_counterpart(np.imag, (self,), {})

    @property
    def flat(self) -> Iterator[Any]:
        """The numbers, one by one."""
        return iter(call_counterpart(np.ravel, (self,), {}))

    def copy(self) -> AutogradArray:
        """Return a copy, which can be changed without this array."""
        return AutogradArray(self.box)

    def astype(self, dtype: Any, **options: Any) -> AutogradArray:
        """Return the array, which stays float64; raise an error for integers, which have no derivative."""
        del options
        if np.dtype(dtype) != np.float64:
            raise CannotFollowError(f"astype({np.dtype(dtype)}) cannot be followed")
        return AutogradArray(self.box)

    def item(self, *place: Any) -> AutogradArray:
        """Return one number."""
        return self[place] if place else call_counterpart(np.reshape, (self, ()), {})

    def tolist(self) -> Any:
        """Return the numbers in lists."""
        return [one.tolist() for one in self] if self.ndim else self

    def reshape(self, *shape: Any, **options: Any) -> Any:
        """Return the array in another shape, given as one or as several arguments."""
        return call_counterpart(np.reshape, (self, shape[0] if len(shape) == 1 else shape), options)

    def transpose(self, *axes: Any) -> Any:
        """Return the array with its axes in another order."""
        order = axes[0] if len(axes) == 1 else axes or None
        return call_counterpart(np.transpose, (self, order), {})

    def dot(self, other: Any) -> Any:
        """Return the product of arrays."""
        return call_counterpart(np.dot, (self, other), {})

    def __getitem__(self, index: Any) -> AutogradArray:
        return AutogradArray(self.box[as_boxes(index)])

    def __len__(self) -> int:
        if not self.ndim:
            raise TypeError("a number has no length")
        return len(self.box)

    def __iter__(self) -> Iterator[AutogradArray]:
        return (self[index] for index in range(len(self)))

    def __bool__(self) -> bool:
        return bool(value_of(self.box))

    def __round__(self, digits: int = 0) -> Any:
        raise CannotFollowError("round() cannot be followed")

    def __float__(self) -> float:
        raise CannotFollowError("float(), or a function of math, cannot be followed")

    def __int__(self) -> int:
        raise CannotFollowError("int() cannot be followed")

    def __hash__(self) -> int:
        return id(self)


def value_of(box: Any) -> Any:
    """Return the plain number or array inside autograd's boxes."""
    while hasattr(box, "_value"):
        box = box._value
    return box


def as_boxes(thing: Any) -> Any:
    """Return autograd's boxes for these arrays, also inside lists and arrays of objects."""
    if isinstance(thing, AutogradArray):
        return thing.box
    if isinstance(thing, list | tuple) and type(thing) in (list, tuple):
        return type(thing)(map(as_boxes, thing))
    if isinstance(thing, np.ndarray) and thing.dtype == object:
        from autograd.numpy import array

        return array(as_boxes(thing.tolist()))
    return thing


def as_autograd_arrays(answer: Any) -> Any:
    """Return these arrays for autograd's boxes, also inside tuples and lists."""
    if hasattr(answer, "_value"):
        return AutogradArray(answer)
    if isinstance(answer, tuple | list):
        return (
            type(answer)(map(as_autograd_arrays, answer))
            if type(answer) in (tuple, list)
            else tuple(map(as_autograd_arrays, answer))
        )
    return answer


def call_counterpart(function: Any, inputs: Any, options: Any) -> Any:
    """Return the result of autograd's function of the same name.

    Raises
    ------
    CannotFollowError
        Where it has none.
    """
    inputs, options = as_boxes(tuple(inputs)), {name: as_boxes(one) for name, one in options.items()}
    return as_autograd_arrays(counterpart(function)(*inputs, **options))


@functools.cache
def counterpart(function: Any) -> Callable[..., Any]:
    """Return the function that autograd can differentiate for one of NumPy or of ``scipy.special``."""
    name = function.__name__
    if name in WRITTEN:
        return WRITTEN[name]
    for home in HOMES:
        try:
            found = getattr(import_module(home), name, None)
        except ImportError:  # autograd.scipy without scipy
            continue
        if callable(found):
            return cast("Callable[..., Any]", found)
    raise CannotFollowError(f"{name} cannot be followed")


def _method(function: Any, array: AutogradArray, *inputs: Any, **options: Any) -> Any:
    return call_counterpart(function, (array, *inputs), options)


def _anp() -> Any:
    return import_module("autograd.numpy")


def _clip(a: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None) -> Any:  # noqa: A002
    low, high = (a_min if min is None else min), (a_max if max is None else max)
    a = a if low is None else _anp().maximum(a, low)
    return a if high is None else _anp().minimum(a, high)


def _polyval(p: Any, x: Any) -> Any:
    value = 0.0 * x
    for coefficient in p:
        value = value * x + coefficient
    return value


def _average(a: Any, axis: Any = None, weights: Any = None, returned: bool = False, **options: Any) -> Any:
    if returned or options:
        raise CannotFollowError("average(returned=True) cannot be followed")
    anp = _anp()
    if weights is None:
        return anp.mean(a, axis=axis)
    if anp.ndim(weights) != anp.ndim(a) and axis is not None:
        weights = anp.reshape(weights, [-1 if i == axis % anp.ndim(a) else 1 for i in range(anp.ndim(a))])
    weights = weights * anp.ones(anp.shape(a))
    return anp.sum(a * weights, axis=axis) / anp.sum(weights, axis=axis)


def _vdot(a: Any, b: Any) -> Any:
    return _anp().dot(_anp().ravel(a), _anp().ravel(b))


def _square(a: Any) -> Any:
    return a * a


def _ptp(a: Any, axis: Any = None) -> Any:
    return _anp().max(a, axis=axis) - _anp().min(a, axis=axis)


def _trapezoid(y: Any, x: Any = None, dx: float = 1.0) -> Any:
    return _anp().sum((y[1:] + y[:-1]) / 2 * (dx if x is None else x[1:] - x[:-1]))


def _diff(a: Any, n: int = 1) -> Any:
    for _ in range(n):
        a = a[..., 1:] - a[..., :-1]
    return a


def _cbrt(a: Any) -> Any:
    return _anp().sign(a) * _anp().abs(a) ** (1 / 3)


def _median(a: Any) -> Any:
    ordered = _anp().sort(_anp().ravel(a))
    middle = (len(ordered) - 1) / 2
    return (ordered[int(np.floor(middle))] + ordered[int(np.ceil(middle))]) / 2


def _broadcast_to(array: Any, shape: Any) -> Any:
    return array + _anp().zeros(shape)


def _convolve(a: Any, v: Any, mode: str = "full") -> Any:
    a, v = _anp().atleast_1d(a), _anp().atleast_1d(v)
    if mode != "full":
        raise CannotFollowError(f"convolve(mode={mode!r}) cannot be followed")
    places = np.add.outer(np.arange(len(a)), np.arange(len(v))).ravel()
    gathered = np.eye(len(a) + len(v) - 1)[places]
    return _anp().dot(_anp().ravel(_anp().outer(a, v)), gathered)


def _heaviside(x: Any, at_zero: Any) -> Any:
    return np.heaviside(value_of(x), value_of(at_zero))


def _nansum(a: Any, axis: Any = None) -> Any:
    return _anp().sum(_anp().where(np.isnan(value_of(a)), 0.0, a), axis=axis)


def _norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:  # noqa: A002
    anp, vectors = _anp(), axis is not None or np.ndim(value_of(x)) == 1
    if vectors and ord in (1, np.inf, -np.inf):
        reduce = {1: anp.sum, np.inf: anp.max, -np.inf: anp.min}[ord]
        return reduce(anp.abs(x), axis=axis, keepdims=keepdims)
    if ord is None or (vectors and ord == 2) or ord == "fro":
        return anp.sqrt(anp.sum(x * x, axis=axis, keepdims=keepdims))
    return anp.linalg.norm(x, ord, axis)


def _power(a: Any, b: Any) -> Any:
    return _anp().power(a, b)


def _xlogy(a: Any, b: Any) -> Any:
    return _anp().where(value_of(a) == 0, 0.0 * b, a * _anp().log(b))


def _same(a: Any, *_inputs: Any, **_options: Any) -> Any:
    return a


WRITTEN: dict[str, Callable[..., Any]] = {
    "clip": _clip,
    "polyval": _polyval,
    "average": _average,
    "vdot": _vdot,
    "square": _square,
    "ptp": _ptp,
    "trapezoid": _trapezoid,
    "trapz": _trapezoid,
    "diff": _diff,
    "cbrt": _cbrt,
    "median": _median,
    "broadcast_to": _broadcast_to,
    "convolve": _convolve,
    "float_power": _power,
    "heaviside": _heaviside,
    "nansum": _nansum,
    "norm": _norm,
    "xlogy": _xlogy,
    "positive": _same,
    "copy": _same,
}
"""Functions that autograd lacks, or that take fewer arguments there than in NumPy."""
