"""Where everything stands in the frame: one table of arrangements, chosen by what there is to show."""

from __future__ import annotations

from dataclasses import dataclass

from vizgd.panel import HEIGHT, Box

EDGE = 36.0
TITLE = 84.0
CAPTION = 96.0
GUTTER = 48.0
WIDE = 1.6
"""A single landscape of at least this aspect fills the width when no chart stands beside it."""


@dataclass(frozen=True)
class Layout:
    """Boxes, margins of axes included, for each landscape and each chart, and for what has no axes."""

    title: Box
    caption: Box
    legend: Box
    legend_columns: int
    landscapes: tuple[Box, ...]
    charts: tuple[Box, ...]


def layout(
    size: tuple[int, int], landscapes: int, charts: int, runs: int, legend_row: float, aspect: float | None
) -> Layout:
    """Return the arrangement for a number of landscapes and charts.

    Parameters
    ----------
    size : tuple of int
        The frame in pixels; only its shape matters here.
    landscapes, charts, runs : int
        How many of each there are.
    legend_row : float
        The height of a legend's row.
    aspect : float or None
        The width over height that a single landscape wants.
    """
    width = HEIGHT * size[0] / size[1]
    title = Box(EDGE, HEIGHT - EDGE / 2 - TITLE, width - EDGE, HEIGHT - EDGE / 2)
    caption = Box(EDGE, EDGE / 2, width - EDGE, EDGE / 2 + CAPTION)
    body = Box(EDGE, caption.top + 6, width - EDGE, title.bottom - 6)
    if body.width < body.height:
        return _upright(title, caption, body, landscapes, charts, runs, legend_row)
    wide = aspect is None or aspect > WIDE
    if landscapes <= 1 and not (landscapes and (charts > 1 or (charts == 0 and wide))):
        return _hero(title, caption, body, landscapes, charts, runs, legend_row, aspect)
    if landscapes <= 2:
        return _row_over_legend(title, caption, body, landscapes, charts, runs, legend_row)
    return _rows(title, caption, body, landscapes, charts, runs, legend_row)


def _hero(
    title: Box,
    caption: Box,
    body: Box,
    landscapes: int,
    charts: int,
    runs: int,
    legend_row: float,
    aspect: float | None,
) -> Layout:
    """One landscape at the left; charts above the legend at the right."""
    share = 0.5 if landscapes else 0.0
    if landscapes and aspect is not None:
        share = min(max((aspect * (body.height - 90) + 110) / body.width, 0.38), 0.56)
    if not charts and landscapes:
        share = min(max(share, 0.5), 0.64)
    if not landscapes:
        return _charts_only(title, caption, body, charts, runs, legend_row)
    split = body.left + share * body.width
    hero = Box(body.left, body.bottom, split - GUTTER / 2, body.top)
    side = Box(split + GUTTER / 2, body.bottom, body.right, body.top)
    rows = min(legend_row * (runs + 1), 0.46 * side.height if charts else side.height)
    legend = Box(side.left, side.bottom, side.right, side.bottom + rows)
    if not charts:
        legend = Box(side.left, side.top - rows, side.right, side.top)
    stack = Box(side.left, legend.top + 28, side.right, side.top)
    return Layout(title, caption, legend, 1, (hero,), tuple(_stacked(stack, charts)))


def _charts_only(title: Box, caption: Box, body: Box, charts: int, runs: int, legend_row: float) -> Layout:
    split = body.left + 0.6 * body.width
    stack = Box(body.left, body.bottom, split - GUTTER / 2, body.top)
    rows = min(legend_row * (runs + 1), body.height)
    legend = Box(split + GUTTER / 2, body.top - rows, body.right, body.top)
    return Layout(title, caption, legend, 1, (), tuple(_stacked(stack, charts)))


def _row_over_legend(
    title: Box, caption: Box, body: Box, landscapes: int, charts: int, runs: int, legend_row: float
) -> Layout:
    """One or two landscapes and a stack of charts in a row, the legend in columns beneath."""
    columns = 1 if runs == 1 else 2 if runs <= 6 else 3
    rows = legend_row * (-(-runs // columns) + 1)
    legend = Box(body.left, body.bottom, body.right, body.bottom + rows)
    row = Box(body.left, legend.top + 24, body.right, body.top)
    share = (0.72 if landscapes == 2 else 0.46) if charts else 1.0
    split = row.left + share * row.width
    pair = Box(row.left, row.bottom, split, row.top)
    stack = Box(split + GUTTER, row.bottom, row.right, row.top)
    return Layout(
        title, caption, legend, columns, tuple(_beside(pair, landscapes)), tuple(_stacked(stack, charts))
    )


def _rows(
    title: Box, caption: Box, body: Box, landscapes: int, charts: int, runs: int, legend_row: float
) -> Layout:
    """Landscapes in a row, or two where they are many; charts and legend beneath."""
    lines = 1 if landscapes <= 5 else 2
    each = -(-landscapes // lines)
    rows = legend_row * (runs + 1)
    below = min(max(rows, 0.4 * body.height), 0.48 * body.height)
    upper = Box(body.left, body.bottom + below + 24, body.right, body.top)
    lower = Box(body.left, body.bottom, body.right, body.bottom + below)
    cells = [cell for line in _stacked(upper, lines) for cell in _beside(line, each)][:landscapes]
    if not charts:
        columns = 2 if runs > 3 else 1
        return Layout(title, caption, lower, columns, tuple(cells), ())
    legend_width = 0.4 * lower.width
    legend = Box(lower.right - legend_width, lower.bottom, lower.right, lower.top)
    graphs = Box(lower.left, lower.bottom, legend.left - GUTTER, lower.top)
    return Layout(title, caption, legend, 1, tuple(cells), tuple(_beside(graphs, charts)))


def _upright(
    title: Box, caption: Box, body: Box, landscapes: int, charts: int, runs: int, legend_row: float
) -> Layout:
    """Everything in one column, for frames that are taller than wide."""
    rows = min(legend_row * (runs + 1), 0.3 * body.height)
    legend = Box(body.left, body.bottom, body.right, body.bottom + rows)
    rest = Box(body.left, legend.top + 24, body.right, body.top)
    cells = list(_stacked(rest, max(1, landscapes + charts)))
    return Layout(title, caption, legend, 1, tuple(cells[:landscapes]), tuple(cells[landscapes:]))


def _stacked(box: Box, count: int) -> list[Box]:
    """Return equal boxes from top to bottom."""
    if count == 0:
        return []
    height = (box.height - 24 * (count - 1)) / count
    tops = [box.top - k * (height + 24) for k in range(count)]
    return [Box(box.left, top - height, box.right, top) for top in tops]


def _beside(box: Box, count: int) -> list[Box]:
    """Return equal boxes from left to right."""
    gutter = GUTTER if count <= 3 else GUTTER / 2
    width = (box.width - gutter * (count - 1)) / count
    lefts = [box.left + k * (width + gutter) for k in range(count)]
    return [Box(left, box.bottom, left + width, box.top) for left in lefts]
