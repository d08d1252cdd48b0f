"""The whole plan of a film as plain data: its size, its clock and its panels.

`Storyboard.frame` gives any frame as marks without tracks, in frame units, computed from nothing but the
plan. What never moves is told apart from what does, so that a renderer can draw it once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property

from vizgd.drawing.box import Box
from vizgd.drawing.clock import Clock
from vizgd.drawing.marks import Color, Line, Mark, Track, is_static, resolved, tracks
from vizgd.drawing.panel import Layer, Panel


@dataclass(frozen=True, eq=False)
class Storyboard:
    """A film before it is drawn.

    Parameters
    ----------
    title : str
        What the film is called, for messages; the title that is seen is a panel.
    size : tuple of int
        Width and height in pixels.
    clock : Clock
    background : Color
    panels : tuple of Panel
        In drawing order; panels do not cover one another.
    """

    title: str
    size: tuple[int, int]
    clock: Clock
    background: Color
    panels: tuple[Panel, ...]

    @property
    def transparent(self) -> bool:
        """Whether what is behind the picture may be seen."""
        return self.background[3] < 1.0

    @property
    def turns(self) -> bool:
        """Whether a camera turns, so that nearly everything is drawn anew in each frame."""
        return any(panel.turns for panel in self.panels)

    @cached_property
    def still(self) -> tuple[Layer, ...]:
        """What looks the same in every frame and lies beneath all that moves, drawn once."""
        return tuple(layer for still, _ in self._parts for layer in still)

    @cached_property
    def _parts(self) -> tuple[tuple[tuple[Layer, ...], tuple[Layer, ...]], ...]:
        return tuple(_parted(panel) for panel in self.panels)

    @cached_property
    def ink(self) -> tuple[tuple[Mark, Box | None], ...]:
        """The marks that only grow, beneath all that moves, with the boxes to which they are clipped."""
        return tuple(
            (mark, layer.clip)
            for _, layers in self._parts
            for layer in layers
            for mark in layer.marks
            if mark.is_ink
        )

    def moving(self, frame: int) -> tuple[Layer, ...]:
        """Return what is drawn over `still` at a frame, without tracks."""
        return tuple(self._moving(frame))

    def frame(self, frame: int) -> tuple[Layer, ...]:
        """Return everything at a frame, without tracks, in drawing order."""
        return self.still + self.moving(frame)

    def _moving(self, frame: int) -> Iterator[Layer]:
        @cache
        def position(run: int | None) -> float:
            return self.clock.position(run, frame)

        for panel, (_, layers) in zip(self.panels, self._parts, strict=True):
            if panel.turns:
                for layer in panel.layers_at(self.clock.progress(frame)):
                    yield replace(layer, marks=tuple(resolved(mark, position) for mark in layer.marks))
                continue
            for layer in layers:
                marks = tuple(self._motions[mark].at(position) for mark in layer.marks)
                yield replace(layer, marks=marks)

    @cached_property
    def _motions(self) -> dict[Mark, _Motion]:
        """How each of the marks moves that are not static and do not turn."""
        marks = (mark for _, layers in self._parts for layer in layers for mark in layer.marks)
        return {mark: _Motion(mark, tracks(mark)) for mark in marks}

    def ending(self) -> Storyboard:
        """Return the storyboard of the last frame alone."""
        return replace(self, clock=replace(self.clock, intro=0, run=1, hold=0))

    def describe(self) -> str:
        """Return the plan as text: what each panel shows and where, for people and for snapshots."""
        width, height = self.size
        clock = self.clock
        lines = [
            f"{self.title}: {width}x{height}, {clock.frames} frames at {clock.rate} a second "
            f"({clock.intro} intro, {clock.run} run, {clock.hold} hold)"
        ]
        for panel in self.panels:
            lines += _described(panel)
        return "\n".join(lines) + "\n"


@dataclass(eq=False)
class _Motion:
    """A mark that moves, and how it was when it was last asked for: it is the same object while it stands."""

    mark: Mark
    tracks: list[Track]
    moments: list[float] | None = None
    last: Mark | None = None

    def at(self, position: Callable[[int | None], float]) -> Mark:
        """Return the mark without tracks."""
        moments = [track.moment(position(track.run)) for track in self.tracks]
        if self.last is None or moments != self.moments:
            self.moments, self.last = moments, resolved(self.mark, position)
        return self.last


def _parted(panel: Panel) -> tuple[tuple[Layer, ...], tuple[Layer, ...]]:
    """Return a panel's layers up to the first mark that moves, and the rest."""
    if panel.turns:
        return (), ()
    still: list[Layer] = []
    moving: list[Layer] = []
    for layer in panel.layers:
        first = next((i for i, mark in enumerate(layer.marks) if not is_static(mark)), len(layer.marks))
        first = 0 if moving else first
        still.append(replace(layer, marks=layer.marks[:first]))
        if first < len(layer.marks):
            moving.append(replace(layer, marks=layer.marks[first:]))
    return tuple(still), tuple(moving)


def _described(panel: Panel) -> Iterator[str]:
    box = panel.box
    yield f"{panel.name} [{box.left:.0f} {box.bottom:.0f} {box.right:.0f} {box.top:.0f}]"
    if panel.axes is not None:
        for name, axis in (("x", panel.axes.x), ("y", panel.axes.y)):
            low, high = axis.limits
            ticks = " ".join(axis.tick_labels)
            yield f"  {name}: {axis.label} {axis.scale} {low:.4g} to {high:.4g}, ticks {ticks}"
    marks = (mark for layer in panel.layers_at(0.0) for mark in layer.marks if layer.role == "marks")
    counts: dict[str, int] = {}
    for mark in marks:
        line = _mark_line(mark)
        counts[line] = counts.get(line, 0) + 1
    for line, count in counts.items():
        yield f"  {line}" + (f" ×{count}" if count > 1 else "")


def _mark_line(mark: Mark) -> str:
    kind = type(mark).__name__.lower()
    name = getattr(mark, "name", "")
    text = getattr(mark, "text", None)
    moving = "" if is_static(mark) else " moving"
    if isinstance(text, str):
        return f"{kind}{moving} {text!r}"
    if text is not None:
        return f"{kind}{moving} {text.values[0]!r} … {text.values[-1]!r}"
    color = getattr(mark, "color", getattr(mark, "fill", None))
    if color is None:
        return f"{kind}{moving}"
    shade = "#" + "".join(f"{round(255 * channel):02X}" for channel in color)
    dash = f" dash {mark.dash}" if isinstance(mark, Line) and mark.dash else ""
    return f"{kind}{moving}{' ' + name if name else ''} {shade}{dash}"
