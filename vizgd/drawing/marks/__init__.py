"""What is drawn, as plain data: each kind of mark is a class that knows how far it reaches and paints itself.

A mark's positions are in the coordinates of its panel until `mapped` moves them to the frame. Every field is
constant or a `Track`, a table of values at iterations that the clock reads at a real-valued position, so any
frame can be made without the one before it. Sizes are in thousandths of the height of a 16:9 frame.
"""

from __future__ import annotations

from vizgd.drawing.canvas import Color, faded
from vizgd.drawing.marks.arrow import Arrow
from vizgd.drawing.marks.faces import Mesh, Polygons
from vizgd.drawing.marks.line import Line
from vizgd.drawing.marks.mark import Mark, is_static, mapped, resolved, tracks
from vizgd.drawing.marks.points import Points
from vizgd.drawing.marks.text import Text
from vizgd.drawing.shapes import Marker
from vizgd.drawing.track import Filling, Panned, Shared, Track, between, settled

__all__ = [
    "Arrow",
    "Color",
    "Filling",
    "Line",
    "Mark",
    "Marker",
    "Mesh",
    "Panned",
    "Points",
    "Polygons",
    "Shared",
    "Text",
    "Track",
    "between",
    "faded",
    "is_static",
    "mapped",
    "resolved",
    "settled",
    "tracks",
]
