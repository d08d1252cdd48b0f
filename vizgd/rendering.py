"""From a comparison to a file: plan it, draw it, encode it."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vizgd.comparison import Comparison
from vizgd.encoding.formats import exact_rate, format_of
from vizgd.errors import UsageError
from vizgd.renderers import RENDERERS
from vizgd.theme import THEMES, Theme

if TYPE_CHECKING:
    from matplotlib.animation import FuncAnimation

    from vizgd.storyboard import Storyboard

Progress = Callable[[int, int], None]

QUALITIES = {
    "l": ((854, 480), 15),
    "m": ((1280, 720), 30),
    "h": ((1920, 1080), 60),
    "p": ((2560, 1440), 60),
    "k": ((3840, 2160), 60),
}
"""Manim's presets: frame size in pixels and frames a second."""

SMALLEST, LARGEST = 64, 8192
FASTEST = 240
LONGEST = 3600.0


def render(
    comparison: Comparison,
    path: str | Path,
    *,
    format: str | None = None,  # noqa: A002 - the word that users of matplotlib's savefig know
    size: tuple[int, int] | None = None,
    fps: float | Fraction | None = None,
    quality: str | None = None,
    theme: str | Theme = "light",
    seconds: float | None = None,
    title: str | None = None,
    renderer: str = "matplotlib",
    every_frame: bool = False,
    force: bool = False,
    progress: Progress | None = None,
) -> Path:
    """Render a comparison to a file and return its path.

    Parameters
    ----------
    comparison : Comparison
    path : str or Path
        Where to write; its suffix says the format unless `format` does. Missing folders are made. The file is
        written whole or not at all.
    format : {"gif", "mp4", "webm", "png"}, optional
    size : tuple of int, optional
        Width and height in pixels, 64 to 8192; by default the quality's or else the format's.
    fps : float, optional
        Frames a second, at most 240. GIF can keep only some rates exactly; the nearest of them is taken.
    quality : {"l", "m", "h", "p", "k"}, optional
        Manim's presets: 480p15, 720p30, 1080p60, 1440p60, 2160p60.
    theme : str or Theme, default "light"
    seconds : float, optional
        How long the film lasts, at most an hour; by default what suits the number of steps.
    title : str, optional
        In place of the comparison's own.
    renderer : str, default "matplotlib"
    every_frame : bool, default False
        For PNG, write all frames into a folder instead of the last one to a file.
    force : bool, default False
        Render although nothing has changed. Every call renders; the word is there for scripts that say so.
    progress : callable, optional
        Called with the frames done and their total.

    Raises
    ------
    UsageError
        When something in the comparison or the settings cannot be.
    RenderError
        When the file cannot be written.
    """
    from vizgd.encoding.encoder import open_encoder

    del force
    path = Path(path)
    kind = format_of(path, format)
    draw = RENDERERS[renderer]
    frame_size, rate = _frame_settings(kind, size, fps, quality)
    storyboard = _planned(comparison, frame_size, rate, theme, seconds, title)
    if kind == "png" and not every_frame:
        storyboard = storyboard.ending()
    total = storyboard.clock.frames
    with open_encoder(
        path, size=frame_size, rate=rate, frames=total, format=kind, every_frame=every_frame
    ) as encoder:
        draw(storyboard, _Counted(encoder, total, progress) if progress else encoder)
    return Path(encoder.path)


def animate(
    comparison: Comparison,
    *,
    size: tuple[int, int] = (960, 540),
    fps: float | Fraction = 25,
    theme: str | Theme = "light",
    seconds: float | None = None,
    title: str | None = None,
) -> FuncAnimation:
    """Return a comparison as a matplotlib animation, for a window or a notebook.

    Keep a reference to it while it plays, as with every matplotlib animation; `render` is the faster way to a
    file. The parameters are those of `render`.
    """
    from vizgd.renderers.matplotlib.player import play

    size, rate = _frame_settings("png", size, fps, None)
    return play(_planned(comparison, size, rate, theme, seconds, title))


def _planned(
    comparison: Comparison,
    size: tuple[int, int],
    rate: Fraction,
    theme: str | Theme,
    seconds: float | None,
    title: str | None,
) -> Storyboard:
    from vizgd.planning import plan

    look = THEMES[theme] if isinstance(theme, str) else theme
    if seconds is not None and not 0 < seconds <= LONGEST:
        raise UsageError(f"seconds is {seconds:g}", why=f"expected more than 0, at most {LONGEST:g}")
    return plan(comparison, size=size, rate=rate, theme=look, seconds=seconds, title=title)


def _frame_settings(
    kind: str, size: tuple[int, int] | None, fps: float | Fraction | None, quality: str | None
) -> tuple[tuple[int, int], Fraction]:
    """Return the size in pixels and the rate that a format keeps exactly."""
    from vizgd.encoding.formats import FORMATS

    if quality is not None and quality not in QUALITIES:
        raise UsageError(f"unknown quality {quality!r}", why=f"known: {', '.join(QUALITIES)}")
    defaults = QUALITIES[quality] if quality else (FORMATS[kind].size, FORMATS[kind].rate)
    width, height = size or defaults[0]
    if not all(isinstance(side, int) and SMALLEST <= side <= LARGEST for side in (width, height)):
        raise UsageError(
            f"size is {width}x{height}", why=f"expected whole numbers from {SMALLEST} to {LARGEST}"
        )
    rate = defaults[1] if fps is None else fps
    if not 0 < rate <= FASTEST:
        raise UsageError(f"{float(rate):g} frames a second", why=f"expected more than 0, at most {FASTEST}")
    return (width, height), exact_rate(kind, Fraction(rate).limit_denominator(1001))


class _Counted:
    """A sink that passes frames on and tells how many there were."""

    def __init__(self, sink: Any, total: int, progress: Progress) -> None:
        self.sink, self.total, self.progress, self.done = sink, total, progress, 0

    def write(self, rgba: Any, *, repeat: int = 1) -> None:
        """Pass on a frame."""
        self.sink.write(rgba, repeat=repeat)
        self.done += repeat
        self.progress(self.done, self.total)
