"""Maps, and what their cells show: in the storyboard, and in the pixels."""

from __future__ import annotations

import numpy as np

import vizgd as vg
from tests.gallery_films import in_pixels, planned
from vizgd.drawing.marks import Mesh
from vizgd.drawing.theme import THEMES
from vizgd.renderers.matplotlib.compositor import AggCompositor

COUNT = 9


def mapped(view, objective="himmelblau", run=None, steps=120, theme="light"):
    """Return the storyboard of one map, and the panel that shows it."""
    run = run or vg.Run(vg.GradientDescent(learning_rate=0.001), start=(1.0, 1.0))
    comparison = vg.Comparison(title="map", objective=objective, runs=[run], steps=steps, views=[view])
    board = planned(comparison, theme=THEMES[theme])
    return board, next(panel for panel in board.panels if panel.axes)


def middles(panel, count=COUNT):
    """Return the data coordinates of the cells' middles, x and y."""
    fractions = (np.arange(count) + 0.5) / count
    return tuple(np.array([a.value(f) for f in fractions]) for a in (panel.axes.x, panel.axes.y))


def colors_of_cells(board, panel, number, count=COUNT):
    """Return what the pixels show of each cell, a little off its middle, ``(rows, columns, 3)``."""
    frame = AggCompositor(board).frame(number)[..., :3]
    xs, ys = middles(panel, count)
    places = in_pixels(board, panel.to_frame(np.stack(np.meshgrid(xs, ys), axis=-1)))
    columns, rows = (np.floor(places[..., axis]).astype(int) for axis in (0, 1))
    return frame[rows, columns].astype(int)


def pixel(color):
    """Return a color of a theme in levels of 255."""
    return np.round(255 * np.asarray(color)[:3]).astype(int)


def clear_of(panel, kinds=("star",), reach=0.06, count=COUNT):
    """Return which cells no marker lies on."""
    xs, ys = middles(panel, count)
    cells = panel.to_frame(np.stack(np.meshgrid(xs, ys), axis=-1))
    clear = np.ones(cells.shape[:-1], bool)
    for mark in panel.layers[2].marks:
        if getattr(mark, "marker", None) in kinds:
            for place in np.atleast_2d(mark.xy):
                clear &= np.abs(cells - place).max(axis=-1) > reach * panel.box.height
    return clear


def mesh_of(panel) -> Mesh:
    """Return the cells of a panel's map."""
    return next(mark for mark in panel.marks if isinstance(mark, Mesh))
