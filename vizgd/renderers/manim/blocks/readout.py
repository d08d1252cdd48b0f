"""A line of text with numbers in it that follow a descent, such as the update rule with its current values."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from manim import ManimColor, VGroup, VMobject

from vizgd.errors import UsageError
from vizgd.formatting import readout
from vizgd.objectives.objective import Array
from vizgd.renderers.manim.blocks.followers import follow
from vizgd.renderers.manim.blocks.frame import Frame
from vizgd.renderers.manim.blocks.look import Link
from vizgd.renderers.manim.blocks.text import INK, POINTS_A_UNIT, Formula, line_curves
from vizgd.typeset import measured, outline

_SLOT = re.compile(r"<(\w+)(?:\[(\d)\])?(?::\.(\d))?>")
SPACE = 0.28
"""Between a formula and a number, in ems."""
LARGEST = 1e5
"""Numbers from here on are written with a power of ten."""


@dataclass(frozen=True, eq=False)
class _Slot:
    """A number's texts at each iterate, the room that the longest needs, and where digits end in it."""

    texts: tuple[str, ...]
    width: float
    end: float


class Readout(VGroup):
    r"""A formula with numbers of the run in it, which follow the descent.

    Digits stand still while they change: each number has the room that its longest value needs.

    Parameters
    ----------
    descent : Descent or Descent3D
    template : str
        A formula as for `Formula`, with numbers where a name stands between angle brackets, such as
        ``r"x = <x:.2>"``. Names are ``t`` (the count of steps taken), the parameters (``x``, ``y``, as the
        landscape names them), ``next_x`` and so on (after the step), ``loss``, ``gradient``,
        ``learning_rate`` and every other term of the update rule. ``<gradient[1]>`` is the second component
        of a vector; ``:.3`` asks for 3 decimals instead of 2.
    font_size : float, default 36
    color : color, optional
        Of the formula.
    number_color : color, optional
        Of all numbers; by default the run's.
    colors : mapping of str to color, optional
        Of some numbers, by name, and of parts of the formula, as ``t2c`` of `Formula`.

    Raises
    ------
    UsageError
        When a name stands for nothing; those that do are listed.
    """

    def __init__(
        self,
        descent: Any,
        template: str,
        *,
        font_size: float = 36.0,
        color: Any = INK,
        number_color: Any = None,
        colors: Mapping[str, Any] | None = None,
    ) -> None:
        self.link = Link(descent)
        self.template = template
        self.em = font_size / POINTS_A_UNIT
        self.frame = Frame(1.0, 1.0)
        self.formula = VGroup()
        self.numbers = VGroup()
        self.slots: list[_Slot] = []
        self.lefts: list[float] = []
        super().__init__(self.frame, self.formula, self.numbers)
        number_color = descent.color_of_run if number_color is None else number_color
        self._lay_out(dict(colors or {}), font_size, color, number_color)
        self.redraw()
        self.center()
        self.add_updater(follow)

    @property
    def descent(self) -> Any:
        """What it goes along with."""
        return self.link.target

    @property
    def values(self) -> list[str]:
        """The numbers as they are written now."""
        return [slot.texts[self._row(slot)] for slot in self.slots]

    def redraw(self) -> Self:
        """Write the numbers of where the descent is now."""
        for index, (slot, left) in enumerate(zip(self.slots, self.lefts, strict=True)):
            text = slot.texts[self._row(slot)]
            inside = slot.end - measured(text.rstrip(")"), 1.0)[0]
            points = line_curves(text) + (inside, 0.0, 0.0)
            units = (points[:, :2] * self.em + (left, 0.0)) - self.origin
            self.numbers[index].set_points(self.frame.place(units / self.size))
        return self

    def _row(self, slot: _Slot) -> int:
        return min(self.descent.iteration, len(slot.texts) - 1)

    def _lay_out(self, colors: dict[str, Any], font_size: float, color: Any, number_color: Any) -> None:
        """Put formulas and numbers side by side on one baseline, then the frame around them."""
        known = quantities(self.descent)
        left = 0.0
        at = 0
        for found in _SLOT.finditer(self.template):
            left = self._set_formula(self.template[at : found.start()], left, colors, font_size, color)
            name = found[1]
            bracketed = bool(re.search(r"(-|\+|\\cdot|\\,)\s*$", self.template[: found.start()]))
            slot = _slot(known, name, found[2], int(found[3] or 2), bracketed)
            self.slots.append(slot)
            left += SPACE * self.em if at or found.start() else 0.0
            self.lefts.append(left)
            shade = ManimColor.parse(colors.get(name, number_color))
            self.numbers.add(VMobject(fill_color=shade, fill_opacity=1.0, stroke_width=0.0))
            left += (slot.width + SPACE) * self.em
            at = found.end()
        left = self._set_formula(self.template[at:], left, colors, font_size, color)
        self.origin, self.size = np.array([0.0, -0.25 * self.em]), np.array([left, self.em])
        corner = np.array([0.0, -0.25 * self.em, 0.0])
        self.frame.set_points(
            corner + np.array([(0, 0, 0), (left, 0, 0), (0, self.em, 0), (left, self.em, 0)])
        )
        self.frame.length = left

    def _set_formula(
        self, text: str, left: float, colors: dict[str, Any], font_size: float, color: Any
    ) -> float:
        if not text.strip():
            return left
        # An operator at an end is set with the space that it has between two terms.
        padded = "{}" + text + "{}"
        formula = Formula(padded, font_size=font_size, color=color)
        shape = outline(rf"\({padded}\)")
        corner = np.array([shape.vertices[:, 0].min(), shape.vertices[:, 1].min()]) * self.em
        formula.shift(np.array([left + corner[0], corner[1], 0.0]) - formula.get_corner([-1.0, -1.0, 0.0]))
        for part, shade in colors.items():
            if not part.isidentifier() or len(part) == 1:
                formula.set_color_by_tex(part, shade)
        self.formula.add(*formula)
        return left + shape.width * self.em


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
    """Return what can be read out, by name: arrays with a row for each iterate or for each step."""
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


def _slot(known: dict[str, Array], name: str, component: str | None, decimals: int, bracketed: bool) -> _Slot:
    if name not in known:
        raise UsageError(f"there is no number {name!r} to read out", why=f"there are {', '.join(known)}")
    values = known[name]
    if component is not None:
        values = values[:, int(component)]
    elif values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    write = _writer(values, 0 if name in {"t", "iteration"} else decimals)
    if values.ndim == 2:
        texts = tuple("(" + ", ".join(map(write, row)) + ")" for row in values)
        bracketed = False
    else:
        texts = tuple(map(write, values))
    if bracketed:
        texts = tuple(f"({text})" if text.startswith("−") else text for text in texts)
    end = max(measured(text.rstrip(")"), 1.0)[0] for text in texts)
    width = end + max(measured(text, 1.0)[0] - measured(text.rstrip(")"), 1.0)[0] for text in texts)
    return _Slot(texts, width, end)


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
    gradient = f"f'({x}_t)" if len(descent.variables) == 1 else rf"\partial f / \partial {x}"
    if "velocity" in descent.trajectory.terms:
        return (
            rf"{x}_{{t+1}} = {x}_t - \alpha\,v_{{t+1}} = <{x}> - <learning_rate> \cdot <velocity[0]> = <next_{x}>"
        )
    return rf"{x}_{{t+1}} = {x}_t - \alpha\,{gradient} = <{x}> - <learning_rate> \cdot <gradient[0]> = <next_{x}>"


