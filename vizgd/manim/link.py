"""References that a copied mobject shares with its original."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Link(Generic[T]):
    """Refers to something that a copy shares with its original, unless it was copied along with it."""

    __slots__ = ("target",)  # and no more, so that Manim's hash of a scene does not walk through it

    def __init__(self, target: T) -> None:
        self.target = target

    def __deepcopy__(self, memo: dict[int, Any]) -> Link[T]:
        return Link(memo.get(id(self.target), self.target))
