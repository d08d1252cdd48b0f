"""Where everything stands in the frame: a few arrangements, chosen by what there is to show.

hero                one landscape at the left, charts above the legend at the right
row over legend     one or two landscapes and a stack of charts, the legend in columns beneath
rows                many landscapes side by side, charts and legend beneath
upright             landscapes, charts and legend one below the other, for frames that are not wide
"""

from __future__ import annotations

from dataclasses import dataclass

from vizgd.drawing.panel import Box, frame_units

EDGE = 36.0
TITLE = 84.0
CAPTION = 92.0
GUTTER = 48.0
GAP = 24.0
COLUMN_GAP = 70.0
MOST_COLUMNS = 3
AMPLE = 1.3
"""How much wider than it must be a legend may be."""
ROOMY = 1.3
"""Frames that are less wide than this for their height have no room for two things beside each other."""
WIDE = 1.6
"""A single landscape of at least this aspect fills the width when no chart stands beside it."""


@dataclass(frozen=True)
class Contents:
    """What has to find room.

    Parameters
    ----------
    landscapes, charts, runs : int
        How many of each there are.
    legend_row, legend_width : float
        The height and the width that a legend's row needs.
    aspect : float or None
        The width over height that a single landscape wants.
    """

    landscapes: int
    charts: int
    runs: int
    legend_row: float
    legend_width: float
    aspect: float | None

    def columns(self, width: float) -> int:
        """Return in how many columns a legend stands in so much width."""
        fitting = int((width + COLUMN_GAP) / (self.legend_width + COLUMN_GAP))
        wanted = 1 if self.runs == 1 else 2 if self.runs <= 4 else MOST_COLUMNS
        return max(1, min(fitting, wanted))

    def columns_within(self, width: float, height: float) -> int:
        """Return in how many columns the rows of a legend in so much room are the largest."""

        def scale(columns: int) -> float:
            wide = (width - (columns - 1) * COLUMN_GAP) / (columns * self.legend_width)
            # Labels that are too wide for one column are cut.
            return min(1.0, height / self.legend_height(columns), wide if columns > 1 else 1.0)

        return max(range(1, MOST_COLUMNS + 1), key=scale)

    def most_width(self, columns: int) -> float:
        """Return the width at which the numbers of a legend still stand near the labels they belong to."""
        return columns * AMPLE * self.legend_width + (columns - 1) * COLUMN_GAP

    def legend_height(self, columns: int) -> float:
        """Return the height of a legend with its header in so many columns."""
        return self.legend_row * (-(-self.runs // columns) + 1)


@dataclass(frozen=True)
class Layout:
    """Boxes, margins of axes included, for each landscape and each chart, and for what has no axes."""

    title: Box
    caption: Box
    legend: Box
    legend_columns: int
    landscapes: tuple[Box, ...]
    charts: tuple[Box, ...]


@dataclass(frozen=True)
class _Body:
    """What lies between title and caption, divided."""

    legend: Box
    landscapes: list[Box]
    charts: list[Box]
    legend_columns: int = 1


def lay_out(size: tuple[int, int], contents: Contents) -> Layout:
    """Return the arrangement of some contents in a frame, of whose pixels only the shape matters here."""
    width, height = frame_units(size)
    title = Box(EDGE, height - EDGE / 2 - TITLE, width - EDGE, height - EDGE / 2)
    roomy = width >= ROOMY * height
    caption = Box(EDGE, EDGE / 3, width - EDGE, EDGE / 3 + CAPTION * (1 if roomy else 1.5))
    box = Box(EDGE, caption.top + GAP, width - EDGE, title.bottom - 6)
    body = _arranged(box, contents, roomy=roomy)
    return Layout(
        title, caption, body.legend, body.legend_columns, tuple(body.landscapes), tuple(body.charts)
    )


def _arranged(box: Box, contents: Contents, *, roomy: bool) -> _Body:
    landscapes, charts = contents.landscapes, contents.charts
    if not roomy:
        return _upright(box, contents)
    if landscapes == 0:
        return _charts_only(box, contents)
    if landscapes > 2:
        return _rows(box, contents)
    wide = contents.aspect is None or contents.aspect > WIDE
    if landscapes == 2 or charts > 1 or (charts == 0 and wide):
        return _row_over_legend(box, contents)
    return _hero(box, contents)


def _hero(box: Box, contents: Contents) -> _Body:
    share = 0.5
    if contents.aspect is not None:
        share = min(max((contents.aspect * (box.height - 90) + 110) / box.width, 0.38), 0.56)
    split = box.left + share * box.width
    hero = Box(box.left, box.bottom, split - GUTTER / 2, box.top)
    side = Box(split + GUTTER / 2, box.bottom, box.right, box.top)
    if not contents.charts:
        height = min(contents.legend_height(1), side.height)
        return _Body(Box(side.left, side.top - height, side.right, side.top), [hero], [])
    height = min(contents.legend_height(1), 0.46 * side.height)
    legend = Box(side.left, side.bottom, side.right, side.bottom + height)
    stack = Box(side.left, legend.top + GAP, side.right, side.top)
    columns = contents.columns_within(legend.width, legend.height)
    return _Body(legend, [hero], _stacked(stack, contents.charts), columns)


def _charts_only(box: Box, contents: Contents) -> _Body:
    split = box.left + 0.6 * box.width
    stack = Box(box.left, box.bottom, split - GUTTER / 2, box.top)
    height = min(contents.legend_height(1), box.height)
    legend = Box(split + GUTTER / 2, box.top - height, box.right, box.top)
    return _Body(legend, [], _stacked(stack, contents.charts))


def _row_over_legend(box: Box, contents: Contents) -> _Body:
    columns = contents.columns(box.width)
    height = min(contents.legend_height(columns), 0.46 * box.height)
    right = min(box.right, box.left + contents.most_width(columns))
    legend = Box(box.left, box.bottom, right, box.bottom + height)
    row = Box(box.left, legend.top + GAP, box.right, box.top)
    share = (0.66 if contents.landscapes == 2 else 0.46) if contents.charts else 1.0
    split = row.left + share * row.width
    landscapes = _beside(Box(row.left, row.bottom, split, row.top), contents.landscapes)
    charts = _stacked(Box(split + GUTTER, row.bottom, row.right, row.top), contents.charts)
    return _Body(legend, landscapes, charts, columns)


def _rows(box: Box, contents: Contents) -> _Body:
    lines = 1 if contents.landscapes <= 5 else 2
    each = -(-contents.landscapes // lines)
    below = min(max(contents.legend_height(1), 0.4 * box.height), 0.48 * box.height)
    upper = Box(box.left, box.bottom + below + GAP, box.right, box.top)
    lower = Box(box.left, box.bottom, box.right, box.bottom + below)
    landscapes = _tiled(upper, contents.landscapes, each)
    if not contents.charts:
        return _Body(lower, landscapes, [], contents.columns(lower.width))
    legend = Box(lower.right - 0.4 * lower.width, lower.bottom, lower.right, lower.top)
    graphs = Box(lower.left, lower.bottom, legend.left - GUTTER, lower.top)
    return _Body(legend, landscapes, _beside(graphs, contents.charts))


def _upright(box: Box, contents: Contents) -> _Body:
    tall = box.height > box.width
    columns = contents.columns(box.width)
    height = min(contents.legend_height(columns), 0.34 * box.height)
    legend = Box(box.left, box.bottom, box.right, box.bottom + height)
    rest = Box(box.left, legend.top + GAP, box.right, box.top)
    landscapes, charts = contents.landscapes, contents.charts
    if not landscapes or not charts:
        cells = _tiled(rest, landscapes + charts, 1 if tall else 2)
        return _Body(legend, cells[:landscapes], cells[landscapes:], columns)
    across = (1 if landscapes <= 2 else 2) if tall else 4
    lines = -(-landscapes // across)
    share = lines / (lines + 0.75) if tall else 0.56
    split = rest.top - share * rest.height
    upper = Box(rest.left, split + GAP, rest.right, rest.top)
    lower = Box(rest.left, rest.bottom, rest.right, split)
    graphs = _stacked(lower, charts) if tall else _beside(lower, charts)
    return _Body(legend, _tiled(upper, landscapes, across), graphs, columns)


def _tiled(box: Box, count: int, across: int) -> list[Box]:
    """Return equal boxes row by row, so many in a row."""
    lines = -(-count // across)
    cells = [cell for line in _stacked(box, lines) for cell in _beside(line, min(across, count))]
    return cells[:count]


def _stacked(box: Box, count: int) -> list[Box]:
    """Return equal boxes from top to bottom."""
    if count == 0:
        return []
    height = (box.height - GAP * (count - 1)) / count
    tops = [box.top - k * (height + GAP) for k in range(count)]
    return [Box(box.left, top - height, box.right, top) for top in tops]


def _beside(box: Box, count: int) -> list[Box]:
    """Return equal boxes from left to right."""
    gutter = GUTTER if count <= 3 else GUTTER / 2
    width = (box.width - gutter * (count - 1)) / count
    lefts = [box.left + k * (width + gutter) for k in range(count)]
    return [Box(left, box.bottom, left + width, box.top) for left in lefts]
