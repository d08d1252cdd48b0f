"""Draws the frames of a film in spans: in this process, or in several at the same time."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from functools import lru_cache, partial
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from vizgd.base.workers import results_in_order, worker_pool
from vizgd.drawing.region import Region
from vizgd.renderers import Sink
from vizgd.renderers.matplotlib.compositor import AggCompositor
from vizgd.storyboard.storyboard import Storyboard

Span: TypeAlias = tuple[tuple[int, int], ...]
"""Frames drawn one after another from an empty canvas: number and repetitions of each."""

FrameChanges: TypeAlias = tuple[list[tuple[Region, NDArray[np.uint8]]], int]
"""A frame as one process sends it to another: the regions that changed, and its repetitions."""

SPAN = 16
"""How many frames of a turning camera make a span."""


def draw(storyboard: Storyboard, sink: Sink, *, jobs: int = 1) -> None:
    """Push every frame of a storyboard, each drawn once; the pixels do not depend on the number of jobs.

    Parameters
    ----------
    storyboard : Storyboard
    sink : Sink
    jobs : int, default 1
        How many processes may draw. More than one are started only where the camera turns.
    """
    film = spans(storyboard)
    if jobs == 1 or len(film) == 1:
        compositor = AggCompositor(storyboard)
        for span in film:
            for pixels, changed, repeat in _drawn(compositor, span):
                sink.write(pixels, repeat=repeat, changed=changed)
        return
    width, height = storyboard.size
    canvas = np.zeros((height, width, 4), np.uint8)
    copy = pickle.dumps(storyboard)
    with worker_pool(jobs) as pool:
        for frames in results_in_order(pool, partial(_draw_span, copy), film, ahead=2 * jobs):
            for changes, repeat in frames:
                for region, pixels in changes:
                    canvas[region.slices] = pixels
                sink.write(canvas, repeat=repeat, changed=[region for region, _ in changes])


def spans(storyboard: Storyboard) -> list[Span]:
    """Return the frames of a film in independent spans; intro and hold are one frame repeated.

    A turning camera changes nearly everything in each frame, so that a new span costs little. Elsewhere only
    the differences from the frame before are drawn, which is fast: all frames are one span.
    """
    clock = storyboard.clock
    moving = range(clock.intro, clock.intro + clock.run - 1)
    frames = [(0, clock.intro)] if clock.intro else []
    frames += [(frame, 1) for frame in moving] + [(clock.frames - 1, clock.hold + 1)]
    length = SPAN if storyboard.turns else len(frames)
    return [tuple(frames[start : start + length]) for start in range(0, len(frames), length)]


def _drawn(compositor: AggCompositor, span: Span) -> Iterator[tuple[NDArray[np.uint8], list[Region], int]]:
    compositor.forget()
    for frame, repeat in span:
        pixels = compositor.frame(frame)
        yield pixels, compositor.changed, repeat


def _draw_span(storyboard: bytes, span: Span) -> list[FrameChanges]:
    """Draw a span in a process that may have drawn others of the same storyboard before."""
    return [
        ([(region, pixels[region.slices].copy()) for region in changed], repeat)
        for pixels, changed, repeat in _drawn(_compositor(storyboard), span)
    ]


@lru_cache(maxsize=1)
def _compositor(storyboard: bytes) -> AggCompositor:
    return AggCompositor(pickle.loads(storyboard))
