"""Landscapes as surfaces: where parameters lie on them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vizgd.base.errors import UsageError
from vizgd.manim import Landscape3D


def test_it_shows_objectives_of_two_parameters():
    with pytest.raises(UsageError, match="a surface shows 2 parameters"):
        Landscape3D("x**2")


@given(x=st.floats(-2, 2), y=st.floats(-1, 1))
@settings(max_examples=30, deadline=None)
def test_heights_are_in_proportion_to_the_losses_and_places_to_the_parameters(x, y):
    landscape = Landscape3D("x**2 + y**2", [(-2, 2), (-1, 1)], width=4, depth=2, height=5, scale="linear")
    bottom = landscape.point((0.0, 0.0))
    place = landscape.point((x, y)) - bottom
    np.testing.assert_allclose(place, [x, y, x**2 + y**2], atol=2e-3)


def test_outside_of_the_domain_it_has_no_place():
    assert np.isnan(Landscape3D("x**2 + y**2", [(-2, 2), (-1, 1)]).point((2.5, 0.0))).all()
