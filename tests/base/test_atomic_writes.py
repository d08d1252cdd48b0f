"""A file or a folder of frames takes the place of another whole, or not at all."""

from __future__ import annotations

import errno
import os

import pytest

from vizgd.base.atomic_writes import replacing, write_errors
from vizgd.base.errors import RenderError, UsageError


def names(folder):
    return sorted(entry.name for entry in folder.iterdir())


def test_until_the_block_ends_what_was_there_is_there(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with replacing(path) as temporary:
        temporary.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert names(tmp_path) == ["a.txt"]


@pytest.mark.parametrize("folder", [False, True])
def test_after_an_exception_nothing_has_happened(tmp_path, folder):
    with pytest.raises(KeyboardInterrupt), replacing(tmp_path / "a", folder=folder):
        raise KeyboardInterrupt
    assert names(tmp_path) == []


def test_a_folder_of_frames_is_replaced_as_a_whole_and_one_of_other_things_never(tmp_path):
    path = tmp_path / "film"
    for frames in (["1.png", "2.png"], ["1.png"]):
        with replacing(path, folder=True) as temporary:
            for name in frames:
                (temporary / name).touch()
        assert names(path) == frames
    (path / "thesis.tex").touch()
    with pytest.raises(UsageError, match="more than frames"), replacing(path, folder=True):
        pytest.fail("the block was entered")
    assert names(tmp_path) == ["film"]


@pytest.mark.parametrize(
    ("code", "why"),
    [(errno.ENOSPC, "the disk is full"), (errno.EROFS, "read-only"), (errno.EIO, "Input/output error")],
)
def test_what_the_system_says_is_told_with_the_name_and_a_way_out(tmp_path, code, why):
    with pytest.raises(RenderError, match=why) as caught, write_errors(tmp_path / "a.gif"):
        raise OSError(code, os.strerror(code))
    assert "a.gif" in str(caught.value)
    assert caught.value.hint
