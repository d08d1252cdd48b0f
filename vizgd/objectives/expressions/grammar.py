"""Parses expressions: a subset of Python's syntax. Nothing that a user typed is ever executed.

``ast.parse`` reads the text; numbers, names, calls and arithmetic become steps of a tape, and everything else
is an error that names its place. Length, nesting and digits are limited before Python sees the text.
"""

from __future__ import annotations

import ast
import difflib
import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from vizgd.base.errors import UsageError
from vizgd.objectives.expressions.functions import ALIASES, CONSTANTS, FUNCTIONS, OPERATIONS, Function
from vizgd.objectives.expressions.preprocessing import SourceText, preprocessed
from vizgd.objectives.expressions.tape import Tape

DEPTH = 50  # parentheses, functions in functions, powers of powers
FAMILIES = (("x", "y"), ("x1", "x2"))

OPERATOR_NAMES: dict[type[ast.AST], str] = {
    ast.Add: "add",
    ast.Sub: "subtract",
    ast.Mult: "multiply",
    ast.Div: "divide",
    ast.Pow: "power",
}

REFUSED: dict[type[ast.AST], str] = {
    ast.Attribute: "attribute access (a dot after a name)",
    ast.Subscript: "indexing with [ ]",
    ast.Lambda: "lambda",
    ast.ListComp: "a comprehension",
    ast.SetComp: "a comprehension",
    ast.DictComp: "a comprehension",
    ast.GeneratorExp: "a comprehension",
    ast.Compare: "a comparison",
    ast.NamedExpr: "an assignment with :=",
    ast.Starred: "a starred argument",
    ast.IfExp: "if … else",
    ast.BoolOp: "and, or",
    ast.List: "a list",
    ast.Tuple: "a comma outside of a function's arguments",
    ast.Set: "a set",
    ast.Dict: "a dictionary",
    ast.JoinedStr: "a string",
    ast.Await: "await",
    ast.Yield: "yield",
}


@dataclass(frozen=True)
class Parsed:
    """A text as a tape whose last step is its value, and the names of its coordinates."""

    tape: Tape = field(repr=False)
    output: int
    variables: tuple[str, ...]

    def __getstate__(self) -> dict[str, Any]:
        """Leave out the derivatives that were appended to the tape later."""
        return vars(self) | {"tape": self.tape.until(self.output)}


def parse(
    typed: str,
    *,
    dimension: int | None = None,
    variables: Sequence[str] | None = None,
    functions: Mapping[str, Function] = FUNCTIONS,
) -> Parsed:
    """Read an expression.

    Parameters
    ----------
    typed : str
        Such as ``"x**4 - 5*x**3"`` or ``"x^2 + 10*y^2"``: ``^`` is a power.
    dimension : int, optional
        1 or 2; by default 2 when the second variable occurs.
    variables : sequence of str, optional
        The names of the coordinates; by default x and y, or x1 and x2.
    functions : mapping
        The functions that may be called.

    Raises
    ------
    UsageError
        For anything outside the grammar, with the place of the fault.
    """
    text = preprocessed(typed)
    tree = syntax_tree(text)
    if variables is None:
        variables = _family(text, tree, dimension)
    reader = _Reader(text, tuple(variables), functions, Tape())
    output = reader.read(tree, 0)
    return Parsed(reader.tape, output, tuple(variables))


