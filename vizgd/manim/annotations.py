"""Annotations of a descending point that move with it: its tangent, and arrows of the rule's vectors."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Self

import numpy as np
from manim import OUT, RIGHT, VMobject

from vizgd.base.errors import UsageError
from vizgd.drawing.marks import Arrow, between
from vizgd.drawing.shapes import arrow_outline
from vizgd.drawing.theme import RoleStyle
from vizgd.manim.descent import Descent
from vizgd.manim.descent3d import Descent3D
from vizgd.manim.link import Link
from vizgd.manim.units import UNIT, manim_color, polyline_points, stroke_width
from vizgd.objectives.objective import Array
from vizgd.recording.quantities import Series, quantities_of
from vizgd.views.overlays.arrows import head_of

CORNERS = 7
"""Of an arrow's outline."""
LONGEST = 1.6
"""How long the longest of a run's arrows is by default, in Manim's units."""


def redraw(mobject: Any) -> None:
    """Draw an annotation where its descent is now: an updater, as Manim calls it."""
    mobject.redraw()


class Annotation(VMobject):
    """A mobject that moves with a descent: redrawn in each frame, in the style that it has been given."""

    def __init__(self, descent: Descent | Descent3D, **style: Any) -> None:
        super().__init__(**style)
        self.link = Link(descent)
        self.add_updater(redraw)

    @property
    def descent(self) -> Any:
        """The descent that it annotates."""
        return self.link.target

    def redraw(self) -> Self:
        """Draw it where the descent is now."""
        return self.set_points(self.outline())

    def outline(self) -> Array:
        """Return Manim's points for where the descent is now."""
        raise NotImplementedError


class Tangent(Annotation):
    """The tangent of a curve at the descending point.

    Parameters
    ----------
    descent : Descent
        On a landscape of one parameter.
    length : float, default 2.4
        In Manim's units, whatever the slope.
    color : color, optional
    **style
        What `VMobject` takes.
    """

    def __init__(self, descent: Descent, *, length: float = 2.4, color: Any = None, **style: Any) -> None:
        if descent.trajectory.iterates.shape[1] != 1:
            raise UsageError("a tangent touches a curve", why="the descent has two parameters")
        self.length = length
        usual = {"stroke_color": color or manim_color(descent.theme.muted), "stroke_width": stroke_width(4.0)}
        super().__init__(descent, **usual | style)
        self.redraw()

    def outline(self) -> Array:
        """Return the line through the point."""
        descent = self.descent
        slope = float(between(descent.trajectory.gradients[:, 0], descent.position))
        along = descent.moved(np.array([descent.spans[0], slope * descent.spans[0]]))
        half = along * (self.length * descent.magnification / 2 / np.linalg.norm(along))
        if not np.isfinite(half).all():
            return np.empty((0, 3))
        return polyline_points(np.array([descent.where() - half, descent.where() + half]))


class TermArrow(Annotation):
    """An arrow at the descending point for a vector of the update rule, true in direction.

    It is what comparisons draw of the run: the same vector, in the shape and the color of what it stands for.

    Parameters
    ----------
    descent : Descent
    term : str
        ``"gradient"``, ``"step"``, or a name in the trajectory's ``terms``, such as ``"first_moment"``; with
        the optimizer also a part of its step, such as ``"carried"``.
    optimizer : Optimizer or other, optional
        With which the trajectory was recorded.
    sign : float, default 1
        −1 reverses it: the negative gradient points downhill.
    scale : float, optional
        Units of the axes for a unit of the vector; by default what makes the run's longest 1.6 long.
    length : float, optional
        Give all arrows this length instead, in Manim's units.
    color : color, optional
        By default that of its role in the theme, or else the run's.
    width : float, optional
        In thousandths of the frame's height; by default that of its role.
    **style
        What `VMobject` takes.

    Raises
    ------
    UsageError
        When the rule has no vector of that name; the names it has are listed.
    """

    def __init__(
        self,
        descent: Descent | Descent3D,
        term: str,
        *,
        optimizer: Any = None,
        sign: float = 1.0,
        scale: float | None = None,
        length: float | None = None,
        color: Any = None,
        width: float | None = None,
        **style: Any,
    ) -> None:
        told = told_vector(descent, term, optimizer)
        self.vectors = sign * np.concatenate([told.values, told.values[-1:]])
        if term == "gradient":  # known at the last iterate, too
            self.vectors = sign * np.asarray(descent.trajectory.gradients)
        self.fixed_length = length
        self.look = looks(descent, told.role, width)
        if color is None:
            color = manim_color(self.look.color) if told.role else descent.color_of_run
        usual = {"fill_color": color, "fill_opacity": 1.0, "stroke_width": 0.0}
        super().__init__(descent, **usual | style)
        self.vector_scale = 1.0
        self.vector_scale = self._fitting() if scale is None else scale
        self.redraw()

    def vector(self) -> Array:
        """Return the vector at the descent's position, ``(d,)``."""
        return between(self.vectors, self.descent.position)

    def outline(self) -> Array:
        """Return the arrow from the point."""
        along = self._along(self.vector())
        length = float(np.linalg.norm(along))
        if self.fixed_length is not None and length > 0:
            along = along * (self.fixed_length * self.descent.magnification / length)
        return arrow(self.descent.where(), along, self.look)

    def _along(self, vector: Array) -> Array:
        xy = np.array([vector[0], 0.0]) if len(vector) == 1 else vector
        moved: Array = self.descent.moved(xy * self.vector_scale)
        return moved

    def _fitting(self) -> float:
        lengths = [float(np.linalg.norm(self._along(vector))) for vector in self.vectors]
        longest = max((length for length in lengths if np.isfinite(length)), default=0.0)
        return LONGEST / longest if longest > 0 else 1.0


