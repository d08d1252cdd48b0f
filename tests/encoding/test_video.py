"""Videos: the colors, the frames and the length that were asked for."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest

from tests.encoding.films import decoded, encode, moving, psnr, solid

COLORS = {
    "red": (255, 0, 0),
    "green": (0, 255, 0),
    "blue": (0, 0, 255),
    "white": (255, 255, 255),
    "black": (0, 0, 0),
    "orange": (230, 159, 0),
    "sky": (86, 180, 233),
    "gray": (128, 128, 128),
}


def bt709(color) -> tuple[float, float, float]:
    """ITU-R BT.709-6, items 3.2 to 3.4: Y', C'b and C'r in 8 bits of limited range."""
    r, g, b = (level / 255 for level in color)
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    return 16 + 219 * y, 128 + 224 * (b - y) / 1.8556, 128 + 224 * (r - y) / 1.5748


@pytest.mark.parametrize("suffix", ["mp4", "webm"])
@pytest.mark.parametrize("color", COLORS.values(), ids=COLORS)
def test_video_holds_the_levels_that_bt709_prescribes(tmp_path, suffix, color):
    path = encode(tmp_path / f"a.{suffix}", [solid(color)] * 2)
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            luma, *chroma = (np.asarray(plane, np.uint8) for plane in map(bytes_of, frame.planes))
            assert np.abs(luma - bt709(color)[0]).max() <= 1.5
            for plane, level in zip(chroma, bt709(color)[1:], strict=True):
                assert np.abs(plane - level).max() <= 1.6


def bytes_of(plane):
    return np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[: plane.height, : plane.width]


def test_pure_red_has_the_luma_of_high_definition_television_not_of_the_older_standard(tmp_path):
    path = encode(tmp_path / "red.mp4", [solid((255, 0, 0))])
    with av.open(str(path)) as container:
        frame = next(container.decode(video=0))
    assert (bytes_of(frame.planes[0]) == 63).all()


@pytest.mark.parametrize("suffix", ["mp4", "webm"])
@pytest.mark.parametrize("color", COLORS.values(), ids=COLORS)
def test_solid_colors_come_back_from_video_within_three_levels(tmp_path, suffix, color):
    for frame in decoded(encode(tmp_path / f"a.{suffix}", [solid(color)] * 3)):
        assert np.abs(frame.astype(int) - color).max() <= 3


@pytest.mark.parametrize("suffix", ["mp4", "webm"])
def test_video_is_tagged_bt709_limited_in_the_pixel_format_that_every_player_has(tmp_path, suffix):
    path = encode(tmp_path / f"a.{suffix}", moving(3))
    with av.open(str(path)) as container:
        context = container.streams.video[0].codec_context
        tags = (context.color_primaries, context.color_trc, context.colorspace, context.color_range)
        assert tuple(map(int, tags)) == (1, 1, 1, 1)
        assert context.pix_fmt == "yuv420p"
        frame = next(container.decode(video=0))
        assert (int(frame.colorspace), int(frame.color_range)) == (1, 1)


@pytest.mark.parametrize("suffix", ["mp4", "webm"])
def test_thin_lines_and_edges_stay_sharp_in_video(tmp_path, suffix):
    frames = list(moving(12, (320, 180)))
    for before, after in zip(
        frames, decoded(encode(tmp_path / f"a.{suffix}", frames, size=(320, 180))), strict=True
    ):
        gray = np.array([0.2126, 0.7152, 0.0722])
        assert psnr(before[..., :3] @ gray, after @ gray) > 42


THREE = [(250, 250, 250), (200, 0, 0), (0, 0, 200)]


@pytest.mark.parametrize("suffix", ["mp4", "webm"])
def test_a_video_shows_each_frame_as_often_as_it_was_asked_to(tmp_path, suffix):
    repeats = [1, 4, 2, 7]
    frames = [(solid(THREE[k % 3]), repeat) for k, repeat in enumerate(repeats)]
    read = decoded(encode(tmp_path / f"a.{suffix}", frames))
    wanted = [THREE[k % 3] for k, repeat in enumerate(repeats) for _ in range(repeat)]
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
