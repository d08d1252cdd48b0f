"""What a user may give for an objective, turned into one."""

from __future__ import annotations

import re

from vizgd.errors import UsageError, unknown
from vizgd.objectives.catalogue import OBJECTIVES
from vizgd.objectives.dataset import DATASETS
from vizgd.objectives.objective import Objective


def objective_from(thing: object) -> Objective:
    """Return the objective that something stands for.

    Parameters
    ----------
    thing : Objective, str or callable
        An objective, the name of one in the catalogue or among the data sets, an expression such as
        ``"x**2 + 10*y**2"``, or a function ``f(x)`` or ``f(x, y)`` of NumPy's arithmetic.

    Raises
    ------
    UsageError
        For an unknown name, with the nearest known ones; for a text that is no expression, with the fault.

    Examples
    --------
    >>> objective_from("rosenbrock").minimizers
    ((1.0, 1.0),)
    >>> objective_from("x**2 + 10*y**2").dimension
    2
    """
    if isinstance(thing, Objective):
        return thing
    if callable(thing):
        from vizgd.objectives.tracing import traced

        return traced(thing)
    if not isinstance(thing, str):
        raise UsageError(
            f"cannot make an objective of {type(thing).__name__} {str(thing)[:40]!r}",
            hint="give an Objective, a name such as 'rosenbrock' or text such as 'x**2 + 10*y**2'",
        )
    for table in (OBJECTIVES, DATASETS):
        if thing in table:
            return table[thing]
    if _looks_like_a_name(thing):
        raise unknown("objective", thing, [*OBJECTIVES, *DATASETS])
    from vizgd.objectives.expression import parse_objective

    return parse_objective(thing)


def _looks_like_a_name(text: str) -> bool:
    """Tell a mistyped name, such as rosenbrok or six-hump, from a formula, such as x or x - e."""
    from vizgd.objectives.functions import CONSTANTS
    from vizgd.objectives.grammar import FAMILIES

    words = re.split(r"[-_ ]+", text.strip())
    symbols = {symbol for family in FAMILIES for symbol in family} | CONSTANTS.keys()
    return words[0].isidentifier() and all(word.isalnum() and word not in symbols for word in words)
