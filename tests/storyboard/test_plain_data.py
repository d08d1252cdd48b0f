"""A storyboard is plain data: it is drawn where nothing can sample, color, place a tick or look up a view."""

from __future__ import annotations

import hashlib
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from vizgd.renderers.matplotlib.compositor import AggCompositor

from ..gallery_films import NAMES, first_middle_last, storyboard

SIZE = (320, 180)

DRAWN = """
import hashlib, importlib, pickle, sys
from importlib.abc import MetaPathFinder


class Refusal(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.startswith(("vizgd.views", "vizgd.drawing.ticks", "vizgd.drawing.theme")):
            raise ImportError(f"a renderer asks for {name}")
        return None


sys.meta_path.insert(0, Refusal())
kind, compositor, plans = sys.argv[1:]
Compositor = getattr(importlib.import_module(f"vizgd.renderers.{kind}.compositor"), compositor)
for name, frames, pickled in pickle.load(open(plans, "rb")):
    drawn = Compositor(pickle.loads(pickled))
    print(name, *(hashlib.sha256(drawn.frame(frame).tobytes()).hexdigest() for frame in frames))
"""


@pytest.fixture(scope="module")
def plans(tmp_path_factory) -> Path:
    """Return a file of every gallery comparison's storyboard, with the numbers of three frames."""
    boards = [storyboard(name, size=SIZE) for name in NAMES]
    rows = [
        (name, first_middle_last(board), pickle.dumps(board))
        for name, board in zip(NAMES, boards, strict=True)
    ]
    file = tmp_path_factory.mktemp("plans") / "plans"
    file.write_bytes(pickle.dumps(rows))
    return file


def drawn(kind: str, compositor: str, plans: Path) -> dict[str, list[str]]:
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, "-c", DRAWN, kind, compositor, str(plans)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return {name: hashes for name, *hashes in map(str.split, done.stdout.splitlines())}


def test_every_comparison_is_drawn_alike_without_what_planned_it(plans):
    known = drawn("matplotlib", "AggCompositor", plans)
    assert list(known) == NAMES
    for name in NAMES:
        board = storyboard(name, size=SIZE)
        film = AggCompositor(board)
        here = [hashlib.sha256(film.frame(k).tobytes()).hexdigest() for k in first_middle_last(board)]
        assert known[name] == here


def test_manim_draws_every_comparison_without_what_planned_it(plans):
    for name, hashes in drawn("manim", "CairoCompositor", plans).items():
        assert len(set(hashes)) == 3, name
