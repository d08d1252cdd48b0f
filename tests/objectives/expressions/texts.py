"""Texts of expressions, and their values as Python finds them with NumPy."""

from __future__ import annotations

import ast

import numpy as np
from hypothesis import strategies as st

from vizgd.objectives.expressions.functions import FUNCTIONS, OPERATIONS

NUMBERS = st.one_of(
    st.integers(0, 12).map(str),
    st.floats(0, 50).map(lambda value: f"{value:.3g}"),
    st.sampled_from(["pi", "e", "0", "1e-300", "1e300", "0.5", "9**9**9", "10**6"]),
)


UNARY = [name for name, row in FUNCTIONS.items() if row.arity == 1]


BINARY = [name for name, row in FUNCTIONS.items() if row.arity == 2]


def grown(inner):
    """Return texts one operation longer than others."""
    return st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "**"]), inner).map(
            lambda t: f"({t[0]}) {t[1]} ({t[2]})"
        ),
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/"]), inner).map(" ".join),
        inner.map(lambda text: f"-({text})"),
        st.tuples(inner, st.integers(2, 4)).map(lambda t: f"({t[0]})**{t[1]}"),
        st.tuples(st.sampled_from(UNARY), inner).map(lambda t: f"{t[0]}({t[1]})"),
        st.tuples(st.sampled_from(BINARY), inner, inner).map(lambda t: f"{t[0]}({t[1]}, {t[2]})"),
    )


TEXTS = st.recursive(st.one_of(st.sampled_from(["x", "y"]), NUMBERS), grown, max_leaves=12)


POINTS = st.tuples(*[st.floats(-20, 20) | st.sampled_from([0.0, 1.0, -1.0, 1e200, -1e-200])] * 2)


class Literals(ast.NodeTransformer):
    """Makes each number a float64 before anything is computed with it."""

    def visit_Constant(self, node):
        return ast.Call(ast.Name("float64", ast.Load()), [node], [])


def evaluated_by_python(text, x, y):
    """Let Python walk the text on arrays, so that each operation is NumPy's."""
    tree = ast.fix_missing_locations(Literals().visit(ast.parse(text, mode="eval")))
    names = {name: row.apply for name, row in OPERATIONS.items()}
    names |= {"x": np.array([x]), "y": np.array([y]), "pi": np.float64(np.pi), "e": np.float64(np.e)}
    with np.errstate(all="ignore"):
        found = eval(compile(tree, "text", "eval"), {"__builtins__": {}}, names | {"float64": np.float64})
    return np.ravel(found)[0]