def syntax_tree(text: SourceText) -> ast.expr:
    """Return Python's tree of a text.

    Raises
    ------
    UsageError
        For what is no arithmetic, with the place of the fault.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python's warnings about text that will be refused anyway
            return ast.parse(text.rewritten, mode="eval").body
    except SyntaxError as error:
        raise _syntax_fault(text, error) from None
    except (ValueError, RecursionError, MemoryError):
        raise text.fault(why="it is nested too deeply", hint=f"at most {DEPTH} levels can be read") from None


def _syntax_fault(text: SourceText, error: SyntaxError) -> UsageError:
    place = min(max((error.offset or 1) - 1, 0), len(text.rewritten) - 1)
    hint = "numbers, x, y, + - * / ** ( ) and functions such as sin(x) can be read"
    if "=" in text.rewritten:
        hint = "write the expression alone, without ="
    elif named := re.search(rf"\b({'|'.join([*FUNCTIONS, *ALIASES])})\s+[A-Za-z0-9_]", text.rewritten):
        hint = f"write what a function is taken of in brackets, such as {named[1]}(x)"
    elif re.search(r"[\d)]\s*[A-Za-z_(]|\w\s+[A-Za-z_(]", text.rewritten):
        hint = "write each product with *, such as 2*x"
    why = error.msg if "never closed" in error.msg or "unmatched" in error.msg else "this is not arithmetic"
    return text.fault(place, place + 1, why=why, hint=hint)


def _family(text: SourceText, tree: ast.expr, dimension: int | None) -> tuple[str, ...]:
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    family = next((names_ for names_ in FAMILIES if names & set(names_)), FAMILIES[0])
    used = 2 if family[1] in names else 1
    if dimension is not None and dimension < used:
        raise text.fault(
            why=f"it uses {family[1]}, but its domain has only {dimension} dimension",
            hint="give one (low, high) pair for each variable",
        )
    return family[: dimension or used]


@dataclass(frozen=True)
class _Reader:
    """Walks over Python's syntax tree and writes the tape."""

    text: SourceText
    variables: tuple[str, ...]
    functions: Mapping[str, Function]
    tape: Tape

    def read(self, node: ast.expr, depth: int) -> int:
        if depth > DEPTH:
            raise self.text.fault(why="it is nested too deeply", hint=f"at most {DEPTH} levels can be read")
        match node:
            case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
                return self.tape.number(_float(value))
            case ast.Constant():
                raise self.fault(node, "only real numbers can be read")
            case ast.Name(id=name):
                return self.name(node, name)
            case ast.UnaryOp(op=ast.UAdd()):
                return self.read(node.operand, depth + 1)
            case ast.UnaryOp(op=ast.USub()):
                return self.tape.call("negative", self.read(node.operand, depth + 1))
            case ast.BinOp():
                return self.chain(node, depth)
            case ast.Call():
                return self.call(node, depth)
        hint = None
        match node:
            case ast.Attribute(value=ast.Name(id=module), attr=name) if module not in self.variables:
                hint = f"for Python code, write {module}:{name}, with a colon"
        raise self.fault(node, f"{REFUSED.get(type(node), 'this')} is not part of an expression", hint)

    def chain(self, node: ast.BinOp, depth: int) -> int:
        """Read a + b + c + … from the left, in a loop: a long sum is not a deep one."""
        links: list[ast.BinOp] = []
        first: ast.expr = node
        while isinstance(first, ast.BinOp):
            links.append(first)
            first = first.left
        result = self.read(first, depth + 1)
        for link in reversed(links):
            if type(link.op) not in OPERATOR_NAMES:
                raise self.fault(link, "of the operators only + - * / ** and ^ can be read")
            result = self.tape.call(OPERATOR_NAMES[type(link.op)], result, self.read(link.right, depth + 1))
        return result

    def call(self, node: ast.Call, depth: int) -> int:
        if not isinstance(node.func, ast.Name):
            if isinstance(node.func, ast.Attribute):
                raise self.fault(
                    node.func,
                    "attribute access (a dot after a name) is not part of an expression",
                    f"write {node.func.attr} without a module, such as {node.func.attr}(x)"
                    if ALIASES.get(node.func.attr, node.func.attr) in self.functions
                    else None,
                )
            raise self.fault(node.func, "this is not a function", "write a product with *, such as 2*(x + 1)")
        typed = node.func.id
        name = ALIASES.get(typed, typed)
        function = self.functions.get(name) or (OPERATIONS["power"] if typed == "pow" else None)
        if function is None:
            raise self.unknown_function(node.func)
        if node.keywords:
            raise self.fault(
                node, "arguments cannot be named", f"write {typed}({', '.join('ab'[: function.arity])})"
            )
        count = len(node.args)
        if count != function.arity and not (function.chains and count > function.arity):
            wanted = f"{function.arity}{' or more' if function.chains else ''}"
            raise self.fault(node, f"{typed} takes {wanted} argument{'s'[: function.arity > 1]}, not {count}")
        places = [self.read(argument, depth + 1) for argument in node.args]
        while len(places) > max(function.arity, 1):
            places[:2] = [self.tape.call(name, *places[:2])]
        return self.tape.call(name, *places)

    def name(self, node: ast.expr, name: str) -> int:
        if name in self.variables:
            return self.tape.variable(self.variables.index(name))
        if name in CONSTANTS:
            return self.tape.number(CONSTANTS[name])
        if name in self.functions or name in ALIASES:
            raise self.fault(node, f"{name} is a function", f"write what it is taken of, such as {name}(x)")
        if any(name in family for family in FAMILIES):
            raise self.fault(node, "x and y cannot be mixed with x1 and x2", "use one pair of names")
        near = difflib.get_close_matches(name.lower(), [*self.variables, *CONSTANTS, *self.functions], n=1)
        if name == "z" or re.fullmatch(r"x\d+", name):
            raise self.fault(
                node,
                "an expression has one or two variables: x, or x and y, or x1 and x2",
                "write a function of more in Python, of a point",
            )
        raise self.fault(
            node,
            "unknown name; the variables are x, or x and y, or x1 and x2; the constants pi and e",
            f"did you mean {near[0]!r}?" if near else "write numbers for everything else",
        )

    def unknown_function(self, node: ast.Name) -> UsageError:
        if node.id in self.variables or node.id in CONSTANTS:
            return self.fault(
                node, "this is not a function", f"write a product with *, such as {node.id}*(x + 1)"
            )
        near = difflib.get_close_matches(node.id.lower(), [*self.functions, *ALIASES], n=1)
        return self.fault(
            node,
            f"unknown function; known: {' '.join(self.functions)}",
            f"did you mean {near[0]!r}?" if near else "build it from these",
        )

    def fault(self, node: ast.expr, why: str, hint: str | None = None) -> UsageError:
        if hint is None:
            hint = "numbers, x, y, + - * / ** ( ) and functions such as sin(x) can be read"
        return self.text.fault(node.col_offset, node.end_col_offset, why=why, hint=hint)


def _float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf")
