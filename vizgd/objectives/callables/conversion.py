"""Makes an objective of a Python function. Its gradient comes from the first source that works.

First the function is called twice: one that returns different values is random, and is only ever evaluated.
Exact gradients come before approximate ones: the gradient that was given; that of the formula which tracing
finds; automatic differentiation of NumPy's operations by autograd; that of the function's own library (torch,
JAX or autograd, where it is loaded). Central differences are the last resort, with a warning. Every gradient
is compared with central differences at a few points, and a traced formula with the function itself.
"""

from __future__ import annotations

import inspect
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from vizgd.base.errors import UsageError
from vizgd.objectives.callables import autograd_functions, jax_functions, torch_functions
from vizgd.objectives.callables.derivatives import Differentiable, check_gradient
from vizgd.objectives.callables.numpy_functions import (
    SINGLE_SPACING,
    CentralDifferences,
    PointFunction,
    fastest,
    float_array,
    is_undefined,
)
from vizgd.objectives.callables.randomness import Answers, NoGradient, call_twice, may_change, undisturbed
from vizgd.objectives.callables.tracing import traced
from vizgd.objectives.callables.user_code import FunctionError, UserFunction, cause, first_line, last_line
from vizgd.objectives.objective import Array, ArrayFunction, Objective

LIBRARIES: dict[str, Callable[[Callable[..., Any], bool, Array], Differentiable | None]] = {
    "torch": torch_functions.with_derivatives,
    "jax": jax_functions.with_derivatives,
    "autograd": autograd_functions.with_derivatives,
}
PLAIN: dict[str, Callable[[Callable[..., Any], bool], ArrayFunction]] = {
    "torch": lambda function, spread: torch_functions.TorchFunction(function, spread, batched=False),
    "jax": lambda function, spread: jax_functions.JaxFunction(function, spread, compiled=False),
}
"""How a library's functions are evaluated when nothing is compiled or batched: point by point."""
REACH = (-5.0, 5.0)
FEW = 5
"""The number of points at which a function is tried."""
NAMED = 2
"""Up to so many coordinates are called x and y."""


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
    with undisturbed():
        return _objective(function, grad, domain, _point(start), called)


def _objective(
    function: Callable[..., Any],
    grad: Callable[..., Any] | None,
    domain: Any,
    place: Array | None,
    called: str,
) -> Objective:
    count = _arguments(function, called)
    box = _box(function, count, domain, place)
    dimension = len(box)
    if count > 1 and count != dimension:
        raise UsageError(
            f"the function {called} takes {count} coordinates, not {dimension}",
            hint="give one (low, high) pair, and one number of the start, for each",
        )
    points = _points(box, place)
    asked = UserFunction(function, f"the function {called}")
    spread = count > 1 or dimension == 1 or (count == 0 and _takes(lambda _: function(*points[0]), None))
    answers, ask = _answers(asked, spread, points, function)
    variables = ("x", "y") if dimension <= NAMED else tuple(f"x{axis + 1}" for axis in range(dimension))
    if answers is not None and answers.noisy and ask is not None:
        value, gradient = ask, NoGradient() if grad is None else _given(grad, spread, points, called)
        if grad is None:
            warnings.warn(
                f"{called} answers differently when it is asked again at the same point: it is evaluated at "
                "each call and has no gradient; take its randomness out and give noise=… or sampler=… "
                "instead, or give grad=…",
                stacklevel=4,
            )
        said = "Its values are random: each is one draw."
        return Objective(
            called, value, gradient, box, title=called, description=said, variables=variables, noisy=True
        )
    if grad is None and dimension <= NAMED and answers is not None and not answers.draws:
        written = None if may_change(function) else _written(function, box, called, points, answers.values)
        if written is not None:
            return written
    found = _with_derivatives(asked, grad, spread, points, called)
    numeric = isinstance(found.gradient, CentralDifferences)
    return Objective(
        name=called,
        value=found.value,
        gradient=found.gradient,
        hessian=found.hessian,
        domain=box,
        title=called,
        description="Gradients by central differences." if numeric else "",
        variables=variables,
    )


