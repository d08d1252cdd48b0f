"""A second renderer, small enough to read at a glance: every mark as bare polylines, with Pillow alone.

It knows the plan and nothing else, and so proves that a storyboard can be drawn without matplotlib.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageDraw

from vizgd.drawing.marks import Arrow, Line, Mark, Mesh, Points, Polygons, Text, settled
from vizgd.drawing.shapes import arrow_outline, marker_outline
from vizgd.drawing.typeset import placed
from vizgd.storyboard.storyboard import Storyboard

from .gallery_films import in_pixels


def polylines(mark: Mark) -> Iterator[tuple[np.ndarray, tuple[float, ...]]]:
    """Yield a mark's strokes: points ``(n, 2)`` in frame units and a color."""
    match mark:
        case Line():
            xy = mark.revealed()
            breaks = np.flatnonzero(~np.isfinite(xy).all(axis=1))
            for part in np.split(xy, breaks):
                yield part[np.isfinite(part).all(axis=1)], mark.color
        case Points():
            for point in np.atleast_2d(settled(mark.xy)):
                outline = point + marker_outline(mark.marker) * mark.size / 2
                yield np.concatenate([outline, outline[:1]]), mark.fill
        case Polygons():
            for ring, owner in zip(
                np.split(settled(mark.vertices), mark.starts[1:]), mark.owners, strict=True
            ):
                yield np.concatenate([ring, ring[:1]]), tuple(mark.fills[owner])
        case Mesh():
            for row, fills in zip(mark.vertices, [*mark.fills, mark.fills[-1]], strict=True):
                if np.isfinite(fills[0]).all():
                    yield row, tuple(fills[0])
        case Arrow():
            yield arrow_outline(mark), mark.color
        case Text():
            vertices, codes = placed(mark)
            for part in np.split(vertices, np.flatnonzero(codes == 1)[1:]):
                yield part, mark.color
        case _:
            raise TypeError(f"{type(mark).__name__} is a mark of which this renderer has not heard")


def frame(board: Storyboard, number: int) -> np.ndarray:
    """Return a frame as uint8 ``(height, width, 3)``."""
    image = Image.new("RGB", board.size, tuple(round(255 * c) for c in board.background[:3]))
    draw = ImageDraw.Draw(image)
    for layer in board.frame(number):
        for mark in layer.marks:
            for points, color in polylines(mark):
                if len(points) > 1 and np.isfinite(points).all():
                    at = [tuple(place) for place in in_pixels(board, points)]
                    draw.line(at, fill=tuple(round(255 * c) for c in color[:3]), width=1)
    return np.asarray(image)
