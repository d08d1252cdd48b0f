"""What was written is counted back: a file that was cut is told from a whole one."""

from __future__ import annotations

import os
from functools import partial

import numpy as np
import pytest

from tests.encoding.films import FILMS, children, encode, moving
from vizgd.base.errors import RenderError
from vizgd.encoding.libav import check_complete
from vizgd.encoding.webp import checked_pictures


@pytest.mark.parametrize("suffix", FILMS)
@pytest.mark.parametrize("part", [0.0, 0.2, 0.5, 0.8, 0.95])
def test_a_file_that_was_cut_is_recognized(tmp_path, suffix, part):
    path = encode(
        tmp_path / f"a.{suffix}",
        [np.random.default_rng(k).integers(0, 255, (48, 64, 4), np.uint8) for k in range(30)],
    )
    size = path.stat().st_size
    check = checked_pictures if suffix == "webp" else partial(check_complete, demuxer=suffix)
    count = {"count" if suffix == "webp" else "frames": 30}
    check(path, **count)
    os.truncate(path, int(part * size))
    with pytest.raises(OSError):  # noqa: PT011 - what it says depends on where the cut is
        check(path, **count)


@pytest.mark.parametrize("suffix", FILMS)
@pytest.mark.parametrize("part", [0.5, 0.95])
def test_a_file_that_comes_out_short_is_an_error_and_does_not_replace_the_old_one(
    tmp_path, monkeypatch, suffix, part
):
    """The file is cut behind the encoder's back, once it has been closed and before it is read back."""
    from vizgd.encoding import apng, gif, video, webp

    def cut_first(check):
        def checked(path, *arguments, **options):
            os.truncate(path, int(part * path.stat().st_size))
            return check(path, *arguments, **options)

        return checked

    path = encode(tmp_path / f"a.{suffix}", moving(5))
    before = path.read_bytes()
    for module in (apng, gif, video):
        monkeypatch.setattr(module, "check_complete", cut_first(check_complete))
    monkeypatch.setattr(webp, "checked_pictures", cut_first(checked_pictures))
    with pytest.raises(RenderError, match=f"a.{suffix}"):
        encode(path, moving(100))
    assert path.read_bytes() == before
    assert children(tmp_path) == [path.name]