def _points(box: tuple[tuple[float, float], ...], place: Array | None) -> Array:
    """Return the points ``(n, d)`` at which a function is tried, the start first; n is not d."""
    low, high = np.array(box).T
    dimension = len(box)
    count = FEW if dimension != FEW else FEW + 1
    points = np.random.default_rng(0).uniform(low, high, (count, dimension))
    if place is not None and len(place) == dimension and np.isfinite(place).all():
        points[0] = place
    return points


def _answers(
    asked: UserFunction, spread: bool, points: Array, function: Any
) -> tuple[Answers | None, ArrayFunction | None]:
    """Return what calling a function twice has shown, and how to call it; None where no way works."""
    ways: list[ArrayFunction] = [PointFunction(asked, spread)]
    ways += [make(asked, spread) for library, make in PLAIN.items() if library in sys.modules]
    for way in ways:
        try:
            return call_twice(lambda point, way=way: float(way(point)), points, function), way  # type: ignore[misc]
        except Exception:  # it was not written for this library, or has a bug, which is reported later
            continue
    return None, None


def _written(
    function: Callable[..., Any],
    box: tuple[tuple[float, float], ...],
    called: str,
    points: Array,
    values: Array,
) -> Objective | None:
    """Return a function as the formula that tracing finds; None where it finds none, or a wrong one."""
    try:
        made = [traced(function, domain=box, name=called, dimension=len(box)) for _ in range(2)]
    except UsageError:
        return None  # it does something that is no formula
    same = all(np.allclose(one.value(points), values, rtol=1e-9, atol=1e-12, equal_nan=True) for one in made)
    return made[0] if same else None


def _arguments(function: Callable[..., Any], called: str) -> int:
    """Return how many arguments a function requires; 1 where that is unknown, 0 for any number."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return 1
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    count = sum(p.kind in positional and p.default is inspect.Parameter.empty for p in parameters)
    taken = sum(p.kind in positional for p in parameters)
    if not taken:
        if any(p.kind is inspect.Parameter.VAR_POSITIONAL for p in parameters):
            return 0
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
    # A function of a vector fails at a number, which has no coordinates.
    return (REACH,) * (1 if any(_takes(function, number) for number in _numbers()) else 2)


def _numbers() -> Iterator[Any]:
    """Yield a number in the type of each library that is loaded."""
    yield 0.5
    if "torch" in sys.modules:
        yield sys.modules["torch"].tensor(0.5, dtype=sys.modules["torch"].float64)
    if "jax" in sys.modules:
        yield sys.modules["jax"].numpy.asarray(0.5)


def _takes(function: Callable[[Any], Any], number: Any) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # from a library that is tried with a number of another one
            answer = function(number)
    except ArithmeticError:  # such as 1/0
        return True
    except Exception:
        return False
    return answer is not None and np.ndim(answer) == 0


def _point(start: Any) -> Array | None:
    """Return a start as an array, None where it is not numeric: the error is raised where it is used."""
    if start is None:
        return None
    try:
        return np.atleast_1d(np.asarray(start, dtype=np.float64))
    except (TypeError, ValueError):
        return None


def _with_derivatives(
    asked: UserFunction, grad: Callable[..., Any] | None, spread: bool, points: Array, called: str
) -> Differentiable:
    failures: dict[str, Exception] = {}
    lost: UsageError | None = None
    if grad is None and _gives_plain_numbers(asked, spread, points):
        # NumPy's own functions are differentiated by autograd, whatever else is loaded.
        try:
            followed = autograd_functions.numpy_with_derivatives(asked, spread, points)
            check_gradient(followed, points[:3], called)
            return followed
        except Exception as error:  # it does something that autograd cannot differentiate
            failures[""] = error
    if grad is None:
        for library in [name for name in LIBRARIES if name in sys.modules]:
            try:
                found = LIBRARIES[library](asked, spread, points)
                if found is not None:
                    check_gradient(found, points[:3], called)
                    return found
            except FunctionError as error:  # it was not written for this library, or has a bug
                failures[library] = error
            except UsageError as error:  # the library does not see a part of the function
                lost = error
            except Exception as error:
                failures[library] = error
    unfollowed = failures.pop("", None)
    try:
        value = _numeric(asked, spread, points, called, failures)
    except UsageError as error:
        raise lost or error from error
    if grad is not None:
        given = Differentiable("grad", value, _given(grad, spread, points, called))
        check_gradient(given, points[:3], called)
        return given
    why = "" if unfollowed is None else f", since its operations cannot be followed ({_reason(unfollowed)})"
    single = _is_single(asked, spread, points)
    warnings.warn(
        f"the gradient of {called} is taken by central differences, good to about "
        f"{'four' if single else 'nine'} digits{why}: give its gradient, grad=…",
        stacklevel=5,
    )
    differences = CentralDifferences(value, SINGLE_SPACING) if single else CentralDifferences(value)
    return Differentiable("central differences", value, differences)


def _is_single(asked: UserFunction, spread: bool, points: Array) -> bool:
    """Return whether a function answers with fewer digits than float64 has."""
    answer = _answer(PointFunction(asked, spread), points)
    return getattr(answer, "dtype", None) in (np.float32, np.float16)


def _gives_plain_numbers(asked: UserFunction, spread: bool, points: Array) -> bool:
    """Return whether a function takes NumPy's numbers and returns no other library's."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # from a library that is tried with NumPy's numbers
            answer = _answer(PointFunction(asked, spread), points)
    except Exception:
        return False
    return type(answer).__module__.partition(".")[0].removesuffix("lib") not in LIBRARIES


