"""A file is replaced whole or not at all, whatever happens while it is made."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.encoding.films import FORMATS, RATE, SIZE, children, decoded, encode, moving
from vizgd.base.errors import RenderError
from vizgd.encoding.encoder import open_encoder

from ..processes import interruptible

NAMES = [
    "momentum:lr.{}",
    "file:a.{}",
    "film %03d.{}",
    "100%.{}",
    "$5 to $10 (β=0.9) – Übung 第一.{}",
    " spaces  within .{}",
    "-dash.{}",
    "a.b.c.{}",
    "quote'\"\\|.{}",
    "x" * 240 + ".{}",
]

RENDERING = """
import sys, time
from tests.encoding.films import *
with open_encoder(sys.argv[1], size=SIZE, rate=RATE, frames=100000) as encoder:
    for k, frame in enumerate(moving(100000)):
        encoder.write(frame)
        if k == 100:
            print("under way", flush=True)
            time.sleep(60)
"""


def start(path) -> subprocess.Popen[str]:
    """Start a render in a process of its own; return when it is under way."""
    command = [sys.executable, "-c", RENDERING, str(path)]
    with interruptible():
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "under way\n"
    return process


def interrupted(count, failure):
    """Some frames, and then an exception where the next would be drawn."""
    yield from moving(count)
    raise failure


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("template", NAMES)
def test_any_name_is_the_name_of_the_file_and_nothing_else_is_left(tmp_path, template, suffix):
    name = template.format(suffix)
    encode(tmp_path / name, moving(3))
    assert children(tmp_path) == [name]
    assert len(decoded(tmp_path / name)) == (1 if suffix == "png" else 3)


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("failure", [ValueError, KeyboardInterrupt, SystemExit, MemoryError])
@pytest.mark.parametrize("written", [0, 1, 60])
def test_after_an_exception_the_old_file_is_there_byte_for_byte(tmp_path, suffix, failure, written):
    path = encode(tmp_path / f"a.{suffix}", moving(5))
    before = path.read_bytes()
    with pytest.raises(failure):
        encode(path, interrupted(written, failure), expected=100)
    assert path.read_bytes() == before
    assert children(tmp_path) == [path.name]


@pytest.mark.parametrize("suffix", FORMATS)
def test_without_a_frame_there_is_an_error_and_no_file(tmp_path, suffix):
    with pytest.raises(RenderError), open_encoder(tmp_path / f"a.{suffix}", size=SIZE, rate=RATE, frames=9):
        pass
    assert children(tmp_path) == []


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_file_appears_only_when_it_is_complete_and_the_old_one_is_there_until_then(tmp_path, suffix):
    new, old = tmp_path / f"new.{suffix}", encode(tmp_path / f"old.{suffix}", moving(5))
    before = old.read_bytes()
    for path in (new, old):
        with open_encoder(path, size=SIZE, rate=RATE, frames=80) as encoder:
            for frame in moving(80):
                encoder.write(frame)
                assert not new.exists() if path is new else old.read_bytes() == before
    assert new.read_bytes() == old.read_bytes() != before


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_render_killed_in_its_middle_leaves_the_old_file_and_the_next_render_clears_up(tmp_path, suffix):
    path = encode(tmp_path / f"a.{suffix}", moving(5))
    before = path.read_bytes()
    process = start(path)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    process.stdout.close()
    assert path.read_bytes() == before
    visible = [name for name in children(tmp_path) if not name.startswith(".")]
    assert visible == [path.name]
    encode(tmp_path / "other.gif", moving(2))
    assert children(tmp_path) == [path.name, "other.gif"]


def test_what_a_living_process_is_writing_is_left_alone(tmp_path):
    process = start(tmp_path / "a.mp4")
    try:
        during = children(tmp_path)
        encode(tmp_path / "b.mp4", moving(2))
        assert len(during) == 1
        assert children(tmp_path) == sorted([*during, "b.mp4"])
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_two_renders_to_one_name_at_once_both_end_and_leave_one_whole_file(tmp_path):
    path = tmp_path / "a.gif"
    with (
        open_encoder(path, size=SIZE, rate=RATE, frames=9) as one,
        open_encoder(path, size=SIZE, rate=RATE, frames=9) as other,
    ):
        for frame in moving(9):
            one.write(frame)
            other.write(frame)
    assert len(decoded(path)) == 9
    assert children(tmp_path) == ["a.gif"]


def test_an_interrupt_from_the_keyboard_ends_a_render_with_no_trace(tmp_path):
    process = start(tmp_path / "a.mp4")
    process.send_signal(signal.SIGINT)
    assert process.wait(20) != 0
    process.stdout.close()
    assert children(tmp_path) == []


def test_a_folder_of_frames_is_replaced_whole_or_not_at_all(tmp_path):
    folder = encode(tmp_path / "film.png", moving(12), format="frames")
    before = {name: (folder / name).read_bytes() for name in children(folder)}
    with pytest.raises(ZeroDivisionError):
        encode(tmp_path / "film.png", interrupted(1, ZeroDivisionError), expected=5, format="frames")
    assert {name: (folder / name).read_bytes() for name in children(folder)} == before
    encode(tmp_path / "film.png", moving(3), format="frames")
    assert len(children(folder)) == 3
    assert children(tmp_path) == ["film"]


def test_a_link_stays_a_link_and_its_file_is_replaced(tmp_path):
    (tmp_path / "real").mkdir()
    target, link = tmp_path / "real" / "a.gif", tmp_path / "link.gif"
    target.write_text("old")
    link.symlink_to(target)
    encode(link, moving(2))
    assert link.is_symlink()
    assert len(decoded(target)) == 2


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_failing_writer_is_let_go_of_once_and_for_all(tmp_path, suffix):
    """What was open is closed at once, not when the collector comes by."""
    before = open_files()
    for k in range(5):
        with pytest.raises(ZeroDivisionError):
            encode(tmp_path / f"{k}.{suffix}", interrupted(1, ZeroDivisionError), expected=5)
        encode(tmp_path / f"{k}.{suffix}", moving(2))
    assert open_files() == before


def open_files() -> int:
    """How many files this process holds open, where the system tells."""
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.is_dir() else 0
