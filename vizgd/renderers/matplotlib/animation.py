"""A storyboard as a matplotlib `FuncAnimation`, for windows."""

from __future__ import annotations

from typing import Any

from matplotlib.animation import FuncAnimation
from matplotlib.artist import Artist
from matplotlib.backend_bases import RendererBase
from matplotlib.figure import Figure

from vizgd.renderers.matplotlib.painter import MatplotlibPainter
from vizgd.storyboard.storyboard import Storyboard

POINTS_PER_INCH = 100.0


class StoryboardArtist(Artist):
    """Draws one frame of a storyboard with whatever renderer its figure has."""

    def __init__(self, storyboard: Storyboard) -> None:
        super().__init__()
        self.storyboard = storyboard
        self.frame = 0

    def draw(self, renderer: RendererBase) -> None:
        """Draw the current frame over the whole figure."""
        figure = self.get_figure(root=True)
        assert figure is not None
        painter = MatplotlibPainter(renderer, (round(figure.bbox.width), round(figure.bbox.height)))
        for layer in self.storyboard.frame(self.frame):
            for mark in layer.marks:
                painter.paint(mark, painter.clipped(layer.clip))
        self.stale = False


def func_animation(storyboard: Storyboard) -> FuncAnimation:
    """Return an animation of a storyboard, in a pyplot figure where pyplot is already in use."""
    width, height = storyboard.size
    figure = _figure((width / POINTS_PER_INCH, height / POINTS_PER_INCH))
    figure.set_facecolor(storyboard.background)
    artist = StoryboardArtist(storyboard)
    figure.add_artist(artist)

    def show_frame(frame: int) -> tuple[Artist]:
        artist.frame = frame
        artist.stale = True
        return (artist,)

    clock = storyboard.clock
    return FuncAnimation(
        figure, show_frame, frames=clock.frames, interval=float(1000 / clock.rate), repeat=True, blit=False
    )


def _figure(inches: tuple[float, float]) -> Figure:
    """Return a figure that `plt.show()` shows where pyplot has been imported, and a bare one elsewhere."""
    import sys

    pyplot: Any = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        figure: Figure = pyplot.figure(figsize=inches, dpi=POINTS_PER_INCH)
        return figure
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure = Figure(figsize=inches, dpi=POINTS_PER_INCH)
    FigureCanvasAgg(figure)
    return figure
