"""What the ground hides from an eye in perspective, held against rays cast one by one."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from vizgd.drawing.projection import HeightField
from vizgd.manim.perspective_horizon import PerspectiveHorizon

XS = np.linspace(-1, 1, 25)
HILLS = 0.5 + 0.5 * np.cos(4 * XS)[:, None] * np.sin(3 * XS)
ANGLES = st.tuples(st.floats(20, 85), st.floats(-180, 180))


@given(ANGLES, st.floats(3, 40), st.data())
@settings(max_examples=20, deadline=None)
def test_what_is_hidden_is_what_rays_to_the_eye_meet(angles, distance, data):
    phi, theta = np.radians(angles)
    eye = distance * np.array([np.sin(phi) * np.cos(theta), np.sin(phi) * np.sin(theta), np.cos(phi)])
    field = HeightField(XS, XS, HILLS)
    places = np.array(
        data.draw(st.lists(st.tuples(st.floats(-1, 1), st.floats(-1, 1)), min_size=8, max_size=8))
    )
    points = np.column_stack([places, field.at(*places.T)])
    shares = np.linspace(0, 1, 4000)[1:, None]
    for point, hidden in zip(points, PerspectiveHorizon(field, tuple(eye)).hidden(points), strict=True):
        ray = point + shares * (eye - point)
        above = field.at(ray[:, 0], ray[:, 1]) - ray[:, 2]
        away = np.linalg.norm(ray - point, axis=1) > 0.05
        # Near the rim of a hill either answer will do.
        if above.max() > 0.03:
            assert hidden
        elif above[~away].max() <= 0 and above[away].max() < -0.02:
            assert not hidden
