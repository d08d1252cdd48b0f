"""Sizes, rates, numbers of frames and how long each is shown."""

from fractions import Fraction

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.encoding.films import (
    FILMS,
    SIZE,
    decoded,
    encode,
    moving,
    pillow_delays,
    pillow_frames,
    pillow_milliseconds,
    solid,
)
from vizgd.encoding.encoder import open_encoder
from vizgd.encoding.formats import exact_rate

COLORS = [(250, 250, 250), (200, 0, 0), (0, 0, 200)]


@pytest.mark.parametrize("suffix", ["mp4", "webm"])
def test_a_video_shows_each_frame_as_often_as_it_was_asked_to(tmp_path, suffix):
    repeats = [1, 4, 2, 7]
    frames = [(solid(COLORS[k % 3]), repeat) for k, repeat in enumerate(repeats)]
    read = decoded(encode(tmp_path / f"a.{suffix}", frames))
    wanted = [COLORS[k % 3] for k, repeat in enumerate(repeats) for _ in range(repeat)]
    assert len(read) == sum(repeats)
    for frame, color in zip(read, wanted, strict=True):
        assert np.abs(frame.astype(int) - color).max() <= 3


@pytest.mark.parametrize("suffix", ["mp4", "webm"])
@pytest.mark.parametrize(
    "rate", [Fraction(24), Fraction(25), Fraction(30), Fraction(60), Fraction(30000, 1001)]
)
def test_a_video_lasts_as_many_frames_at_its_rate(tmp_path, suffix, rate):
    path = encode(tmp_path / f"a.{suffix}", moving(12), rate=rate)
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        times = [float(frame.pts * stream.time_base) for frame in container.decode(stream)]
        half_a_tick = float(stream.time_base) / 2 + 1e-9
        assert stream.average_rate == rate or suffix == "webm"
        np.testing.assert_allclose(times, [k / float(rate) for k in range(12)], atol=half_a_tick)
        assert container.duration / av.time_base == pytest.approx(float(12 / rate), abs=2e-3)


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


@settings(max_examples=12, deadline=None)
@given(width=st.integers(16, 61), height=st.integers(16, 61))
@pytest.mark.parametrize("suffix", FILMS)
def test_any_size_is_kept_and_odd_sides_of_videos_repeat_their_edge(tmp_path_factory, suffix, width, height):
    frame = solid((240, 240, 240), (width, height))
    frame[: height // 2, : width // 2, :3] = (200, 30, 30)
    path = encode(
        tmp_path_factory.mktemp("size") / f"a.{suffix}",
        [frame, solid((9, 9, 9), (width, height))],
        size=(width, height),
    )
    read = decoded(path)[0]
    if suffix in {"gif", "apng", "webp"}:
        assert read.shape == (height, width, 3)
        np.testing.assert_array_equal(read, frame[..., :3])
    else:
        assert read.shape == (height + height % 2, width + width % 2, 3)
        padded = np.pad(frame[..., :3], ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
        # The last two columns and rows are flat, so chroma at half the resolution cannot blur them.
        assert np.abs(read[-2:].astype(int) - padded[-2:]).max() <= 8
        assert np.abs(read[:, -2:].astype(int) - padded[:, -2:]).max() <= 8


def test_the_index_of_an_mp4_comes_before_its_pictures(tmp_path):
    data = encode(tmp_path / "a.mp4", moving(30)).read_bytes()
    assert 0 < data.find(b"moov") < data.find(b"mdat")


def test_a_video_can_be_entered_every_few_seconds(tmp_path):
    """Who scrubs through a long film lands on key frames."""
    for suffix in ("mp4", "webm"):
        path = encode(tmp_path / f"a.{suffix}", moving(400), rate=Fraction(50))
        with av.open(str(path)) as container:
            keys = [
                packet.pts * packet.time_base for packet in container.demux(video=0) if packet.is_keyframe
            ]
        assert max(np.diff([*map(float, keys), 8.0])) <= 5.2


@given(rate=st.fractions(Fraction(1, 100), 240, max_denominator=1001))
def test_the_exact_rate_of_a_gif_is_the_nearest_with_a_whole_delay_of_at_least_two(rate):
    exact = exact_rate("gif", rate)
    delay = 100 / exact
    assert delay.denominator == 1
    assert delay >= 2
    others = [Fraction(100, k) for k in range(2, int(delay) + 3)]
    assert abs(exact - rate) == min(abs(other - rate) for other in others)
    assert exact_rate("gif", exact) == exact


@given(
    rate=st.fractions(Fraction(1, 100), 240, max_denominator=1001),
    name=st.sampled_from(["mp4", "webm", "png"]),
)
def test_other_formats_keep_every_rate(rate, name):
    assert exact_rate(name, rate) == rate


@pytest.mark.parametrize("rate", [30, 60, 24, 100])
def test_a_gif_is_not_opened_at_a_rate_that_it_would_change(tmp_path, rate):
    with (
        pytest.raises(ValueError, match="exactly"),
        open_encoder(tmp_path / "a.gif", size=SIZE, rate=Fraction(rate), frames=1),
    ):
        pass
    assert list(tmp_path.iterdir()) == []


def test_the_encoder_counts_the_frames_it_was_given(tmp_path):
    for suffix in (*FILMS, "png"):
        with open_encoder(tmp_path / f"a.{suffix}", size=SIZE, rate=Fraction(25), frames=9) as encoder:
            encoder.write(solid(COLORS[0]), repeat=5)
            encoder.write(solid(COLORS[1]))
        assert encoder.frames == 6
