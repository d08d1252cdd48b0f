"""What the ground hides from an eye in perspective, held against rays cast one by one."""

from __future__ import annotations

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vizgd.drawing.projection import SLACK, HeightField
from vizgd.manim.perspective_horizon import RAYS, PerspectiveHorizon

XS = np.linspace(-1, 1, 25)
HILLS = 0.5 + 0.5 * np.cos(4 * XS)[:, None] * np.sin(3 * XS)
ANGLES = st.tuples(st.floats(20, 85), st.floats(-180, 180))
COORDINATES = st.floats(-1, 1) | st.sampled_from([-1.0, 1.0])
SHARES = np.linspace(0, 1, 4000)[1:, None]
SPACING = 2 * np.sqrt(2) / (RAYS - 1)
"""How far apart the horizon's own rays are, at most, and their samples."""
PLACES = st.lists(st.tuples(COORDINATES, COORDINATES), min_size=8, max_size=8)


@given(ANGLES, st.floats(3, 40), PLACES)
@example((45.0, 151.0), 3.0, [(0.0, 1.0)])  # on the border, which is seen over no ground at all
@example((60.0, 45.0), 3.0, [(-1.0, 1.0)])
@example((48.841040053600125, 25.83113419935168), 3.0, [(-1.0, 1.0)])  # a ray beside it has left the field
@settings(max_examples=20, deadline=None)
def test_what_is_hidden_is_what_rays_to_the_eye_meet(angles, distance, places):
    phi, theta = np.radians(angles)
    eye = distance * np.array([np.sin(phi) * np.cos(theta), np.sin(phi) * np.sin(theta), np.cos(phi)])
    field = HeightField(XS, XS, HILLS)
    x, y = np.array(places).T
    points = np.column_stack([x, y, field.at(x, y)])
    for point, hidden in zip(points, PerspectiveHorizon(field, tuple(eye)).hidden(points), strict=True):
        level = (eye - point)[:2]
        across = np.array([-level[1], level[0]]) / max(np.hypot(*level), 1e-9)
        ray = point + SHARES * (eye - point)
        ground = np.array([field.at(*(ray[:, :2] + aside * across).T) for aside in (0, SPACING, -SPACING)])
        above = ground - ray[:, 2]
        # Its own ground hides no point.
        away = np.hypot(*(ray - point)[:, :2].T) > 2.5 * SPACING
        highest = above[:, away].max(axis=1, initial=-np.inf)
        # Near the rim of a hill, and at the border of the field, either answer will do.
        if highest.min() > 0.03:
            assert hidden
        elif highest.max() < -0.01 and above[:, ~away].max(initial=-np.inf) <= SLACK:
            assert not hidden
