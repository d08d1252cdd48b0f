"""A formula with numbers in it that follow a descent, such as the update rule with its current values."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from manim import ManimColor, VGroup, VMobject

from vizgd.base.errors import UsageError
from vizgd.base.formatting import readout
from vizgd.drawing.typeset import glyphs, measured, outline
from vizgd.manim.annotations import redraw
from vizgd.manim.coordinate_frame import CoordinateFrame
from vizgd.manim.link import Link
from vizgd.manim.text import POINTS_A_UNIT, Formula, line_curves
from vizgd.manim.units import manim_color
from vizgd.objectives.objective import Array
from vizgd.renderers.manim.bezier import cubic_curves

_SLOT = re.compile(r"<(\w+)(?:\[(\d)\])?(?::\.(\d))?>")
SPACE = 0.05
"""On either side of a number, in ems."""
DEPTH = 0.25
"""How far the baseline lies above the frame's lower edge, in ems."""
LARGEST = 1e5
"""Larger numbers are written with a power of ten."""


class Readout(VGroup):
    r"""A formula with numbers of the run in it, which follow the descent.

    All digits have the same width: a changing number does not move until it gets another sign or digit.

    Parameters
    ----------
    descent : Descent or Descent3D
    template : str
        A formula as for `Formula`, with numbers where a name stands between angle brackets, such as
        ``r"x = <x:.3>"``. Names are ``t`` (the count of steps taken), the parameters (``x``, ``y``, as the
        landscape names them), ``next_x`` and so on (after the step), ``loss``, ``gradient``,
        ``learning_rate`` and every other term of the update rule. ``<gradient[1]>`` is the second component
        of a vector; ``:.3`` asks for 3 decimals instead of 2.
    font_size : float, default 36
    color : color, optional
        Of the formula; by default that of text in the theme of the run.
    number_color : color, optional
        Of all numbers; by default the run's.
    colors : mapping of str to color, optional
        Of some numbers, by what stands in their brackets (``"gradient[1]"``), and of parts of the formula, as
        ``t2c`` of `Formula`.

    Raises
    ------
    UsageError
        For an unknown name; the known ones are listed.
    """

    def __init__(
        self,
        descent: Any,
        template: str,
        *,
        font_size: float = 36.0,
        color: Any = None,
        number_color: Any = None,
        colors: Mapping[str, Any] | None = None,
    ) -> None:
        self.link = Link(descent)
        self.template = template
        self.em = font_size / POINTS_A_UNIT
        self.frame = CoordinateFrame(1.0, 1.0)
        self.formula = VGroup()
        self.numbers = VGroup()
        super().__init__(self.frame, self.formula, self.numbers)
        shades = dict(colors or {})
        color = manim_color(descent.theme.text) if color is None else color
        self.pieces = _pieces(descent, template)
        for piece in self.pieces:
            if isinstance(piece, _Number):
                shade = descent.color_of_run if number_color is None else number_color
                shade = ManimColor.parse(shades.get(piece.name, shade))
                self.numbers.add(VMobject(fill_color=shade, fill_opacity=1.0, stroke_width=0.0))
            else:
                signs = Formula(piece.text, color=color, t2c=shades)
                self.formula.add(VGroup(*signs))
        self._make_room()
        self.shown: list[tuple[float, str]] = [(-1.0, "")] * len(self.pieces)
        self.redraw()
        self.center()
        self.add_updater(redraw)

    @property
    def descent(self) -> Any:
        """The descent whose numbers it shows."""
        return self.link.target

    @property
    def values(self) -> list[str]:
        """The numbers as they are written now."""
        row = self.descent.iteration
        return [piece.at(row) for piece in self.pieces if isinstance(piece, _Number)]

    def redraw(self) -> Self:
        """Write the numbers of where the descent is now."""
        formulas, numbers = iter(self.formula), iter(self.numbers)
        row = self.descent.iteration
        left = 0.0
        for index, piece in enumerate(self.pieces):
            text = piece.at(row)
            mobject = next(numbers if isinstance(piece, _Number) else formulas)
            if self.shown[index] != (left, text):
                self.shown[index] = (left, text)
                if isinstance(piece, _Number):
                    mobject.set_points(self._placed(line_curves(text), left + SPACE))
                else:
                    for sign, mark in zip(piece.signs, mobject, strict=True):
                        mark.set_points(self._placed(sign, left))
            left += piece.width(row)
        return self

    def _placed(self, points: Array, left: float) -> Array:
        """Return points for an em of 1, moved to the right, as points in the scene."""
        return self.frame.place((points[:, :2] + (left, DEPTH)) / (self.room, 1.0))

    def _make_room(self) -> None:
        """Make the frame as wide as the line can become."""
        rows = max((len(piece.texts) for piece in self.pieces if isinstance(piece, _Number)), default=1)
        self.room = max(sum(piece.width(row) for piece in self.pieces) for row in range(rows))
        corners = np.array([(0, 0, 0), (1, 0, 0), (0, 1, 0), (1, 1, 0)]) * (self.room * self.em, self.em, 0)
        self.frame.set_points(corners)
        self.frame.length = self.room * self.em


