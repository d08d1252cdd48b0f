"""What every mark can do: change along a run, say how far it reaches, and paint itself."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import numpy as np

from vizgd.drawing.extent import equal
from vizgd.drawing.track import Panned, Shared, Track
from vizgd.objectives.objective import Array

if TYPE_CHECKING:
    from vizgd.drawing.box import Box
    from vizgd.drawing.canvas import Canvas

M = TypeVar("M", bound="Mark")


@dataclass(frozen=True, eq=False)
class Mark(ABC):
    """What is drawn, as plain data: a new kind of mark is a class with `extent` and `paint`.

    Each field is constant or a `Track`. Both methods are called for marks without tracks, in frame units.

    Attributes
    ----------
    places : tuple of str
        The fields that hold positions, in data coordinates until `mapped`.
    """

    places: ClassVar[tuple[str, ...]] = ("xy",)

    @property
    def is_ink(self) -> bool:
        """Whether it only grows, beneath all that moves: what is there is never painted again."""
        return bool(getattr(self, "ink", False))

    def added(self, before: Any) -> Mark | None:
        """Return what a resolved mark has more than it had in an earlier frame, if any; None for nothing."""
        return None if before is self else self

    @abstractmethod
    def extent(self) -> Box | None:
        """Return the box that holds all that is drawn; None where nothing is."""

    @abstractmethod
    def paint(self, canvas: Canvas) -> None:
        """Paint on a canvas, at least what lies in its window."""

    def changes(self, new: Mark) -> list[Box] | None:
        """Return boxes that hold every point where another mark looks different from this one.

        None stands for all that either mark reaches.
        """
        if self is new:
            return []
        if type(self) is not type(new):
            return None
        # A mark of the next frame shares what has no track: identity is looked at first.
        for name in _kept(type(self)):
            before, after = getattr(self, name), getattr(new, name)
            if before is not after and not equal(before, after):
                return None
        return self.place_changes(new)

    def place_changes(self, new: Any) -> list[Box] | None:
        """Return the same as `changes` for a mark of this kind that differs at most by its place."""
        same = all(equal(getattr(self, name), getattr(new, name)) for name in self.places)
        return [] if same else None

    def with_values(self: M, now: Mapping[str, Any]) -> M:
        """Return the mark with other values of some fields."""
        # What `dataclasses.replace` does, without its checks: a film asks for this some ten thousand times.
        copy: M = object.__new__(type(self))
        copy.__dict__.update(self.__dict__, **now)
        return copy


@cache
def _names(kind: type[Mark]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


@cache
def _kept(kind: type[Mark]) -> tuple[str, ...]:
    """Return the fields that say how a mark looks wherever it is."""
    return tuple(name for name in _names(kind) if name not in {*kind.places, "reveal"})


def tracks(mark: Mark) -> list[Track]:
    """Return the tracks of a mark; none means that it never changes."""
    values = (getattr(mark, name) for name in _names(type(mark)))
    return [value for value in values if isinstance(value, Track)]


def is_static(mark: Mark) -> bool:
    """Say whether a mark looks the same in every frame."""
    return not tracks(mark)


def mapped(mark: M, transform: Callable[[Array], Array]) -> M:
    """Return a mark with all its positions, in tracks too, taken through a transform of ``(..., 2)``."""

    def through(value: Any) -> Any:
        if isinstance(value, Track) and isinstance(value.values, Shared):
            return replace(value, values=replace(value.values, rows=transform(value.values.rows)))
        if isinstance(value, Track) and isinstance(value.values, Panned):
            return replace(value, values=value.values.through(transform))
        if isinstance(value, Track):
            return replace(value, values=transform(np.asarray(value.values, dtype=float)))
        return transform(np.asarray(value, dtype=float))

    return replace(mark, **{name: through(getattr(mark, name)) for name in mark.places})


def resolved(mark: M, position: Callable[[int | None], float]) -> M:
    """Return a mark without tracks: how it stands when each run is at ``position(run)``."""
    now = {
        name: value.at(position(value.run))
        for name in _names(type(mark))
        if isinstance(value := getattr(mark, name), Track)
    }
    return mark.with_values(now) if now else mark
