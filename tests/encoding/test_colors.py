"""Colors come back from the file as they were drawn."""

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.encoding.films import SIZE, decoded, encode, moving, pillow_frames, psnr, solid

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


@pytest.mark.parametrize("suffix", ["gif", "mp4", "png"])
def test_alpha_is_not_read(tmp_path, suffix):
    clear, opaque = solid((10, 200, 90)), solid((10, 200, 90))
    clear[..., 3] = 7
    paths = [encode(tmp_path / f"{k}.{suffix}", [one]) for k, one in enumerate((clear, opaque))]
    assert paths[0].read_bytes() == paths[1].read_bytes()


@pytest.mark.parametrize("suffix", ["gif", "mp4", "png"])
def test_a_frame_may_be_overwritten_or_lie_oddly_in_memory(tmp_path, suffix):
    frames = list(moving(10))
    plain = encode(tmp_path / f"plain.{suffix}", frames)
    buffer = np.zeros((SIZE[1], SIZE[0], 4), np.uint8)
    flipped = np.zeros((SIZE[1], SIZE[0], 4), np.uint8)[::-1]

    def reused(target):
        for frame in frames:
            target[:] = frame
            target.flags.writeable = False
            yield target
            target.flags.writeable = True

    for name, target in (("same", buffer), ("flipped", flipped)):
        from tests.encoding.films import RATE
        from vizgd.encoding.encoder import open_encoder

        path = tmp_path / f"{name}.{suffix}"
        with open_encoder(path, size=SIZE, rate=RATE, frames=10) as encoder:
            for frame in reused(target):
                encoder.write(frame)
        assert path.read_bytes() == plain.read_bytes()
