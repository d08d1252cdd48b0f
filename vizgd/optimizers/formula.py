"""What a rule tells of itself: its formula line by line, and the parts that its step is put together from.

It is declared once, beside the rule's `terms`; docstring, equation, arrows, bars and their colors are made
from it. Its lines are assignments in the grammar of expressions, such as ``v = beta*v + g``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np

from vizgd.base.errors import UsageError
from vizgd.objectives.expressions.functions import FUNCTIONS, OPERATIONS, Function
from vizgd.objectives.expressions.grammar import Parsed, parse, syntax_tree
from vizgd.objectives.expressions.preprocessing import preprocessed
from vizgd.objectives.expressions.tape import Number, Variable

Kind: TypeAlias = Literal["vector", "square", "scaling", "number", "other"]
"""What a quantity is, and so how it can be drawn.

A ``vector`` is an arrow at the point; a ``square`` is a sum or mean of squares, by coordinate; a ``scaling``
is what coordinates are multiplied or divided by; a ``number`` is one for all of them; nothing is known of
``other``.
"""

Role: TypeAlias = Literal["gradient", "momentum", "second moment", "step", "learning rate", "model", "decay"]
"""What a quantity stands for: a theme gives each role one color and one shape.

``momentum`` is a velocity or a first moment, ``model`` what is known of the curvature.
"""


@dataclass(frozen=True)
class Quantity:
    """A quantity that a formula has a symbol for.

    Parameters
    ----------
    name : str
        Its name among the rule's terms, such as ``"first_moment"``. What a line of the formula computes from
        others need not be among them.
    symbol : str
        How it is written, such as ``"m̂"``: a letter with an accent, if need be, and an index, ``"ρ_∞"``.
    kind : {"vector", "square", "scaling", "number", "other"}, default "vector"
        What it is.
    role : str, optional
        What it stands for: see `Role`.
    """

    name: str
    symbol: str
    kind: Kind = "vector"
    role: Role | None = None


@dataclass(frozen=True, init=False)
class Beat:
    """What happens at once in a film that plays a step in parts.

    Parameters
    ----------
    verb : str
        What is done, such as ``"average"``.
    *lines : str
        The lines of the formula that do it, if any.
    shows : str, default ""
        A vector that it comes to and that no symbol stands for, as an expression.
    says : str, default ""
        What is said of it after the verb where a step is played in parts, with symbols of the formula in
        braces for their values, such as ``"the lowest point is {d} away"``. By default it is made from the
        lines.
    """

    verb: str
    lines: tuple[str, ...]
    shows: str
    says: str

    def __init__(self, verb: str, *lines: str, shows: str = "", says: str = "") -> None:
        for name, value in {"verb": verb, "lines": lines, "shows": shows, "says": says}.items():
            object.__setattr__(self, name, value)


@dataclass(frozen=True)
class Part:
    """One of the vectors that add up to a step.

    Parameters
    ----------
    name : str
        Such as ``"carried"``.
    expression : str
        In the formula's symbols. All lines have been computed: ``v`` is its newest value, and ``v_before``
        the one before the step.
    role : str, optional
        What it stands for: see `Role`.
    """

    name: str
    expression: str
    role: Role | None = None


COMMON: dict[str, Quantity] = {
    "theta": Quantity("params", "θ", "other"),
    "g": Quantity("gradient", "g", "vector", "gradient"),
    "alpha": Quantity("learning_rate", "α", "number", "learning rate"),
    "eta": Quantity("effective_rate", "η", "scaling", "learning rate"),
    "t": Quantity("iteration", "t", "number"),
    "H": Quantity("hessian", "H", "other", "model"),
    "I": Quantity("identity", "I", "other"),
}
"""The symbols that every formula has: params, gradient, learning rate (of the step and by coordinate), the
count of the step from 1 on, the Hessian and the identity matrix."""

BEFORE = "_before"
"""Behind a symbol: its value before the step."""


class Line(NamedTuple):
    """A line of a formula, read.

    Parameters
    ----------
    target : str
        The symbol that it assigns.
    text : str
        What it assigns, as it is declared.
    expression : str
        The same with ``_before`` behind each symbol that no line has assigned before.
    condition : tuple of str, or None
        A comparison, ``("rho", ">=", "5")``, where the line holds only where that does.
    carried : bool
        Whether the next step begins with the value.
    """

    target: str
    text: str
    expression: str
    condition: tuple[str, str, str] | None = None
    carried: bool = False

    @property
    def texts(self) -> tuple[str, ...]:
        """All expressions in it."""
        return (self.expression, *(self.condition or ())[::2])

    def of_before(self, names: set[str]) -> Line:
        """Return the line with the values before the step in the place of some names."""
        condition = self.condition
        if condition:
            condition = (_of_before(condition[0], names), condition[1], _of_before(condition[2], names))
        return self._replace(expression=_of_before(self.expression, names), condition=condition)


@dataclass(frozen=True, eq=False)
class Formula:
    """The formula of an update rule.

    Parameters
    ----------
    beats : tuple of Beat
        Its lines in the order of their computation, put together as a film shows them. On the right of a line
        a symbol is its newest value. Lines may end with a condition, ``where rho >= 5``. Those that move the
        params are ``theta = theta - …`` or ``theta = theta + …``.
    symbols : mapping of str to Quantity
        What its names stand for, besides those in `COMMON` and the rule's hyper-parameters, which have the
        names of their fields.
    parts : tuple of Part
        The vectors that add up to the step; one where it has no parts.
    rate : str, default "alpha"
        The learning rate of each coordinate, as an expression: the η of the parts.

    Examples
    --------
    >>> formula = Formula(
    ...     (Beat("add up", "v = beta*v + g"), Beat("step", "theta = theta - alpha*v")),
    ...     symbols={"v": Quantity("velocity", "v", "vector", "momentum")},
    ...     parts=(Part("carried", "-alpha*beta*v_before"), Part("pulled", "-alpha*g")),
    ... )
    >>> [line.target for line in formula.lines if line.carried]
    ['v', 'theta']
    """

    beats: tuple[Beat, ...]
    symbols: Mapping[str, Quantity] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()
    rate: str = "alpha"

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """The lines of all beats."""
        return tuple(line for lines in self.lines_by_beat for line in lines)

    @cached_property
    def lines_by_beat(self) -> tuple[tuple[Line, ...], ...]:
        """The lines of each beat.

        Raises
        ------
        UsageError
            When one of them is no assignment.
        """
        split = [[_split(text) for text in beat.lines] for beat in self.beats]
        later = {line.target for lines in split for line in lines}
        carried: set[str] = set()
        read = []
        for lines in split:
            told = []
            for line in lines:
                carried |= later & {name for text in line.texts for name in names_of(text)}
                told.append(line.of_before(later))
                later = later - {line.target}
            read.append(told)
        return tuple(tuple(line._replace(carried=line.target in carried) for line in told) for told in read)

    @cached_property
    def quantities(self) -> dict[str, Quantity]:
        """What its symbols stand for, those in `COMMON` included."""
        return {**COMMON, **self.symbols}


def _absolute(matrices: Any) -> Any:
    values, vectors = np.linalg.eigh(matrices)
    return np.einsum("...ij,...j,...kj->...ik", vectors, np.abs(values), vectors)


def _solved(matrices: Any, vectors: Any) -> Any:
    return np.linalg.solve(matrices, vectors[..., None])[..., 0]


def _raised(base: Any, exponent: Any) -> Any:
    """Return a power; of one number, step by step as a rule computes it, to its last digit."""
    if np.ndim(base) or not np.ndim(exponent):
        return np.power(base, exponent)
    return np.array([np.float64(base) ** n for n in exponent.ravel()]).reshape(exponent.shape)


MATRIX_FUNCTIONS = {"absolute": Function(_absolute), "solve": Function(_solved, 2)}
"""What formulas have besides the functions of expressions: |A|, of a symmetric matrix, and A⁻¹ b."""
_APPLIED = OPERATIONS | MATRIX_FUNCTIONS | {"power": Function(_raised, 2)}
_CALLABLE = FUNCTIONS | MATRIX_FUNCTIONS

_LINE = re.compile(r"(\w+) = (.+?)(?: where (.+) (>=|<) (.+))?")
_COMPARED = {">=": np.greater_equal, "<": np.less}


def names_of(text: str) -> tuple[str, ...]:
    """Return the names of an expression's symbols, each once.

    Raises
    ------
    UsageError
        When it is no expression.
    """
    return _read(text)[0]


def evaluated(text: str, known: Mapping[str, Any]) -> Any:
    """Return the value of an expression; None where one of its symbols is not known.

    Parameters
    ----------
    text : str
    known : mapping of str to float or array
        The symbols' values, which broadcast against one another.

    Raises
    ------
    UsageError
        When they do not.
    """
    names, parsed = _read(text)
    if any(name not in known for name in names):
        return None
    registers: list[Any] = []
    with np.errstate(all="ignore"):
        for step in parsed.tape.steps[: parsed.output + 1]:
            if isinstance(step, Number):
                registers.append(np.float64(step.value))
            elif isinstance(step, Variable):
                registers.append(known[names[step.index]])
            else:
                registers.append(_applied(text, step.function, [registers[i] for i in step.arguments]))
    return registers[-1]


def _applied(text: str, function: str, arguments: list[Any]) -> Any:
    try:
        return _APPLIED[function].apply(*arguments)
    except ValueError as error:  # of arrays that do not fit one another, of a singular matrix
        raise UsageError(f"{text!r} in a formula cannot be computed", why=str(error)) from error


def computed(formula: Formula, known: Mapping[str, Any], given: Collection[str] = ()) -> dict[str, Any]:
    """Return what is known with what the lines of a formula come to, among it the ``step``.

    Parameters
    ----------
    formula : Formula
    known : mapping of str to float or array
        Values of symbols, those before the step as ``v_before``.
    given : collection of str, default ()
        Symbols that lines would assign and whose values are known already.
    """
    targets = {line.target for line in formula.lines} - {*given}
    values = {name: value for name, value in known.items() if name not in targets}
    for line in formula.lines:
        if line.target not in targets:
            continue
        moves = line.target == "theta"
        value = _assigned(line, values, values.get("step", 0.0) if moves else values.get(line.target, np.nan))
        if value is not None:
            values["step" if moves else line.target] = value
            if moves:
                values["theta"] = values["theta_before"] + value
    return values


def holds(line: Line, known: Mapping[str, Any]) -> Any:
    """Return whether a line's condition holds, an array where its symbols are; None if that is not known."""
    if line.condition is None:
        return np.True_
    low, sign, high = line.condition
    left, right = evaluated(low, known), evaluated(high, known)
    return None if left is None or right is None else _COMPARED[sign](left, right)


