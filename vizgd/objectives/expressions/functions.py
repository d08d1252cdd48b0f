"""The operations of expressions: what each computes and, where sympy's are not good enough, its derivatives.

One row a function. Everything is real, in float64: outside of its domain a function is nan or inf, never
complex.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from vizgd.objectives.objective import Array


@dataclass(frozen=True)
class Function:
    """One operation.

    Parameters
    ----------
    apply : callable
        Maps as many arrays as it has arguments to an array, elementwise.
    arity : int, default 1
        How many arguments it takes.
    partials : tuple of str, default ()
        Its derivative by each argument, written in the arguments ``a`` and ``b``. Empty where sympy derives
        it from the name.
    chains : bool, default False
        Whether more arguments may be given, as ``f(f(a, b), c)``.
    """

    apply: Callable[..., Any]
    arity: int = 1
    partials: tuple[str, ...] = ()
    chains: bool = False


def _sech(a: Array) -> Any:
    return 1.0 / np.cosh(a)


def _step(a: Array, b: Array) -> Any:
    """Return 1 where a > b, 0 where a < b and 1/2 where they tie."""
    return 0.5 + 0.5 * np.sign(np.where(a == b, 0.0, a - b))


OPERATORS = {
    "add": Function(np.add, 2, partials=("1", "1")),
    "subtract": Function(np.subtract, 2, partials=("1", "-1")),
    "multiply": Function(np.multiply, 2, partials=("b", "a")),
    "divide": Function(np.divide, 2, partials=("1/b", "-a/b**2")),
    "negative": Function(np.negative, partials=("-1",)),
    # sympy writes b*a**b/a, which is 0/0 at 0.
    "power": Function(np.power, 2, partials=("b*a**(b - 1)", "a**b*log(a)")),
}

FUNCTIONS = {
    "sin": Function(np.sin),
    "cos": Function(np.cos),
    "tan": Function(np.tan),
    "asin": Function(np.arcsin),
    "acos": Function(np.arccos),
    "atan": Function(np.arctan),
    "atan2": Function(np.arctan2, 2),
    "sinh": Function(np.sinh),
    "cosh": Function(np.cosh),
    "tanh": Function(np.tanh, partials=("sech(a)**2",)),  # 1 - tanh(a)**2 loses all digits on the plateaus
    "sech": Function(_sech),
    "asinh": Function(np.arcsinh),
    "acosh": Function(np.arccosh),
    "atanh": Function(np.arctanh),
    "exp": Function(np.exp),
    "expm1": Function(np.expm1, partials=("exp(a)",)),
    "log": Function(np.log),
    "log2": Function(np.log2, partials=("1/(a*log(2))",)),
    "log10": Function(np.log10, partials=("1/(a*log(10))",)),
    "log1p": Function(np.log1p, partials=("1/(1 + a)",)),
    "sqrt": Function(np.sqrt),
    "cbrt": Function(np.cbrt, partials=("1/(3*cbrt(a)**2)",)),  # of negative numbers, too
    # At a kink the slope is one of the subgradients, the middle one: 0 for abs.
    "abs": Function(np.abs, partials=("sign(a)",)),
    "sign": Function(np.sign, partials=("0",)),
    "floor": Function(np.floor, partials=("0",)),
    "ceil": Function(np.ceil, partials=("0",)),
    "min": Function(np.minimum, 2, partials=("step(b, a)", "step(a, b)"), chains=True),
    "max": Function(np.maximum, 2, partials=("step(a, b)", "step(b, a)"), chains=True),
}

INTERNAL = {"step": Function(_step, 2, partials=("0", "0"))}

ALIASES = {
    "arcsin": "asin",
    "arccos": "acos",
    "arctan": "atan",
    "arctan2": "atan2",
    "arcsinh": "asinh",
    "arccosh": "acosh",
    "arctanh": "atanh",
    "ln": "log",
    "fabs": "abs",
    "minimum": "min",
    "maximum": "max",
    "ceiling": "ceil",
    "pow": "power",
}

OPERATIONS = OPERATORS | FUNCTIONS | INTERNAL

CONSTANTS = {"pi": math.pi, "e": math.e}
