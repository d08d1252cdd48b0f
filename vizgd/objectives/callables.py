"""A Python function to objective: how its derivatives are had is found by trying, and checked.

First what is exact: the gradient that was given; the function followed through NumPy's arithmetic; its own
library's derivatives, where torch, JAX or autograd is loaded and can run it. Central differences are last,
and say so. Whatever the gradient comes from is held against central differences at a few points.
"""

from __future__ import annotations

import inspect
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from vizgd.errors import UsageError
from vizgd.objectives import autograd_functions, jax_functions, torch_functions
from vizgd.objectives.derived import Derived, check_gradient
from vizgd.objectives.numpy_functions import CentralDifferences, PointFunction, fastest
from vizgd.objectives.objective import Array, ArrayFunction, Objective
from vizgd.objectives.tracing import traced

LIBRARIES = {
    "torch": torch_functions.derived,
    "jax": jax_functions.derived,
    "autograd": autograd_functions.derived,
}
REACH = (-5.0, 5.0)


def objective_of_function(
    function: Callable[..., Any],
    *,
    grad: Callable[..., Any] | None = None,
    domain: Sequence[Sequence[float]] | None = None,
    start: Any = None,
    name: str | None = None,
) -> Objective:
    """Make an objective of a function; the parameters are those of `objective_from`.

    Raises
    ------
    UsageError
        When it cannot be evaluated, does not return one number, or when its gradient is wrong.
    """
    called = name or str(getattr(function, "__name__", type(function).__name__)).strip("<>")
    place = _point(start)
    count = _arguments(function, called)
    box = _box(function, count, domain, place)
    dimension = len(box)
    if grad is None and dimension <= 2 and count in (1, dimension):
        try:
            return traced(function, domain=box, name=called, dimension=dimension)
        except UsageError:
            pass  # it does what cannot be followed
    if count > 1 and count != dimension:
        raise UsageError(
            f"the function {called} takes {count} coordinates, not {dimension}",
            hint="give one (low, high) pair, and one number of the start, for each",
        )
    spread = count > 1 or dimension == 1
    low, high = np.array(box).T
    points = np.random.default_rng(0).uniform(low, high, (dimension + 3, dimension))
    if place is not None and np.isfinite(place).all():
        points[0] = place
    found = _derived(function, grad, spread, points, called)
    numeric = isinstance(found.gradient, CentralDifferences)
    return Objective(
        name=called,
        value=found.value,
        gradient=found.gradient,
        hessian=found.hessian,
        domain=box,
        title=called,
        description="Gradients by central differences." if numeric else "",
        variables=("x", "y") if dimension <= 2 else tuple(f"x{axis + 1}" for axis in range(dimension)),
    )


