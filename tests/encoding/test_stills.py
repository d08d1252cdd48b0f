"""Stills: the last frame as a picture, or every frame in a folder."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from tests.encoding.films import children, encode, moving, solid
from vizgd.base.errors import UsageError


def test_every_frame_goes_into_a_folder_in_order(tmp_path):
    frames = list(moving(12))
    folder = encode(
        tmp_path / "film.png", [(frame, 1 + (k == 3)) for k, frame in enumerate(frames)], format="frames"
    )
    assert folder == tmp_path / "film"
    assert children(tmp_path) == ["film"]
    pictures = [np.asarray(Image.open(folder / name)) for name in children(folder)]
    wanted = [*frames[:4], *frames[3:]]
    assert len(pictures) == 13
    for picture, frame in zip(pictures, wanted, strict=True):
        np.testing.assert_array_equal(picture, frame[..., :3])


def test_a_folder_that_holds_anything_else_than_frames_is_never_replaced(tmp_path):
    folder = encode(tmp_path / "thesis.png", moving(2), format="frames")
    (folder / "chapter.tex").write_text("years of work")
    with pytest.raises(UsageError):
        encode(tmp_path / "thesis.png", moving(2), format="frames")
    assert (folder / "chapter.tex").read_text() == "years of work"


def test_frames_in_a_folder_sort_by_name_however_many_there_are(tmp_path):
    frame = solid((9, 9, 9), (2, 2))
    folder = encode(tmp_path / "film.png", [(frame, 101)], size=(2, 2), expected=12_345, format="frames")
    assert children(folder) == [f"{k:05d}.png" for k in range(1, 102)]


def test_the_still_is_the_last_frame_exactly(tmp_path):
    frames = list(moving(9))
    path = encode(tmp_path / "a.png", frames)
    np.testing.assert_array_equal(np.asarray(Image.open(path)), frames[-1][..., :3])
