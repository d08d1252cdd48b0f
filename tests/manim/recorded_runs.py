"""Two landscapes and a run on each, for the tests of what goes along with a descending point."""

from __future__ import annotations

from hypothesis import strategies as st

import vizgd as vg
from vizgd.manim import Landscape

VALLEY, BOWL = "x**4 - 3*x**2 + x", "x**2 + 10*y**2"
STEPS = 12
CURVE = Landscape(VALLEY, [(-2.2, 2.2)], width=6, height=4)
MAP = Landscape(BOWL, [(-6, 6), (-3, 3)], width=8, height=4)
HOPS = vg.record(VALLEY, vg.GradientDescent(learning_rate=0.05), start=-2.0, steps=STEPS)
SWING = vg.record(BOWL, vg.Momentum(learning_rate=0.05), start=(5, 2), steps=STEPS)
ITERATES = st.integers(0, STEPS - 1)
