"""Renders scenes that people wrote for Manim: their frames go to a sink, not to Manim's own writer."""

from __future__ import annotations

import importlib.util
import sys
import traceback
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

from manim import Scene, SceneFileWriter

from vizgd.base.errors import RenderError, UsageError, VizgdError
from vizgd.renderers import Sink
from vizgd.renderers.manim.configuration import configured


def draw_scene(
    file: Path,
    name: str,
    sink: Sink,
    *,
    size: tuple[int, int],
    rate: Fraction,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Push every frame of a scene.

    Parameters
    ----------
    file : Path
        The Python file that the scene is in; it is run.
    name : str
        The scene's class.
    sink : Sink
    size : tuple of int
        Width and height in pixels.
    rate : Fraction
        Frames a second.
    progress : callable, optional
        Called with the frames done and their total, which is found by playing the scene without drawing it.

    Raises
    ------
    UsageError
        When there is no such scene.
    RenderError
        When the file or the scene fails.
    """
    with configured(size, rate):
        scene_class = _load_scene(file, name)
        total = 0
        if progress is not None:
            rehearsal = scene_class(skip_animations=True)
            _play(rehearsal, file, _NullSink(), lambda _: None)
            total = max(1, round(rehearsal.time * rate))

        def count(done: int) -> None:
            if progress is not None:
                progress(min(done, total), total)

        _play(scene_class(), file, sink, count)


def _play(scene: Any, file: Path, sink: Sink, count: Callable[[int], None]) -> None:
    scene.renderer.file_writer = _FrameWriter(scene.file_writer_settings, sink, count)
    try:
        scene.render()
    except VizgdError:
        raise
    except Exception as error:
        raise _render_error(f"{type(scene).__name__} in {file.name!r} failed", error, file) from error


def _load_scene(file: Path, name: str) -> Any:
    """Run a file and return one of its scenes."""
    module_name = f"vizgd_scenes_{file.stem}"
    spec = importlib.util.spec_from_file_location(module_name, file)
    if spec is None or spec.loader is None:
        raise UsageError(f"{file.name!r} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module  # where pickle and copy look up what it defines
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise _render_error(f"{file.name!r} failed", error, file) from error
    scene_class = getattr(module, name, None)
    if not (isinstance(scene_class, type) and issubclass(scene_class, Scene)):
        raise UsageError(f"there is no scene {name} in {file.name!r}")
    return scene_class


def _render_error(what: str, error: Exception, file: Path) -> RenderError:
    lines = [
        one.lineno
        for one in traceback.extract_tb(error.__traceback__)
        if Path(one.filename).resolve() == file.resolve()
    ]
    place = f"line {lines[-1]}" if lines else None
    return RenderError(what, place, why=f"{type(error).__name__}: {error}", hint="--debug shows all of it")


class _NullSink:
    """Takes frames and does nothing with them."""

    def write(self, rgba: Any, *, repeat: int = 1, changed: Any = None) -> None:
        """Take a frame."""


class _FrameWriter(SceneFileWriter):
    """Passes frames to the sink instead of writing them."""

    def __init__(self, settings: Any, sink: Sink, count: Callable[[int], None]) -> None:
        super().__init__(settings)
        self._sink, self._count, self._done = sink, count, 0

    def write_frame(self, pixels: Any, *, repeat: int = 1) -> None:
        """Pass a frame to the sink."""
        self._sink.write(pixels, repeat=repeat)
        self._done += repeat
        self._count(self._done)
