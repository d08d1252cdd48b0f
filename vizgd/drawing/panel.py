"""A part of the frame: a box, perhaps with axes, and marks in drawing order.

A frame of 16:9 is 1000 units high, others as `pixels_per_unit` says, the origin at the lower left; sizes of
text and lines are in the same units. `Panel.layers` moves data to these coordinates and turns
the axes into marks, so that every renderer strokes the same axes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np

from vizgd.drawing.box import Box as Box
from vizgd.drawing.marks import Color, Line, Mark, Polygons, Text, mapped
from vizgd.objectives.objective import Array


def pixels_per_unit(size: tuple[int, int]) -> float:
    """Return how many pixels a unit is in a frame of so many pixels.

    A thousandth of the height in a frame of 16:9; in another shape as much as in one of 16:9 with the same
    area, so that text is as large in a square or upright frame beside the same amount of picture.
    """
    width, height = size
    return math.sqrt(width * height * 9 / 16) / 1000


def frame_units(size: tuple[int, int]) -> tuple[float, float]:
    """Return the width and the height of a frame in units: 1000 high for 16:9."""
    unit = pixels_per_unit(size)
    return size[0] / unit, size[1] / unit


FARTHEST = 1e6
"""In lengths of an axis: what lies farther away is drawn there, within what renderers can count with."""


@dataclass(frozen=True)
class Axis:
    """One axis: what part of the numbers it shows, how, and the ticks' places and labels."""

    limits: tuple[float, float]
    label: str = ""
    scale: Literal["linear", "log"] = "linear"
    ticks: tuple[float, ...] = ()
    tick_labels: tuple[str, ...] = ()

    def fraction(self, values: Array) -> Array:
        """Return values as fractions of the axis, 0 at its lower limit and 1 at its upper."""
        low, high = self.limits
        if self.scale == "log":
            # What a log axis cannot show, 0 above all, leaves through its lower end.
            tiny = low * 1e-6
            values = np.log10(np.maximum(values, tiny))
            low, high = float(np.log10(low)), float(np.log10(high))
        with np.errstate(over="ignore"):
            return np.clip((values - low) / (high - low), -FARTHEST, FARTHEST)

    def value(self, fraction: float) -> float:
        """Return the number at a fraction of the axis: the inverse of `fraction`."""
        low, high = self.limits
        if self.scale == "log":
            return float(low * (high / low) ** fraction)
        return low + fraction * (high - low)


@dataclass(frozen=True)
class AxesStyle:
    """Colours and sizes of axes, from the theme."""

    background: Color
    spine: Color
    grid: Color
    text: Color
    tick_size: float
    label_size: float
    title_size: float


@dataclass(frozen=True)
class Axes:
    """Two axes, the style they are drawn in, and a title above them."""

    x: Axis
    y: Axis
    style: AxesStyle
    title: str = ""
    title_color: Color | None = None
    grid: bool = False


@dataclass(frozen=True, eq=False)
class Layer:
    """Marks in frame units that are drawn together, inside a clip box where there is one."""

    role: Literal["axes", "marks"]
    clip: Box | None
    marks: tuple[Mark, ...]


@dataclass(frozen=True, eq=False)
class Panel:
    """A box with axes, whose marks are in data coordinates, or without, whose marks are in frame units.

    Parameters
    ----------
    name : str
        What it is, for descriptions and tests.
    box : Box
        Where the axes' rectangle, or the panel, lies in the frame.
    marks : tuple of marks
        In drawing order, those that never change first.
    axes : Axes or None
    notes : tuple of marks
        Marks in data coordinates that are not cut off at the axes' edge.
    """

    name: str
    box: Box
    marks: tuple[Mark, ...]
    axes: Axes | None = None
    notes: tuple[Mark, ...] = field(default=())

    @property
    def turns(self) -> bool:
        """Whether it is seen by a camera that turns, and has other `layers_at` each progress of the film."""
        return False

    def layers_at(self, progress: float) -> tuple[Layer, ...]:
        """Return what renderers draw at a progress of the film, from 0 to 1."""
        del progress
        return self.layers

    def to_frame(self, xy: Array) -> Array:
        """Return points ``(..., 2)`` in frame units."""
        if self.axes is None:
            return xy
        x = self.box.left + self.box.width * self.axes.x.fraction(xy[..., 0])
        y = self.box.bottom + self.box.height * self.axes.y.fraction(xy[..., 1])
        return np.stack([x, y], axis=-1)

    @cached_property
    def layers(self) -> tuple[Layer, ...]:
        """What renderers draw: the axes' ground, the marks, and the axes' frame, in frame units."""
        marks = tuple(mapped(mark, self.to_frame) for mark in self.marks)
        if self.axes is None:
            return (Layer("marks", None, marks),)
        notes = tuple(mapped(mark, self.to_frame) for mark in self.notes)
        return (
            Layer("axes", None, _ground(self.box, self.axes)),
            Layer("axes", None, _frame(self.box, self.axes)),
            Layer("marks", self.box, marks),
            Layer("marks", None, notes),
        )