def _reason(error: Exception) -> str:
    """Return why autograd could not differentiate a function."""
    from vizgd.objectives.callables.autograd_arrays import CannotFollowError

    own = cause(error)
    return first_line(own) if isinstance(own, CannotFollowError) else last_line(error)


def _numeric(
    asked: UserFunction, spread: bool, points: Array, called: str, failures: dict[str, Exception]
) -> ArrayFunction:
    plain = PointFunction(asked, spread)
    try:
        answer = _answer(plain, points)
    except FunctionError as error:
        # An error of torch's or JAX's about NumPy's numbers is no bug of the function.
        own = [one for one in failures.values() if isinstance(one, FunctionError)]
        raise own[0] if own and _wants_a_library(error) else error from error.__cause__
    reasons = "; ".join(f"with {library}: {last_line(error)}" for library, error in failures.items())
    if answer is None or (np.shape(answer) != () and np.size(answer) != 1):
        shape = np.shape(answer)
        raise UsageError(
            f"the function {called} returns {f'an array of shape {shape}' if shape else 'nothing'}",
            why="expected one number, the loss at one point",
            hint=None if shape else "end it with `return`",
        )
    library = type(answer).__module__.partition(".")[0].removesuffix("lib")
    if failures and library in LIBRARIES:
        raise UsageError(f"the function {called} cannot be differentiated", why=reasons)
    float_array(answer, points[0])
    return fastest(plain, points)


def _wants_a_library(error: Exception) -> bool:
    said = last_line(error)
    return any(word in said for word in ("Tensor", "'numpy.", "jax"))


def _answer(function: PointFunction, points: Array) -> Any:
    """Return the result at the first point where a function is defined; nan where there is none."""
    failure: Exception | None = None
    for point in points:
        try:
            with np.errstate(all="ignore"):
                return function.at_point(point.copy())
        except Exception as error:
            if not is_undefined(error):
                raise
            # math.log raises a ValueError outside its domain, and so do many bugs.
            failure = error if isinstance(error.__cause__, ValueError) else failure
    if failure:
        raise failure
    return np.full(points.shape[1:] * function.order, np.nan)


def _given(grad: Callable[..., Any], spread: bool, points: Array, called: str) -> ArrayFunction:
    plain = PointFunction(UserFunction(grad, f"the gradient of {called}"), spread, order=1)
    dimension = points.shape[1]
    answer = _answer(plain, points)
    try:
        shape = np.atleast_1d(np.asarray(answer, dtype=np.float64)).shape
    except (TypeError, ValueError):
        raise UsageError(
            f"the gradient of {called} returns {type(answer).__name__} {answer!r:.40}",
            why=f"expected {dimension} number{'s' * (dimension > 1)}, one for each coordinate",
        ) from None
    if shape != (dimension,):
        raise UsageError(
            f"the gradient of {called} has the shape {shape} at a point of {dimension} coordinates",
            why=f"expected {dimension} number{'s' * (dimension > 1)}, one for each",
        )
    return fastest(plain, points)
