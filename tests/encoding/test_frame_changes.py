"""Changes add up to the frame that they are taken from."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vizgd.drawing.region import Region
from vizgd.encoding.frame_changes import Change, apply_changes, blank_frame

SIZE = (6, 4)
FRAMES = arrays(np.uint8, (*SIZE[::-1], 4))
REGIONS = st.tuples(*[st.integers(0, 6)] * 2, *[st.integers(0, 4)] * 2).map(
    lambda ends: Region(min(ends[:2]), min(ends[2:]), max(ends[:2]), max(ends[2:]))
)


@given(frame=FRAMES, regions=st.lists(REGIONS, max_size=4))
def test_what_was_changed_is_as_in_the_frame_and_all_else_is_empty(frame, regions):
    found = blank_frame(SIZE)
    apply_changes([Change(region, frame[region.slices]) for region in regions], found)
    changed = np.zeros(frame.shape[:2], bool)
    for region in regions:
        changed[region.slices] = True
    np.testing.assert_array_equal(found, np.where(changed[..., None], frame, 0))