class GradientArrow(TermArrow):
    """The gradient at the descending point, or with ``downhill=True`` its negative.

    Over one parameter it lies along the axis. The other parameters are those of `TermArrow`.
    """

    def __init__(self, descent: Descent | Descent3D, *, downhill: bool = False, **options: Any) -> None:
        super().__init__(descent, "gradient", sign=-1.0 if downhill else 1.0, **options)


class VelocityArrow(TermArrow):
    """The velocity of a rule with momentum, signed so that it points where it moves the point.

    The other parameters are those of `TermArrow`.
    """

    def __init__(self, descent: Descent | Descent3D, **options: Any) -> None:
        super().__init__(descent, "velocity", sign=-1.0, **options)


class StepArrow(Annotation):
    """An arrow over the step that is being taken, from one iterate to the next.

    Parameters
    ----------
    descent : Descent
    color : color, optional
        By default that of steps in the theme.
    width : float, optional
        In thousandths of the frame's height; by default that of steps.
    **style
        What `VMobject` takes.
    """

    def __init__(
        self, descent: Descent | Descent3D, *, color: Any = None, width: float | None = None, **style: Any
    ) -> None:
        self.look = looks(descent, "step", width)
        color = manim_color(self.look.color) if color is None else color
        usual = {"fill_color": color, "fill_opacity": 1.0, "stroke_width": 0.0}
        super().__init__(descent, **usual | style)
        self.redraw()

    def outline(self) -> Array:
        """Return the arrow of the step."""
        descent = self.descent
        step = min(descent.iteration, descent.steps - 1)
        start, end = descent.where(step), descent.where(step + 1)
        return arrow(start, end - start, self.look)


def told_vector(descent: Any, term: str, optimizer: Any = None) -> Series:
    """Return a vector of the rule for the step from each iterate, as comparisons have it.

    Raises
    ------
    UsageError
        When the rule has no vector of that name; the names it has are listed.
    """
    trajectory = descent.trajectory
    shown = quantities_of(optimizer, trajectory)
    shape = (trajectory.steps, trajectory.iterates.shape[1])
    told = {one.name: one for one in (*shown.series.values(), *shown.parts) if one.values.shape == shape}
    if term not in told:
        raise UsageError(f"the update rule has no vector {term!r}", why=f"it has {', '.join(told)}")
    return told[term]


def looks(descent: Any, role: str | None, width: float | None) -> RoleStyle:
    """Return how the arrow of a role looks in the theme of a descent, as wide as asked."""
    style: RoleStyle = descent.theme.role(role)
    return style if width is None else replace(style, width=width)


def arrow(start: Array, along: Array, look: RoleStyle) -> Array:
    """Return the outline of an arrow as Manim's points; where it has no length, all are its start.

    Their number is always the same, so that an arrow can be faded or transformed while its length is 0.
    """
    length = float(np.linalg.norm(along))
    ends = np.zeros(2), np.array([length, 0.0])
    flat = Arrow(*ends, look.color, look.width * UNIT, head_of(look) * UNIT, barbs=look.barbs)
    outline = arrow_outline(flat)
    if len(outline) == 0:
        return polyline_points(np.tile(start, (CORNERS + 1, 1)))
    across = np.cross(OUT, along)
    across = across if across.any() else RIGHT
    corners = start + outline @ np.stack([along / length, across / np.linalg.norm(across)])
    return polyline_points(np.concatenate([corners, corners[:1]]))
