"""An objective: a function over arrays of points, its derivatives and its known minima."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from vizgd.base.errors import UsageError
from vizgd.objectives.callables.user_code import guarded
from vizgd.objectives.domain import Domain

Array: TypeAlias = NDArray[np.float64]
ArrayFunction: TypeAlias = Callable[[Array], Array]


@dataclass(frozen=True, eq=False)
class Samples:
    """The examples of a data-set loss, and the loss over any subset of them.

    A data-set loss is the mean over examples, so the gradient over a batch is an unbiased estimate of the
    full gradient.

    Parameters
    ----------
    inputs : array, shape (n, p)
    targets : array, shape (n,)
    value : callable
        ``value(params, indices)`` is the mean loss over the examples at ``indices``; params ``(..., d)``
        give ``(...)``.
    gradient : callable
        ``gradient(params, indices)``, shape ``(..., d)``.
    predict : callable
        ``predict(params, inputs)`` is the model's output, shape ``(..., n)``.
    gradients : callable or None, default None
        ``gradients(params, indices)``: the gradients of many params ``(k, d)`` at once, each over a batch of
        its own, indices ``(k, b)``. Where it is missing, `gradient` is called for each.
    """

    inputs: Array
    targets: Array
    value: Callable[[Array, NDArray[np.intp]], Array]
    gradient: Callable[[Array, NDArray[np.intp]], Array]
    predict: Callable[[Array, Array], Array]
    gradients: Callable[[Array, NDArray[np.intp]], Array] | None = None

    @property
    def count(self) -> int:
        """The number of examples."""
        return len(self.targets)


def in_words(samples: Samples | None) -> str:
    """Describe the examples of an objective, as the end of a sentence."""
    if samples is None:
        return "no examples"
    count = samples.inputs.shape[1] if samples.inputs.ndim == 2 else 1
    whole = (samples.targets == np.round(samples.targets)).all()
    kind = "classes" if whole else "numbers that are no classes"
    return f"examples of {count} input{'s'[: count != 1]}, with {kind}"


@dataclass(frozen=True, eq=False)
class Objective:
    """A function to minimize, evaluated over arrays of points.

    Parameters
    ----------
    name : str
        Short name for messages, file names and keys.
    value : callable
        Maps points ``(..., d)`` to losses ``(...)``, float64. It never warns and never raises on finite
        points: where the function is not defined it returns nan or inf.
    gradient : callable
        Maps points ``(..., d)`` to gradients ``(..., d)``.
    domain : tuple of (low, high)
        The box that is drawn, one pair a dimension. Runs may leave it.
    hessian : callable or None, default None
        Maps points ``(..., d)`` to Hessians ``(..., d, d)``; None where it is not known.
    minimizers : tuple of points, default ()
        The known global minimizers, empty when unknown or when there are none.
    minimum : float or None, default None
        The value at the minimizers.
    start : tuple of float or None, default None
        A start from which a run shows what is special about the function.
    formula : str, default ""
        The expression as a user could type it.
    title : str, default ""
        Its name in words.
    description : str, default ""
        One line: what is special about it.
    source : str, default ""
        The source of the definition.
    variables : tuple of str, default ("x", "y")
        The axes' names, at least ``d`` of them.
    samples : Samples or None, default None
        The examples of a data-set loss.
    filters : array of int, shape (d,), or None, default None
        For a network, the number of the filter (the weights into one unit) to which each parameter belongs;
        -1 for parameters of no filter, such as biases.
    noisy : bool, default False
        Whether its values are random: another call at the same point returns another value.
    """

    name: str
    value: ArrayFunction
    gradient: ArrayFunction
    domain: tuple[tuple[float, float], ...]
    hessian: ArrayFunction | None = None
    minimizers: tuple[tuple[float, ...], ...] = ()
    minimum: float | None = None
    start: tuple[float, ...] | None = None
    formula: str = ""
    title: str = ""
    description: str = ""
    source: str = ""
    variables: tuple[str, ...] = ("x", "y")
    samples: Samples | None = None
    filters: NDArray[np.intp] | None = None
    noisy: bool = False

    def __post_init__(self) -> None:
        for name in ("value", "gradient", "hessian"):
            given = getattr(self, name)
            if not (callable(given) or (name == "hessian" and given is None)):
                raise UsageError(
                    f"the {name} of {self.name!r} is {given!r:.60}",
                    why="expected a function of points, an array of shape (..., d)",
                    hint="or give the comparison the formula as text: it is differentiated for you",
                )
            object.__setattr__(self, name, guarded(given, f"the {name} of {self.name!r}"))
        object.__setattr__(self, "domain", self._checked_domain())

    def _checked_domain(self) -> tuple[tuple[float, float], ...]:
        try:
            box = np.array(self.domain, dtype=np.float64)
        except (TypeError, ValueError):
            box = np.empty(0)
        if (
            box.ndim != 2
            or box.shape[1] != 2
            or not (np.isfinite(box).all() and (box[:, 0] < box[:, 1]).all())
        ):
            raise UsageError(
                f"the domain of {self.name!r} is {self.domain!r:.60}",
                why="expected a pair of finite numbers for each coordinate, the lower first",
                hint="such as ((-5, 5), (-1, 3))",
            )
        return self.domain if isinstance(self.domain, Domain) else Domain.of(box)

    def __repr__(self) -> str:
        names = ", ".join(self.variables[: min(self.dimension, 4)]) + (", …" if self.dimension > 4 else "")
        return f"<Objective {self.name!r} of {names}>"

    @property
    def dimension(self) -> int:
        """The number of parameters, d."""
        return len(self.domain)
