"""Rectangles of pixels."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vizgd.drawing.region import Region, merged

places = st.integers(0, 90)


@st.composite
def regions(draw):
    left, top = draw(places), draw(places)
    return Region(left, top, left + draw(st.integers(0, 30)), top + draw(st.integers(0, 30)))


def pixels(*some: Region) -> np.ndarray:
    canvas = np.zeros((120, 120), bool)
    for region in some:
        canvas[region.slices] = True
    return canvas


@given(regions(), regions())
def test_joined_and_common_are_what_their_pixels_are(a, b):
    assert pixels(a.common(b))[pixels(a) & pixels(b)].all()
    assert a.common(b).area == (pixels(a) & pixels(b)).sum()
    assert pixels(a.joined(b))[pixels(a) | pixels(b)].all()


@given(st.lists(regions(), max_size=8))
def test_merged_regions_hold_every_pixel_and_do_not_repeat_themselves(some):
    joined = merged(some, 4096)
    assert pixels(*joined)[pixels(*some)].all()
    assert all(region.area for region in joined)
    assert len(joined) <= len(some)
    assert not any(a != b and a.common(b) == a for a in joined for b in joined)


def test_distant_regions_are_left_apart():
    some = [Region(0, 0, 10, 10), Region(900, 500, 910, 510)]
    assert merged(some, 4096) == some


@given(regions())
def test_evened_regions_begin_and_end_at_even_numbers_or_the_frame(region):
    evened = region.evened((101, 99))
    assert evened.left % 2 == evened.top % 2 == 0
    assert evened.right % 2 == 0 or evened.right == 101
    assert evened.bottom % 2 == 0 or evened.bottom == 99
    assert evened.joined(region).common(Region(0, 0, 101, 99)) == evened or not region.area
