"""Paths as cubic curves, held against matplotlib's."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.path import Path

from vizgd.renderers.manim.bezier import cubic_curves

PLACES = st.tuples(st.floats(-9, 9), st.floats(-9, 9))
PARTS = st.lists(
    st.sampled_from([(Path.LINETO, 1), (Path.CURVE3, 2), (Path.CURVE4, 3)]).flatmap(
        lambda part: st.tuples(st.just(part[0]), st.lists(PLACES, min_size=part[1], max_size=part[1]))
    ),
    min_size=1,
    max_size=4,
)
ALONG = np.linspace(0, 1, 7)


@given(start=PLACES, parts=PARTS)
def test_each_part_of_a_path_is_the_curve_that_matplotlib_draws(start, parts):
    vertices = np.array([start, *(place for _, places in parts for place in places)])
    codes = [Path.MOVETO, *(code for code, places in parts for _ in places)]
    curves = cubic_curves(vertices, codes).reshape(-1, 4, 3)
    expected = [curve for curve, _ in Path(vertices, codes).iter_bezier()][1:]
    assert len(curves) == len(expected)
    t = ALONG[:, None]
    for points, curve in zip(curves[..., :2], expected, strict=True):
        weights = np.hstack([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3])
        np.testing.assert_allclose(weights @ points, curve(ALONG), atol=1e-9)


def test_a_ring_ends_where_it_began():
    square = Path([(0, 0), (1, 0), (1, 1), (0, 0)], closed=True)
    curves = cubic_curves(square.vertices, square.codes).reshape(-1, 4, 3)
    assert curves[-1, 3].tolist() == curves[0, 0].tolist() == [0, 0, 0]
    assert len(curves) == 3
