"""Frames are encoded beside the drawing of the next, with the result of encoding them in turn."""

from __future__ import annotations

import sys
import threading
import time

import numpy as np
import pytest

from tests.encoding.films import FORMATS, RATE, SIZE, children, encode, moving
from vizgd.drawing.region import Region
from vizgd.encoding.background_thread import BackgroundThread
from vizgd.encoding.encoder import open_encoder


def test_items_are_worked_on_in_order_in_another_thread():
    seen, threads, before = [], set(), sys.getswitchinterval()

    def work(item):
        threads.add(threading.get_ident())
        seen.append(item)

    background = BackgroundThread(work)
    for item in range(50):
        background.put(item)
    background.finish()
    assert sys.getswitchinterval() == before
    assert seen == list(range(50))
    assert threads.isdisjoint({threading.get_ident()})


def test_a_failure_reaches_the_caller_and_ends_the_work():
    seen = []

    def work(item):
        seen.append(item)
        if item == 3:
            raise OSError("the disk is full")

    background = BackgroundThread(work)

    def put_many():
        for item in range(1000):
            background.put(item)

    with pytest.raises(OSError, match="full"):
        put_many()
    with pytest.raises(OSError, match="full"):
        background.finish()
    background.stop()
    assert seen == [0, 1, 2, 3]


def test_stopping_leaves_out_what_still_waits():
    seen = []
    background = BackgroundThread(lambda item: (time.sleep(0.05), seen.append(item)))
    for item in range(4):
        background.put(item)
    background.stop()
    background.stop()
    assert len(seen) < 4
    assert "vizgd-encoder" not in [thread.name for thread in threading.enumerate()]


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("size", [SIZE, (63, 47)])
def test_the_changed_regions_alone_give_the_same_file_as_whole_frames(tmp_path, suffix, size):
    frames = list(moving(40, size))
    whole = encode(tmp_path / f"whole.{suffix}", frames, size=size)
    path = tmp_path / f"parts.{suffix}"
    with open_encoder(path, size=size, rate=RATE, frames=len(frames)) as encoder:
        before = frames[0]
        for frame in frames:
            rows, columns = np.nonzero((frame != before).any(axis=-1))
            changed = []
            if len(rows):
                changed = [Region(columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)]
            encoder.write(frame, changed=changed)
            before = frame
    assert path.read_bytes() == whole.read_bytes()


@pytest.mark.parametrize("suffix", FORMATS)
def test_encoding_in_the_thread_of_the_caller_gives_the_same_file(tmp_path, suffix):
    threaded = encode(tmp_path / f"threaded.{suffix}", moving(40))
    here = encode(tmp_path / f"here.{suffix}", moving(40), threaded=False)
    assert here.read_bytes() == threaded.read_bytes()


def test_an_interrupt_between_frames_leaves_no_thread_and_no_file(tmp_path):
    def interrupted():
        with open_encoder(tmp_path / "film.mp4", size=SIZE, rate=RATE, frames=40) as encoder:
            for frame in moving(20):
                encoder.write(frame)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert children(tmp_path) == []
    assert "vizgd-encoder" not in [thread.name for thread in threading.enumerate()]


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_same_frames_give_the_same_file_whatever_memory_held_before(tmp_path, suffix):
    rng = np.random.default_rng(0)
    frames = [(frame, 3 if index % 9 == 0 else 1) for index, frame in enumerate(moving(60, (320, 180)))]
    files = set()
    for round_ in range(12):
        blocks = [np.full(size, round_, np.uint8) for size in rng.integers(1_000, 400_000, 40)]
        del blocks
        path = encode(tmp_path / f"{round_}.{suffix}", frames, size=(320, 180))
        files.add(path.read_bytes())
    assert len(files) == 1
