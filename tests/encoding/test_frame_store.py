"""What is kept on disk until a film is whole comes back as it was, and stays nowhere."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tests.encoding.films import children
from vizgd.drawing.region import Region
from vizgd.encoding.frame_changes import Change
from vizgd.encoding.frame_store import FrameStore

SIZE = (7, 5)
WHOLE = Region(0, 0, *SIZE)
LEVELS = st.sampled_from([0, 1, 127, 255])  # few, so that neighbors are often equal


@given(
    shown=st.lists(
        st.tuples(arrays(np.uint8, (*SIZE[::-1], 4), elements=LEVELS), st.integers(1, 500)),
        min_size=1,
        max_size=8,
    )
)
def test_frames_come_back_in_order_as_long_as_they_were_shown_equal_neighbors_as_one(tmp_path_factory, shown):
    folder = tmp_path_factory.mktemp("store")
    store = FrameStore(folder, SIZE)
    for frame, repeat in shown:
        store.append([Change(WHOLE, frame.copy())], repeat)
    expected: list[list] = []
    for frame, repeat in shown:
        opaque = frame.copy()
        opaque[..., 3] = 255
        if expected and np.array_equal(expected[-1][0], opaque):
            expected[-1][1] += repeat
        else:
            expected.append([opaque, repeat])
    for _ in range(2):  # it may be read again
        found = [(frame.copy(), repeat) for frame, repeat in store]
        assert [repeat for _, repeat in found] == [repeat for _, repeat in expected]
        for (pixels, _), (frame, _) in zip(found, expected, strict=True):
            np.testing.assert_array_equal(pixels, frame)
    assert children(folder) == []
    store.close()


def test_of_a_frame_the_pixels_that_changed_are_told(tmp_path):
    store = FrameStore(tmp_path, SIZE)
    frame = np.zeros((*SIZE[::-1], 4), np.uint8)
    assert len(store.append([Change(WHOLE, frame)], 1)) == SIZE[0] * SIZE[1]
    assert len(store.append([Change(WHOLE, frame)], 1)) == 0
    part = Region(1, 2, 3, 4)
    lit = np.full((2, 2, 4), 9, np.uint8)
    np.testing.assert_array_equal(
        store.append([Change(part, lit)], 1).view(np.uint8).reshape(-1, 4), [[9, 9, 9, 255]] * 4
    )
    store.close()
