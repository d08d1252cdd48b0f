"""What each vertex of a path is, as matplotlib numbers it: the end of a line, a point of a curve, ..."""

from __future__ import annotations

MOVE, LINE, QUADRATIC, CUBIC, CLOSE = 1, 2, 3, 4, 79
