"""Checks of what must hold for every view."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np

from vizgd.comparisons.comparison import Comparison, Run
from vizgd.comparisons.resolving import resolved
from vizgd.drawing.marks import tracks
from vizgd.drawing.panel import margins
from vizgd.optimizers.adam import Adam
from vizgd.optimizers.descent import Momentum
from vizgd.renderers.matplotlib.compositor import AggCompositor
from vizgd.storyboard.look import Look
from vizgd.storyboard.planning import plan
from vizgd.views.view import View

SIZE = (480, 270)


def check_view(view: View, comparison: Comparison | None = None) -> None:
    """Check that a view plans what any renderer can draw, in both themes.

    There is a panel for each of its studies, inside the frame with what is written beside its axes; its plan
    survives pickling, as other processes ask of it, and comes out the same when it is made again; a frame has
    no tracks left; and something is seen, in frames that do not depend on the ones before them.

    Parameters
    ----------
    view : View
    comparison : Comparison, optional
        What to show, its own views left out; by default two runs on a bowl of two parameters.

    Raises
    ------
    AssertionError
        With a sentence that says which of these does not hold.
    """
    name = type(view).__name__
    assert isinstance(view, View), f"{name} does not derive from vizgd.views.view.View"
    if comparison is None:
        runs = [Run(Momentum(learning_rate=0.05), start=(4, 3)), Run(Adam(learning_rate=0.3), start=(-3, 4))]
        comparison = Comparison("check", "x**2 + 2*y**2", runs, steps=12, domain=[(-5, 5), (-5, 5)])
    comparison = replace(comparison, views=(view,))
    for theme in ("light", "dark"):
        look = Look(size=SIZE, fps=10, theme=theme, seconds=2.0)
        board, again = plan(resolved(comparison), look), plan(resolved(comparison), look)
        assert board.describe() == again.describe(), f"{name} plans another picture when asked again"
        own = [panel for panel in board.panels if panel.name not in {"title", "legend", "caption"}]
        assert own, f"{name} makes no panels"
        for panel in own:
            inside = panel.box.left >= 0 and panel.box.bottom >= 0 and panel.box.right > panel.box.left
            assert inside, f"{name} has a panel outside of the frame: {panel.box}"
            left, bottom, _, _ = (0.0,) * 4 if panel.axes is None else margins(panel.axes)
            written = panel.box.left >= left and panel.box.bottom >= bottom
            assert written, (
                f"{name} writes outside of the frame: its study has to return the axes that it draws"
            )
        compositor, last = AggCompositor(board), board.clock.frames - 1
        for number in (0, last):
            moving = [mark for layer in board.frame(number) for mark in layer.marks if tracks(mark)]
            assert not moving, f"{name} has marks whose tracks are not resolved at frame {number}"
        end = compositor.frame(last).astype(int)
        alone = replace(board, panels=tuple(panel for panel in board.panels if panel not in own))
        seen = (AggCompositor(alone).frame(last) != end).any(axis=-1).mean()
        assert seen > 0.01, f"{name} shows next to nothing"
        compositor.frame(0)
        apart = np.abs(compositor.frame(last).astype(int) - end).max()
        assert apart <= 6, f"a frame of {name} depends on the one before it"
        copied = AggCompositor(pickle.loads(pickle.dumps(board))).frame(last)
        assert np.array_equal(copied, AggCompositor(board).frame(last)), (
            f"{name} looks different after pickling"
        )