SPINE_WIDTH = 2.0
GRID_WIDTH = 1.5
TICK_LENGTH = 7.0
GAP = 9.0
TITLE_REACH = 1.2
"""How wide the title of axes may be, in their widths: beyond, it would run into its neighbor's."""
SMALLEST_TITLE = 0.65
"""The part of its size down to which a long title is set smaller, before it is cut."""


def filled_box(box: Box, color: Color) -> Polygons:
    """Return a rectangle as a mark."""
    corners = np.array(
        [(box.left, box.bottom), (box.right, box.bottom), (box.right, box.top), (box.left, box.top)]
    )
    return Polygons(corners, np.array([0]), np.array([0]), np.array([color]))


def _ground(box: Box, axes: Axes) -> tuple[Mark, ...]:
    marks: list[Mark] = [filled_box(box, axes.style.background)]
    if axes.grid:
        xs = box.left + box.width * axes.x.fraction(np.array(axes.x.ticks))
        ys = box.bottom + box.height * axes.y.fraction(np.array(axes.y.ticks))
        ends = [((x, box.bottom), (x, box.top)) for x in xs] + [((box.left, y), (box.right, y)) for y in ys]
        marks += [Line(np.array(end), axes.style.grid, GRID_WIDTH, crisp=True) for end in ends]
    return tuple(marks)


def _frame(box: Box, axes: Axes) -> tuple[Mark, ...]:
    style = axes.style
    marks: list[Mark] = []
    corners = [(box.left, box.top), (box.left, box.bottom), (box.right, box.bottom)]
    marks.append(Line(np.array(corners), style.spine, SPINE_WIDTH))
    for x, label in zip(
        box.left + box.width * axes.x.fraction(np.array(axes.x.ticks)), axes.x.tick_labels, strict=True
    ):
        foot = box.bottom - TICK_LENGTH
        marks.append(Line(np.array([(x, box.bottom), (x, foot)]), style.spine, SPINE_WIDTH, crisp=True))
        marks.append(_label(label, (x, foot - GAP), style, "center", "top"))
    for y, label in zip(
        box.bottom + box.height * axes.y.fraction(np.array(axes.y.ticks)), axes.y.tick_labels, strict=True
    ):
        foot = box.left - TICK_LENGTH
        marks.append(Line(np.array([(box.left, y), (foot, y)]), style.spine, SPINE_WIDTH, crisp=True))
        marks.append(_label(label, (foot - GAP, y), style, "right", "center"))
    return tuple(marks) + _titles(box, axes)


def _label(
    text: str,
    xy: tuple[float, float],
    style: AxesStyle,
    horizontal: Literal["center", "right"],
    vertical: Literal["top", "center"],
) -> Text:
    return Text(np.array(xy), text, style.tick_size, style.text, horizontal, vertical)


def _titles(box: Box, axes: Axes) -> tuple[Mark, ...]:
    from vizgd.drawing.typeset import measured, shortened

    style = axes.style
    middle_x, middle_y = (box.left + box.right) / 2, (box.bottom + box.top) / 2
    marks: list[Mark] = []
    if axes.x.label:
        below = box.bottom - TICK_LENGTH - 2 * GAP - (style.tick_size if axes.x.ticks else 0.0)
        marks.append(
            Text(np.array([middle_x, below]), axes.x.label, style.label_size, style.text, "center", "top")
        )
    if axes.y.label:
        widest = max((measured(text, style.tick_size)[0] for text in axes.y.tick_labels), default=0.0)
        beside = box.left - TICK_LENGTH - 2.2 * GAP - widest
        marks.append(
            Text(
                np.array([beside, middle_y]),
                axes.y.label,
                style.label_size,
                style.text,
                "center",
                "bottom",
                rotation=90.0,
            )
        )
    if axes.title:
        room = TITLE_REACH * box.width
        wide = measured(axes.title, style.title_size, bold=True)[0]
        size = style.title_size * max(SMALLEST_TITLE, min(1.0, room / wide))
        marks.append(
            Text(
                np.array([middle_x, box.top + GAP + 4.0]),
                shortened(axes.title, size, room, bold=True),
                size,
                axes.title_color or style.text,
                "center",
                "bottom",
                bold=True,
            )
        )
    return tuple(marks)


def margins(axes: Axes) -> tuple[float, float, float, float]:
    """Return the room that axes need around their rectangle: left, bottom, right, top."""
    from vizgd.drawing.typeset import measured

    style = axes.style
    widest = max((measured(text, style.tick_size)[0] for text in axes.y.tick_labels), default=0.0)
    left = TICK_LENGTH + GAP + widest + (1.6 * GAP + 1.1 * style.label_size if axes.y.label else 0.0)
    bottom = (TICK_LENGTH + GAP + style.tick_size if axes.x.ticks else 0.0) + (
        GAP + 1.15 * style.label_size if axes.x.label else 0.0
    )
    last = measured(axes.x.tick_labels[-1], style.tick_size)[0] / 2 if axes.x.tick_labels else 0.0
    top = style.title_size + 2.0 * GAP if axes.title else style.tick_size / 2
    return left, bottom, last, top
