"""What is read: regular files up to a stated size, whoever reads; what has no end is refused at once."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

import vizgd as vg
from vizgd.base.errors import UsageError
from vizgd.base.object_references import import_object
from vizgd.base.regular_files import open_regular, read_content
from vizgd.films.lecture import scenes_in
from vizgd.objectives.datasets.data_files import read_examples

READERS = {
    "a table": (read_examples, "points.csv"),
    "an archive of examples": (read_examples, "points.npz"),
    "recorded runs": (vg.load, "run.npz"),
    "a comparison file": (vg.read_comparison, "my.toml"),
    "scenes": (scenes_in, "scenes.py"),
    "a module": (lambda path: import_object("mine:loss", path.parent, {}), "mine.py"),
}
KINDS = {
    "a device": lambda path: path.symlink_to("/dev/zero"),
    "a pipe": os.mkfifo,
    "a folder": Path.mkdir,
    "a socket": lambda path: os.mknod(path, stat.S_IFSOCK | 0o600),
    "a hole of 5 GB": lambda path: (path.touch(), os.truncate(path, 5_000_000_000)),
    "a link to nothing": lambda path: path.symlink_to(path.parent / "nothing"),
    "nothing": lambda _: None,
    "no bytes": Path.touch,
    "bytes of no kind": lambda path: path.write_bytes(b"\x00\xff\xfe\x89PNG" * 9),
}


@pytest.mark.usefixtures("guarded")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("reader", READERS)
def test_what_is_no_file_of_its_kind_is_refused_with_one_clear_error(tmp_path, reader, kind):
    read, name = READERS[reader]
    KINDS[kind](tmp_path / name)
    with pytest.raises(UsageError) as caught:
        read(tmp_path / name)
    message = str(caught.value)
    assert Path(name).stem in message
    assert len(message.splitlines()) <= 4
    if kind in ("a device", "a pipe", "a socket"):
        assert f"it is {kind}, and only regular files are read" in message
    if kind == "a hole of 5 GB":
        assert "too large" in message


def test_a_file_that_grows_while_it_is_read_is_read_no_further(tmp_path):
    path = tmp_path / "growing"
    path.write_bytes(b"1" * 10)
    with open_regular(path, 10) as file:
        path.write_bytes(b"1" * 1000)
        assert len(file.read(11)) == 11
    with pytest.raises(UsageError, match="at most 10 bytes"):
        read_content(path, 10)
    assert read_content(path, 1000) == b"1" * 1000


def test_a_file_without_permission_is_said_to_be_so(tmp_path, monkeypatch):
    path = tmp_path / "secret.csv"
    path.write_text("1,2\n")

    def refused(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refused)
    with pytest.raises(UsageError, match="Permission denied"):
        read_content(path, 10)