@dataclass(frozen=True, eq=False)
class _Words:
    """A part of the formula: its signs as Manim's points, for an em of 1."""

    text: str

    @cached_property
    def signs(self) -> tuple[Array, ...]:
        return tuple(cubic_curves(sign.vertices, sign.codes) for sign in glyphs(rf"\({self.text}\)"))

    def at(self, row: int) -> str:
        del row
        return self.text

    def width(self, row: int) -> float:
        del row
        return outline(rf"\({self.text}\)").width


@dataclass(frozen=True, eq=False)
class _Number:
    """A number's texts, one an iterate or one a step."""

    name: str
    texts: tuple[str, ...]

    def at(self, row: int) -> str:
        return self.texts[min(row, len(self.texts) - 1)]

    def width(self, row: int) -> float:
        return measured(self.at(row), 1.0)[0] + 2 * SPACE


def _pieces(descent: Any, template: str) -> list[_Words | _Number]:
    """Return the words and the numbers of a template, in their order."""
    known = quantities(descent)
    pieces: list[_Words | _Number] = []
    at = 0
    for found in _SLOT.finditer(template):
        before = template[at : found.start()]
        pieces += _words(before)
        bracketed = before.rstrip().endswith(("-", "+", r"\cdot", r"\times", r"\,"))
        pieces.append(_number(known, found[1], found[2], int(found[3] or 2), bracketed))
        at = found.end()
    return pieces + _words(template[at:])


def _words(text: str) -> list[_Words]:
    # Empty groups give an operator at an end the space that it has between two terms.
    return [_Words("{}" + text + "{}")] if text.strip() else []


class UpdateRule(Readout):
    r"""The update rule with the numbers of the step that is being taken.

    Parameters
    ----------
    descent : Descent or Descent3D
    template : str, optional
        As for `Readout`; by default the rule of gradient descent in the first parameter,
        ``x_{t+1} = x_t - \alpha\,f'(x_t) = 1.20 − 0.1 · 2.40 = 0.96``, or of momentum where the run has a
        velocity.
    **options
        What `Readout` takes.
    """

    def __init__(self, descent: Any, template: str | None = None, **options: Any) -> None:
        super().__init__(descent, template or _rule(descent), **options)


def quantities(descent: Any) -> dict[str, Array]:
    """Return the quantities of a run by name: arrays with a row for each iterate or for each step."""
    trajectory = descent.trajectory
    iterates = trajectory.iterates
    after = np.concatenate([iterates[1:], iterates[-1:]])[: max(trajectory.steps, 1)]
    known: dict[str, Array] = {
        **{name: np.asarray(values, dtype=float) for name, values in trajectory.terms.items()},
        "t": np.arange(len(iterates), dtype=float),
        "loss": trajectory.losses,
        "gradient": trajectory.gradients,
        "params": iterates,
        "next_params": after,
        "learning_rate": trajectory.learning_rates,
    }
    for index, name in enumerate(descent.variables):
        known[name] = iterates[:, index]
        known[f"next_{name}"] = after[:, index]
    return known


def _number(
    known: dict[str, Array], name: str, component: str | None, decimals: int, bracketed: bool
) -> _Number:
    if name not in known:
        raise UsageError(f"there is no number {name!r} to read out", why=f"there are {', '.join(known)}")
    values = known[name]
    if component is not None:
        values = values[:, int(component)]
    elif values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    write = _writer(values, 0 if name in {"t", "iteration"} else decimals)
    if values.ndim == 2:
        texts = ["(" + ", ".join(map(write, row)) + ")" for row in values]
    else:
        texts = list(map(write, values))
        if bracketed:
            texts = [f"({text})" if text.startswith("−") else text for text in texts]
    return _Number(name if component is None else f"{name}[{component}]", tuple(texts))


def _writer(values: Array, decimals: int) -> Callable[[float], str]:
    finite = np.abs(values[np.isfinite(values)])
    if len(finite) and finite.max() >= LARGEST:
        return lambda value: readout(float(value), 3)

    def write(value: float) -> str:
        if not np.isfinite(value):
            return readout(float(value))
        text = f"{value:.{decimals}f}"
        return text.removeprefix("-") if float(text) == 0 else text.replace("-", "−")

    return write


def _rule(descent: Any) -> str:
    x = descent.variables[0]
    if "velocity" in descent.trajectory.terms:
        move, term = "v_{t+1}", "velocity[0]"
    else:
        alone = len(descent.variables) == 1
        move, term = f"f'({x}_t)" if alone else rf"\partial f / \partial {x}", "gradient[0]"
    general = rf"{x}_{{t+1}} = {x}_t - \alpha\,{move}"
    return rf"{general} = <{x}> - <learning_rate> \cdot <{term}> = <next_{x}>"
