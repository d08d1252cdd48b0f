"""Axes and what is written around them."""

from __future__ import annotations

import vizgd as vg
from vizgd.drawing.marks import Text
from vizgd.drawing.typeset import measured

from ..gallery_films import planned


def test_titles_of_panels_side_by_side_do_not_run_into_each_other():
    rate = vg.GradientDescent(learning_rate=0.1)
    runs = [vg.Run(rate, (2, 2)), vg.Run(rate, (2, 2), objective="x**2 + 5*y**2 + 0.1*x*y")]
    board = planned(vg.Comparison("t", "x**2 + y**2", runs, steps=5))
    shown = [panel for panel in board.panels if panel.name == "contour"]
    titles = [
        m
        for layer in board.frame(0)
        for m in layer.marks
        if isinstance(m, Text) and " on x" in m.text and m.bold
    ]
    assert len(titles) == len(shown) == 2
    spans = [(t.xy[0] - measured(t.text, t.size, bold=True)[0] / 2, t.xy[0]) for t in titles]
    (left, middle), (other_left, _) = sorted(spans, key=lambda span: span[1])
    assert 2 * middle - left < other_left
