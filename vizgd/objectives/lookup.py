"""Makes an objective of whatever a user gives for one: a name, an expression or a function."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from vizgd.base.errors import UsageError, unknown
from vizgd.objectives.catalogue import OBJECTIVES
from vizgd.objectives.datasets.data_files import is_data_file
from vizgd.objectives.datasets.dataset import DATASETS
from vizgd.objectives.objective import Objective


def objective_from(
    thing: object,
    *,
    grad: Callable[..., Any] | None = None,
    domain: Sequence[Sequence[float]] | None = None,
    start: Any = None,
    name: str | None = None,
) -> Objective:
    """Return the objective that something stands for.

    A function may be written with Python, NumPy, torch, JAX or autograd. Its gradient is ``grad`` where that
    is given; otherwise it is exact, by automatic differentiation of NumPy's operations or by the function's
    own library, in float64; if neither works, it is approximated by central differences, and a warning says
    why. In any case it is compared with central differences at a few points.

    A function of one or two coordinates that is one formula, such as ``lambda x, y: x**2 + np.sin(y)``, is
    traced once, with the current values of the variables that it refers to; JAX compiles functions likewise.
    Any other is called again for each value and each gradient. A function that returns different values when
    it is called twice at one point is random: it is evaluated at each call, methods that need only values can
    run on it, and methods that need gradients are refused unless ``grad`` is given.

    Parameters
    ----------
    thing : Objective, str or callable
        An objective, the name of one in the catalogue or among the data sets, an expression such as
        ``"x**2 + 10*y**2"``, or a function: of the coordinates, ``f(x)`` or ``f(x, y)``, or of one point, an
        array ``(d,)``.
    grad : callable, optional
        The gradient of a function: it takes what the function takes and returns one number a coordinate.
    domain : sequence of (low, high), optional
        The box of a function that is drawn, one pair a coordinate; by default (-5, 5) each.
    start : sequence of d floats, optional
        A point at which a function is defined. Its length is the number of coordinates of a function of one
        argument, if there is no domain; without either that is one, or two where one does not work.
    name : str, optional
        What to call a function; by default its own name.

    Raises
    ------
    UsageError
        For an unknown name, with the nearest known ones; for a text that is no expression, with the fault;
        for a function that cannot be evaluated, does not return one number, or has another gradient than the
        one that was given.

    Examples
    --------
    >>> objective_from("rosenbrock").minimizers
    ((1.0, 1.0),)
    >>> objective_from("x**2 + 10*y**2").dimension
    2
    >>> bowl = objective_from(lambda p: p @ p, grad=lambda p: 2 * p, domain=[(-1, 1), (-1, 1)])
    >>> print(bowl.gradient([[1.0, 2.0], [3.0, 4.0]]))
    [[2. 4.]
     [6. 8.]]
    """
    if isinstance(thing, Objective):
        return thing
    if callable(thing):
        from vizgd.objectives.callables.conversion import objective_of_function

        return objective_of_function(thing, grad=grad, domain=domain, start=start, name=name)
    if not isinstance(thing, str):
        raise UsageError(
            f"cannot make an objective of {type(thing).__name__} {str(thing)[:40]!r}",
            hint="give an Objective, a name such as 'rosenbrock' or text such as 'x**2 + 10*y**2'",
        )
    for table in (OBJECTIVES, DATASETS):
        if thing in table:
            return table[thing]
    if is_data_file(thing):
        raise UsageError(
            f"{thing!r} is a file, and no objective",
            why="a loss over the data in it is one",
            hint=f'in a comparison file: objective = {{ data = "{thing}" }}',
        )
    if _looks_like_a_name(thing):
        raise unknown("objective", thing, [*OBJECTIVES, *DATASETS], listed=True)
    from vizgd.objectives.expressions.expression import parse_objective

    return parse_objective(thing)


def _looks_like_a_name(text: str) -> bool:
    """Tell a mistyped name, such as rosenbrok or six-hump, from a formula, such as x or x - e."""
    from vizgd.objectives.expressions.functions import CONSTANTS
    from vizgd.objectives.expressions.grammar import FAMILIES

    words = re.split(r"[-_ ]+", text.strip())
    symbols = {symbol for family in FAMILIES for symbol in family} | CONSTANTS.keys()
    return (
        "π" not in text
        and words[0].isidentifier()
        and all(word.isalnum() and word not in symbols for word in words)
    )
