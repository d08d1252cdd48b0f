"""Lossless loops: every pixel, for as long as it was to be shown."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.encoding.films import (
    encode,
    moving,
    pillow_frames,
    pillow_milliseconds,
    solid,
)

COLORS = [(250, 250, 250), (200, 0, 0), (0, 0, 200)]


@pytest.mark.parametrize("suffix", ["apng", "webp"])
@settings(max_examples=25, deadline=None)
@given(
    shown=st.lists(st.tuples(st.integers(0, 2), st.integers(1, 400)), min_size=2, max_size=12),
    rate=st.sampled_from([Fraction(25), Fraction(50), Fraction(10), Fraction(1000, 11)]),
)
def test_a_lossless_loop_shows_every_color_as_long_as_it_was_asked_to(tmp_path_factory, suffix, shown, rate):
    frames = [(solid(COLORS[color], (12, 8)), repeat) for color, repeat in shown]
    path = encode(tmp_path_factory.mktemp("loop") / f"a.{suffix}", frames, size=(12, 8), rate=rate)
    wanted = merged((COLORS[color], repeat / rate) for color, repeat in shown)
    found = merged(
        (tuple(map(int, frame[0, 0])), delay)
        for frame, delay in zip(pillow_frames(path), pillow_milliseconds(path), strict=True)
    )
    assert [color for color, _ in found] == [color for color, _ in wanted]
    if len(wanted) == 1:
        return  # a still, which lasts for ever
    for (_, milliseconds), (_, seconds) in zip(found, wanted, strict=True):
        assert milliseconds == pytest.approx(float(1000 * seconds), abs=1.0)


def merged(shown):
    """Return colors with how long they are shown, equal neighbors as one."""
    together: list[list] = []
    for color, lasting in shown:
        if together and together[-1][0] == color:
            together[-1][1] += lasting
        else:
            together.append([color, lasting])
    return together


@pytest.mark.parametrize("suffix", ["apng", "webp"])
@pytest.mark.parametrize("count", [2, 30])
def test_a_lossless_loop_has_every_pixel_and_never_ends(tmp_path, suffix, count):
    frames = list(moving(count))
    path = encode(tmp_path / f"a.{suffix}", frames)
    with Image.open(path) as image:
        assert image.info["loop"] == 0
    for before, after in zip(frames, pillow_frames(path), strict=True):
        np.testing.assert_array_equal(before[..., :3], after)


@pytest.mark.parametrize("suffix", ["apng", "webp", "png"])
def test_what_may_be_transparent_keeps_its_opacity(tmp_path, suffix):
    frame = solid((200, 30, 30))
    frame[:24, :, 3], frame[24:, :, 3] = 0, 128
    path = encode(tmp_path / f"a.{suffix}", [frame, solid((9, 9, 9)), frame], transparent=True)
    with Image.open(path) as opened:
        pixels = np.asarray(opened.convert("RGBA"))
    assert pixels[..., 3].min() == 0
    np.testing.assert_allclose(pixels[30, 30], frame[30, 30], atol=1)