def _assigned(line: Line, known: Mapping[str, Any], kept: Any) -> Any:
    """Return what a line assigns, or what is kept where its condition does not hold; None if not known.

    Of a line for the params it is what the step is with it.
    """
    moves = line.target == "theta"
    value, here = evaluated(_change(line) if moves else line.expression, known), holds(line, known)
    if value is None or here is None:
        return None
    with np.errstate(all="ignore"):
        value = kept + value if moves else value
        return np.where(here, value, kept) if line.condition else value


def _change(line: Line) -> str:
    """Return what a line adds to the params."""
    match syntax_tree(preprocessed(line.expression)):
        case ast.BinOp(left=ast.Name(id="theta" | "theta_before"), op=ast.Add(), right=change):
            return ast.unparse(change)
        case ast.BinOp(left=ast.Name(id="theta" | "theta_before"), op=ast.Sub(), right=change):
            return ast.unparse(ast.UnaryOp(ast.USub(), change))
    raise UsageError(
        f"the line 'theta = {line.text}' does not say what it adds to the params",
        why="expected theta = theta - (…) or theta = theta + (…)",
    )


def _split(text: str) -> Line:
    found = _LINE.fullmatch(text)
    if found is None:
        raise UsageError(f"{text!r} is no line of a formula", why="expected one such as 'v = beta*v + g'")
    target, expression, low, sign, high = found.groups()
    return Line(target, expression, expression, (low, sign, high) if sign else None)


def _of_before(text: str, names: set[str]) -> str:
    tree = syntax_tree(preprocessed(text))
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in names:
            node.id += BEFORE
    return ast.unparse(tree)


@cache
def _read(text: str) -> tuple[tuple[str, ...], Parsed]:
    tree = syntax_tree(preprocessed(text))
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    names = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in called]
    symbols = tuple(dict.fromkeys(names))
    return symbols, parse(text, variables=symbols, functions=_CALLABLE)
