"""``vizgd render --scenes``: scenes written for Manim become whole films."""

from __future__ import annotations

from pathlib import Path

import imageio.v3 as imageio
import numpy as np
import pytest

from vizgd.cli.main import run

SMALL = ["--size", "160x90", "--fps", "10"]
SCENES = """
from manim import RED, RIGHT, Create, Scene, Square

from vizgd.manim import DescentScene


class SlidingScene(Scene):
    def construct(self):
        square = Square(2, color=RED, fill_opacity=1.0)
        self.add(square)
        self.play(square.animate.shift(3 * RIGHT), run_time=1)
        self.wait(1)


class PlayedScene(DescentScene):
    def construct(self):
        self.play_comparison("bowl", seconds=2)


class _ForOthersScene(DescentScene):
    pass


class NoPicture:
    pass
"""


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("scenes").mkdir()


def _write(text, name="sliding"):
    Path("scenes", f"{name}.py").write_text(text)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_every_scene_of_the_folder_becomes_a_film(jobs, capsys):
    _write(SCENES)
    assert run(["render", "--scenes", *SMALL, "-j", jobs]) == 0
    assert sorted(capsys.readouterr().out.split()) == ["output/PlayedScene.mp4", "output/SlidingScene.mp4"]
    frames = imageio.imread("output/SlidingScene.mp4", plugin="pyav")
    assert frames.shape == (20, 90, 160, 3)
    red = (frames[..., 0] > 200) & (frames[..., 1] < 120)
    centers = [np.argwhere(frame)[:, 1].mean() for frame in red]
    # 160 pixels are 14 2/9 units, so that three units are 34.
    assert centers[0] == pytest.approx(80, abs=1.5)
    assert centers[-1] == pytest.approx(80 + 34, abs=1.5)
    assert len(imageio.imread("output/PlayedScene.mp4", plugin="pyav")) == 20


def test_a_scene_is_rendered_again_only_when_its_file_has_changed(capsys):
    _write(SCENES.split("class PlayedScene")[0])
    arguments = ["render", "--scenes", "sliding", "-o", "one", *SMALL, "-f", "gif"]
    assert run(arguments) == 0
    made = Path("one", "SlidingScene.gif").stat().st_mtime_ns
    assert run(arguments) == 0
    assert "1 film is as it was" in capsys.readouterr().err
    assert Path("one", "SlidingScene.gif").stat().st_mtime_ns == made
    _write(Path("scenes", "sliding.py").read_text() + "\n# more\n")
    assert run(arguments) == 0
    assert "SlidingScene is rendered again: scene has changed" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["slidin"], "did you mean sliding?"),
        (["--theme", "dark"], "--theme does not go with --scenes"),
        (["-o", "film.mp4"], "there are 2 scenes to render"),
        (["empty.py"], "there is no scene in 'empty.py'"),
        (["broken.py"], "'broken.py' is no Python"),
    ],
)
def test_what_is_no_scene_is_told_in_a_sentence(arguments, said, capsys):
    _write(SCENES)
    Path("empty.py").write_text("x = 1\n")
    Path("broken.py").write_text("class A(Scene:\n")
    assert run(["render", "--scenes", *arguments]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert len(error.splitlines()) <= 4


def test_without_scenes_the_way_out_is_said(capsys):
    assert run(["render", "--scenes"]) == 2
    assert "folder scenes" in capsys.readouterr().err


def test_a_scene_that_fails_says_where_and_the_others_are_made(capsys):
    _write(
        "from manim import Scene, Circle, Create\n\n\nclass BadScene(Scene):\n    def construct(self):\n"
        "        self.play(Create(Circle()))\n        1 / 0\n",
        "bad",
    )
    _write(SCENES.split("class PlayedScene")[0])
    assert run(["render", "--scenes", *SMALL, "-j", "1"]) == 1
    out, error = capsys.readouterr()
    assert out == "output/SlidingScene.mp4\n"
    assert "BadScene in 'bad.py' failed\n  at line 7\n  ZeroDivisionError" in error
    assert list(Path("output").iterdir()) == [Path("output/SlidingScene.mp4")]
