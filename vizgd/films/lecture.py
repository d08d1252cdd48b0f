"""Scenes that were written for Manim, as films of vizgd's own encoders: whole, tagged, ready to be shown."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from vizgd.base.errors import UsageError
from vizgd.base.regular_files import read_content
from vizgd.films.cache import Recipe, recipe_of

if TYPE_CHECKING:
    from vizgd.films.options import Progress
    from vizgd.storyboard.look import Look

USUAL_SECONDS = 90.0
LARGEST = 10_000_000
"""In bytes, of a file of scenes."""


@dataclass(frozen=True)
class Lecture:
    """A request for the film of a scene.

    Parameters
    ----------
    file : Path
        The Python file that it is in.
    name : str
        Its class.
    path : Path
        Where the film goes.
    format : str
        The format's name.
    look : Look
        Only its size and rate are used.
    """

    file: Path
    name: str
    path: Path
    format: str
    look: Look

    @property
    def title(self) -> str:
        """Its title in messages."""
        return self.name

    @property
    def target(self) -> Path:
        """What rendering creates: a file."""
        return self.path

    @cached_property
    def recipe(self) -> Recipe | None:
        """Everything that determines the film, without other files that the scene may read."""
        asked = {"size": self.look.pixels, "fps": self.look.rate, "format": self.format}
        return recipe_of({"scene": (self.file.read_bytes(), self.name), **asked}, libraries=("manim",))

    @property
    def effort(self) -> float:
        """About how long rendering takes, in no unit: for comparison with other films."""
        width, height = self.look.pixels
        return USUAL_SECONDS * float(self.look.rate) * width * height

    def render(self, *, jobs: int = 1, progress: Progress | None = None) -> Path:
        """Render the film and return where it is.

        Raises
        ------
        UsageError, RenderError
            When the scene fails, or the film cannot be written.
        """
        from vizgd.encoding.encoder import open_encoder
        from vizgd.renderers.manim_import import load_scene_renderer

        run = load_scene_renderer()
        rate = self.look.rate
        with open_encoder(
            self.path,
            size=self.look.pixels,
            rate=rate,
            frames=round(USUAL_SECONDS * rate),
            format=self.format,
            threaded=jobs > 1,
        ) as encoder:
            run(self.file, self.name, encoder, size=self.look.pixels, rate=rate, progress=progress)
        return encoder.path


def scenes_in(file: Path) -> list[str]:
    """Return the names of the scenes in a Python file, in their order, without running it.

    Those are the classes on its top level with a base whose name ends in ``Scene`` or ``Scene3D``, or that is
    one of them; a name that begins with an underscore is for others to build on.

    Raises
    ------
    UsageError
        When it cannot be read, is no Python, or has no scene.
    """
    try:
        tree = ast.parse(read_content(file, LARGEST), str(file))
    except (SyntaxError, ValueError) as error:
        raise UsageError(f"{file.name!r} is no Python", why=str(error)) from None
    names = list(_scenes(tree))
    if not names:
        raise UsageError(
            f"there is no scene in {file.name!r}", hint="a scene is a class with a base such as DescentScene"
        )
    return names


def _scenes(tree: ast.Module) -> Iterator[str]:
    found: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and any(_is_scene(base, found) for base in node.bases):
            found.add(node.name)
            if not node.name.startswith("_"):
                yield node.name


def _is_scene(base: ast.expr, found: set[str]) -> bool:
    name = base.attr if isinstance(base, ast.Attribute) else base.id if isinstance(base, ast.Name) else ""
    return name.endswith(("Scene", "Scene3D")) or name in found
