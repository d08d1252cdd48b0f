"""GIFs: the colors and the delays that were asked for, in two decoders."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.encoding.films import (
    SIZE,
    decoded,
    encode,
    moving,
    pillow_delays,
    pillow_frames,
    psnr,
    solid,
)
from vizgd.encoding.encoder import open_encoder


@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_a_gif_of_few_colors_holds_those_to_a_level_in_both_decoders(tmp_path_factory, data):
    level = st.integers(0, 255)
    colors = data.draw(st.lists(st.tuples(level, level, level), min_size=2, max_size=12, unique=True))
    path = encode(
        tmp_path_factory.mktemp("gif") / "a.gif", [solid(color, (16, 10)) for color in colors], size=(16, 10)
    )
    for frames in (pillow_frames(path), decoded(path)):
        # FFmpeg chooses palettes in a perceptual color space, from which some colors come back a level off.
        assert np.abs(np.array([frame[0, 0] for frame in frames], int) - colors).max() <= 1
        assert all((frame == frame[0, 0]).all() for frame in frames)


def test_a_gif_of_a_moving_film_equals_its_frames_in_both_decoders(tmp_path):
    frames = list(moving(90))
    path = encode(tmp_path / "a.gif", frames)
    for read in (pillow_frames(path), decoded(path)):
        assert len(read) == len(frames)
        for before, after in zip(frames, read, strict=True):
            np.testing.assert_array_equal(after, before[..., :3])


def test_a_gif_of_more_colors_than_it_can_hold_is_the_same_in_both_decoders_and_near_the_film(tmp_path):
    y, x = np.mgrid[:90, :160]
    frames = []
    for k in range(12):
        frame = solid((0, 0, 0), (160, 90))
        frame[..., 0], frame[..., 1], frame[..., 2] = 255 * x // 159, 255 * y // 89, 90 + 5 * k
        frame[40:50, 10 * k : 10 * k + 10, :3] = (255, 255, 0)
        frames.append(frame)
    path = encode(tmp_path / "a.gif", frames, size=(160, 90))
    for before, pillow, ffmpeg in zip(frames, pillow_frames(path), decoded(path), strict=True):
        np.testing.assert_array_equal(pillow, ffmpeg)
        assert psnr(before[..., :3], pillow) > 25


@pytest.mark.parametrize("expected", [200, 20, 5000])
@pytest.mark.parametrize("at", [61, 100, 199], ids=["one frame only", "half way", "the last frame"])
def test_a_gif_keeps_a_color_that_only_one_frame_has(tmp_path, at, expected):
    """However many frames had been announced; the ground alone has more colors than a palette."""
    y, x = np.mgrid[: SIZE[1], : SIZE[0]]
    ground = solid((0, 0, 0))
    ground[..., 0], ground[..., 1], ground[..., 2] = 150 + x, 150 + 2 * y, 200
    frames = []
    for k in range(200):
        frame = ground.copy()
        frame[:4, k % 60 : k % 60 + 4, :3] = (40, 40, 40)
        if k == at:
            frame[20:28, 20:28, :3] = (0, 160, 0)
        frames.append(frame)
    read = pillow_frames(encode(tmp_path / "a.gif", frames, expected=expected))[at]
    assert np.abs(read[20:28, 20:28].astype(int) - (0, 160, 0)).max() <= 4


def test_a_gif_has_no_transparent_pixels(tmp_path):
    """Pillow and browsers show what lies beneath where they are."""
    from PIL import Image

    path = encode(tmp_path / "a.gif", moving(20))
    with Image.open(path) as image:
        for index in range(image.n_frames):
            image.seek(index)
            assert np.asarray(image.convert("RGBA"))[..., 3].min() == 255


COLORS = [(250, 250, 250), (200, 0, 0), (0, 0, 200)]


@settings(max_examples=25, deadline=None)
@given(
    shown=st.lists(st.tuples(st.integers(0, 2), st.integers(1, 400)), min_size=1, max_size=12),
    delay=st.integers(2, 12),
)
def test_equal_frames_of_a_gif_merge_and_every_color_lasts_as_long_as_it_was_shown(
    tmp_path_factory, shown, delay
):
    frames = [(solid(COLORS[color], (12, 8)), repeat) for color, repeat in shown]
    path = encode(tmp_path_factory.mktemp("gif") / "a.gif", frames, size=(12, 8), rate=Fraction(100, delay))
    wanted: list[list] = []
    for color, repeat in shown:
        if wanted and wanted[-1][0] == COLORS[color]:
            wanted[-1][1] += repeat * delay
        else:
            wanted.append([COLORS[color], repeat * delay])
    read = [tuple(map(int, frame[0, 0])) for frame in pillow_frames(path)]
    assert [list(pair) for pair in zip(read, pillow_delays(path), strict=True)] == wanted


@pytest.mark.parametrize("rate", [50, Fraction(100, 3), 25, 10, 1])
def test_a_gif_has_the_delay_of_its_rate_in_both_decoders(tmp_path, rate):
    path = encode(tmp_path / "a.gif", moving(6), rate=Fraction(rate))
    assert pillow_delays(path) == [100 / Fraction(rate)] * 6
    with av.open(str(path)) as container:
        durations = [packet.duration * packet.time_base for packet in container.demux(video=0) if packet.size]
    assert durations == [1 / Fraction(rate)] * 6


@pytest.mark.parametrize("count", [1, 2, 30])
def test_a_gif_loops_forever(tmp_path, count):
    path = encode(tmp_path / "a.gif", moving(count))
    with Image.open(path) as image:
        assert image.info["loop"] == 0
    assert b"NETSCAPE2.0\x03\x01\x00\x00\x00" in path.read_bytes()


@pytest.mark.parametrize("place", ["first", "middle", "last", "only"])
@pytest.mark.parametrize("seconds", [655, 656, 1311, 3000])
def test_a_hold_longer_than_one_delay_can_be_is_split_and_lasts_exactly(tmp_path, place, seconds):
    long = (solid(COLORS[1]), seconds * 25)
    around = {
        "first": ([], [solid(COLORS[0])]),
        "middle": ([solid(COLORS[0])], [solid(COLORS[2])]),
        "last": ([solid(COLORS[0])], []),
        "only": ([], []),
    }
    before, after = around[place]
    path = encode(tmp_path / "a.gif", [*before, long, *after])
    delays = pillow_delays(path)
    shown = [frame[0, 0, 0] == COLORS[1][0] for frame in pillow_frames(path)]
    assert sum(delay for delay, held in zip(delays, shown, strict=True) if held) == seconds * 100
    assert sum(delays) == seconds * 100 + 4 * (len(before) + len(after))
    assert max(delays) <= 65535
    assert min(delays) >= 2


@pytest.mark.parametrize("rate", [30, 60, 24, 100])
def test_a_gif_is_not_opened_at_a_rate_that_it_would_change(tmp_path, rate):
    with (
        pytest.raises(ValueError, match="exactly"),
        open_encoder(tmp_path / "a.gif", size=SIZE, rate=Fraction(rate), frames=1),
    ):
        pass
    assert list(tmp_path.iterdir()) == []