def _arguments(function: Callable[..., Any], called: str) -> int:
    """Return how many arguments a function must be given; 1 where that cannot be seen."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return 1
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    count = sum(p.kind in positional and p.default is inspect.Parameter.empty for p in parameters)
    taken = sum(p.kind in positional for p in parameters)
    if not count and not taken and not any(p.kind is inspect.Parameter.VAR_POSITIONAL for p in parameters):
        raise UsageError(
            f"cannot make an objective of {called}", why="it takes no argument", hint="write f(x, y)"
        )
    return max(count, 1)


def _box(
    function: Callable[..., Any], count: int, domain: Any, place: Array | None
) -> tuple[tuple[float, float], ...]:
    if domain is not None:
        try:
            return tuple((float(low), float(high)) for low, high in domain)
        except (TypeError, ValueError):
            raise UsageError(
                f"cannot use the domain {domain!r:.60}",
                why="expected a pair of numbers for each coordinate, the lower first",
                hint="such as [(-5, 5), (-1, 3)]",
            ) from None
    if place is not None:
        return (REACH,) * len(place)
    if count > 1:
        return (REACH,) * count
    # A number has no coordinates: a function of a vector fails.
    return (REACH,) * (1 if any(_takes(function, number) for number in _numbers()) else 2)


def _numbers() -> Iterator[Any]:
    """Yield a number as each library that is there would have it."""
    yield 0.5
    if "torch" in sys.modules:
        yield sys.modules["torch"].tensor(0.5, dtype=sys.modules["torch"].float64)
    if "jax" in sys.modules:
        yield sys.modules["jax"].numpy.asarray(0.5)


def _takes(function: Callable[..., Any], number: Any) -> bool:
    try:
        answer = function(number)
    except ArithmeticError:  # such as 1/0
        return True
    except Exception:
        return False
    return answer is not None and np.ndim(answer) == 0


def _point(start: Any) -> Array | None:
    """Return a start as an array, None where it is none: whoever uses it says what is wrong with it."""
    if start is None:
        return None
    try:
        return np.atleast_1d(np.asarray(start, dtype=np.float64))
    except (TypeError, ValueError):
        return None


def _derived(
    function: Callable[..., Any], grad: Callable[..., Any] | None, spread: bool, points: Array, called: str
) -> Derived:
    reasons: list[str] = []
    lost: UsageError | None = None
    if grad is None:
        for library in [name for name in LIBRARIES if name in sys.modules]:
            try:
                found = LIBRARIES[library](function, spread, points)
                if found is not None:
                    check_gradient(found, points[:3], called)
                    return found
            except UsageError as error:  # a part of the function is hidden from the library
                lost = error
            except Exception as error:  # it was not written for this library, or has a fault
                reasons.append(f"with {library}: {_first_line(error)}")
    try:
        value = _numeric(function, spread, points, called, reasons)
    except UsageError as error:
        raise lost or error from error
    if grad is not None:
        given = Derived("grad", value, _given(grad, spread, points, called))
        check_gradient(given, points[:3], called)
        return given
    warnings.warn(
        f"the gradient of {called} is taken by central differences, good to about nine digits: "
        "give grad=…, or write it with NumPy's functions of x and y, torch, JAX or autograd",
        stacklevel=2,
    )
    return Derived("central differences", value, CentralDifferences(value))


def _numeric(
    function: Callable[..., Any], spread: bool, points: Array, called: str, reasons: list[str]
) -> ArrayFunction:
    plain = PointFunction(function, spread)
    try:
        answer = _answer(plain, points)
    except Exception as error:
        raise UsageError(
            f"the function {called} cannot be computed at {points[0].round(3).tolist()}",
            why="; ".join([*reasons, f"with NumPy: {_first_line(error)}"]),
            hint="it is called with the coordinates, f(x, y), or where it takes one argument with the point",
        ) from error
    if np.shape(answer) != () or answer is None:
        shape = np.shape(answer)
        raise UsageError(
            f"the function {called} returns {f'an array of shape {shape}' if shape else 'nothing'}",
            why="expected one number, the loss at one point",
        )
    library = type(answer).__module__.partition(".")[0].removesuffix("lib")
    if reasons and library in LIBRARIES:
        raise UsageError(f"the function {called} cannot be differentiated", why="; ".join(reasons))
    return fastest(plain, points)


def _answer(function: PointFunction, points: Array) -> Any:
    """Return what a function returns at the first point at which it is defined; nan where it is at none."""
    failure: ValueError | None = None
    for point in points:
        try:
            with np.errstate(all="ignore"):
                return function.at_point(point.copy())
        except ArithmeticError:
            continue
        except ValueError as error:  # math.log raises it, and many a mistake
            failure = error
    if failure:
        raise failure
    return np.full(points.shape[1:] * function.order, np.nan)


def _given(grad: Callable[..., Any], spread: bool, points: Array, called: str) -> ArrayFunction:
    plain = PointFunction(grad, spread, order=1)
    dimension = points.shape[1]
    try:
        shape = np.atleast_1d(np.asarray(_answer(plain, points), dtype=np.float64)).shape
    except Exception as error:
        raise UsageError(
            f"the gradient of {called} cannot be computed: {_first_line(error)}",
            why="grad takes what the function takes",
        ) from error
    if shape != (dimension,):
        raise UsageError(
            f"the gradient of {called} has the shape {shape} at a point of {dimension} coordinates",
            why=f"expected {dimension} number{'s' * (dimension > 1)}, one for each",
        )
    return fastest(plain, points)


def _first_line(error: Exception) -> str:
    return (next(iter(str(error).strip().splitlines()), "") or type(error).__name__)[:80]
