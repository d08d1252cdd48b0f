"""Gradient transformations of Optax, recorded as they run."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from vizgd.base.errors import MissingDependency, UsageError
from vizgd.objectives.callables.jax_functions import JaxFunction, double_precision
from vizgd.objectives.objective import Array
from vizgd.optimizers.foreign.steps import OWN, CountedLoss, follow_steps, reason_of, shown
from vizgd.optimizers.interface import Keep, Method
from vizgd.optimizers.task import Task

PLUMBING = {"chain", "scale", "scale_by_learning_rate", "with_extra_args_support", "identity"}
"""Parts of a chain that a label does not name."""
WORDS = {
    "<lambda>": "transformation",
    "trace": "momentum",
    "inject_hyperparams": "injected",
    "scale_by_schedule": "scheduled",
}


@dataclass(frozen=True, init=False)
class Optax(Method):
    """A gradient transformation of Optax.

    It runs compiled, in float64, on params of shape ``(d,)``. Transformations that take more than gradient
    and params are given ``value``, ``grad``, ``value_fn``, ``grad_fn`` and ``obj_fn``. What its state holds
    is among the trajectory's terms under the names that Optax gives it, such as ``mu``.

    Parameters
    ----------
    transformation : optax.GradientTransformation or callable
        Any chain; or a function such as ``optax.adam`` that makes one of the settings.
    **settings
        For that function: ``learning_rate=0.1``. A legend shows them, of a finished transformation only what
        can be read from it.

    Raises
    ------
    UsageError
        When it is no transformation and makes none.

    Examples
    --------
    >>> import optax
    >>> print(Optax(optax.adam, learning_rate=0.1).label)
    optax adam learning_rate=0.1
    """

    transformation: Any
    settings: Mapping[str, Any]

    def __init__(self, transformation: Any, /, **settings: Any) -> None:
        while isinstance(transformation, functools.partial) and not transformation.args:
            transformation, settings = transformation.func, {**transformation.keywords, **settings}
        ready = is_transformation(transformation)
        if (ready and settings) or not (ready or callable(transformation)):
            raise UsageError(
                f"{transformation!r:.60} takes no settings"
                if ready
                else f"{transformation!r:.60} is no optimizer",
                hint="write Optax(optax.adam, learning_rate=0.1), or Optax(optax.chain(…))",
            )
        object.__setattr__(self, "transformation", transformation)
        object.__setattr__(self, "settings", settings)

    @property
    def called(self) -> str:
        """The name of the function that made it, or of what a chain is made of."""
        if not is_transformation(self.transformation):
            return f"optax {getattr(self.transformation, '__name__', 'optimizer')}"
        return " ".join(["optax", ", ".join(_parts(self.transformation)) or "sgd"])

    @property
    def label(self) -> str:
        """The name and the settings."""
        if not is_transformation(self.transformation):
            return f"{self.called} {shown(self.settings)}".strip()
        rate = _learning_rate(self.transformation)
        return self.called if rate is None else f"{self.called} {shown({'learning_rate': rate})}"

    def follow(self, task: Task, keep: Keep) -> None:
        """Run the transformation, compiled, on params of its own."""
        jax, optax = imported()
        with double_precision():
            transformation = optax.with_extra_args_support(self._made())
            current: list[CountedLoss] = []
            value_fn = _value_function(jax, task, current)

            # Line searches refuse an argument of which their value_fn does not know.
            def watched(params: Any, obj_fn: Any = None, grad_fn: Any = None) -> Any:  # noqa: ARG001
                return value_fn(params)

            def grad_fn(params: Any, _count: Any = None) -> Any:
                return jax.grad(value_fn)(params)

            taken = inspect.signature(transformation.update).parameters
            every = any(parameter.kind is parameter.VAR_KEYWORD for parameter in taken.values())

            @jax.jit  # type: ignore[untyped-decorator]
            def update(params: Any, gradient: Any, value: Any, state: Any) -> Any:
                more = {"value": value, "grad": gradient, "value_fn": watched}
                more |= {"obj_fn": value_fn, "grad_fn": grad_fn}
                more = {name: part for name, part in more.items() if every or name in taken}
                updates, state = transformation.update(gradient, state, params, **more)
                return optax.apply_updates(params, updates), state

            try:
                state = transformation.init(jax.numpy.asarray(task.start))
            except Exception as error:
                raise UsageError(f"{self.called} cannot be made: {reason_of(error)}") from error

            def advance(params: Array, gradient: Array, loss: CountedLoss) -> tuple[Array, Mapping[str, Any]]:
                nonlocal state
                current[:] = [loss]
                moved, state = update(params, gradient, loss.value(params), state)
                return np.array(moved), named(jax, state)

            follow_steps(task, keep, self.called, advance)

    def _made(self) -> Any:
        if is_transformation(self.transformation):
            return self.transformation
        try:
            made = self.transformation(**self.settings)
        except Exception as error:
            raise UsageError(f"{self.called} cannot be made: {reason_of(error)}") from error
        if not is_transformation(made):
            raise UsageError(f"{self.called} made {made!r:.60}", why="expected a GradientTransformation")
        return made


def imported() -> tuple[Any, Any]:
    """Return jax and optax.

    Raises
    ------
    MissingDependency
    """
    try:
        import jax
        import optax
    except ImportError:
        raise MissingDependency("this needs Optax", hint="pip install 'vizgd[optax]'") from None
    return jax, optax


def is_transformation(thing: Any) -> bool:
    """Say whether something is a gradient transformation, without importing optax."""
    return isinstance(thing, tuple) and getattr(thing, "_fields", None) == ("init", "update")


def named(jax: Any, state: Any) -> dict[str, Any]:
    """Return the numbers of a state by the names of their fields; of equal names, the later get a number.

    The learning rate is the one that the state tells, if it does: a line search, injected settings.
    """
    found: dict[str, Any] = {}
    for path, leaf in jax.tree_util.tree_flatten_with_path(state)[0]:
        words = [str(getattr(key, "name", getattr(key, "key", ""))) for key in path]
        name = ".".join(word for word in words if word) or "state"
        rate = name.endswith("learning_rate") and np.ndim(leaf) == 0
        name = "learning_rate" if rate else f"state.{name}" if name in OWN else name
        count = 2
        while (unique := name if count == 2 else f"{name}_{count - 1}") in found:
            count += 1
        found[unique] = leaf
    return found


def _value_function(jax: Any, task: Task, current: list[CountedLoss]) -> Callable[[Any], Any]:
    """Return the loss of the present step as a function that JAX can trace and differentiate."""
    own = task.objective.value
    if task.exact and isinstance(own, JaxFunction):
        return own.at_point

    def called_back(function: Callable[[Array], Any], shape: tuple[int, ...], point: Any) -> Any:
        result = jax.ShapeDtypeStruct(shape, np.float64)
        return jax.pure_callback(lambda p: np.asarray(function(np.asarray(p)), np.float64), result, point)

    @jax.custom_jvp  # type: ignore[untyped-decorator]
    def value(point: Any) -> Any:
        return called_back(lambda p: current[0].value(p), (), point)

    @jax.custom_jvp  # type: ignore[untyped-decorator]
    def gradient(point: Any) -> Any:
        return called_back(lambda p: current[0].gradient(p), task.start.shape, point)

    @value.defjvp  # type: ignore[untyped-decorator]
    def _slope(point: Any, tangent: Any) -> Any:
        return value(*point), gradient(*point) @ tangent[0]

    hessian = task.objective.hessian if task.exact else None
    if hessian is not None:

        @gradient.defjvp  # type: ignore[untyped-decorator]
        def _curvature(point: Any, tangent: Any) -> Any:
            return gradient(*point), called_back(hessian, task.start.shape * 2, *point) @ tangent[0]

    return value  # type: ignore[no-any-return]


def _parts(transformation: Any) -> list[str]:
    """Return what a chain is made of, by the names of the functions that made its parts."""
    names = [function.__qualname__.partition(".")[0] for function in _updates(transformation.update)]
    parts = [WORDS.get(name, name.removeprefix("scale_by_")) for name in names if name not in PLUMBING]
    return list(dict.fromkeys(parts))


def _learning_rate(transformation: Any) -> float | None:
    """Return the factor with which a chain ends, where it is a constant one."""
    for function in _updates(transformation.update):
        size = _around(function).get("step_size")
        if function.__qualname__.startswith("scale.") and isinstance(size, float) and size < 0:
            return -size
    return None


def _updates(function: Any) -> Iterator[Any]:
    """Yield the update functions inside one, in order: those that optax's combinators keep around theirs."""
    if not hasattr(function, "__closure__"):
        return
    yield function
    for value in _around(function).values():
        for inner in value if isinstance(value, tuple | list) else [value]:
            if is_transformation(inner):
                inner = inner.update
            if "update" in getattr(inner, "__qualname__", "").rpartition(".")[2]:
                yield from _updates(inner)


def _around(function: Any) -> dict[str, Any]:
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    return {name: cell.cell_contents for name, cell in cells}
