"""One palette for a whole film: what stands still does not flicker."""

import numpy as np
from PIL import Image

from tests.encoding.films import decoded, encode, moving, pillow_frames, solid

SIZE = (160, 90)


def drifting(count):
    """A ground of many thousand colors in which all of them move."""
    y, x = np.mgrid[: SIZE[1], : SIZE[0]]
    for step in range(count):
        frame = solid((0, 0, 0), SIZE)
        frame[..., 0] = (x + 3 * step) % 256
        frame[..., 1] = 2 * y
        frame[..., 2] = 60 + (y + x) // 4
        yield frame


def numbers(pictures):
    """The colors of all pixels as one number each."""
    pixels = np.concatenate([picture[..., :3].reshape(-1, 3) for picture in pictures])
    return pixels @ np.array([1 << 16, 1 << 8, 1], np.uint32)


def test_a_color_of_the_film_is_the_same_color_of_the_palette_in_every_frame(tmp_path):
    """An encoder that leaves pixels out because they changed too little would break this."""
    film = list(drifting(25))
    path = encode(tmp_path / "a.gif", film, size=SIZE)
    drawn = numbers(film)
    assert len(np.unique(drawn)) > 10_000
    for read in (pillow_frames(path), decoded(path)):
        pairs = np.unique(np.stack([drawn, numbers(read)]), axis=1)
        assert pairs.shape[1] == len(np.unique(drawn))
        assert 200 < len(np.unique(pairs[1])) < 256


def test_all_frames_share_the_palette_at_the_head_of_the_file(tmp_path):
    path = encode(tmp_path / "a.gif", moving(5))
    with Image.open(path) as image:
        head = image.global_palette.palette
        for index in range(1, image.n_frames):
            image.seek(index)
            assert image.palette.palette == head


def test_a_film_of_one_pixel_and_one_frame_can_be_written(tmp_path):
    path = encode(tmp_path / "a.gif", [solid((9, 80, 200), (1, 1))], size=(1, 1))
    assert [frame.tolist() for frame in pillow_frames(path)] == [[[[9, 80, 200]]]]
