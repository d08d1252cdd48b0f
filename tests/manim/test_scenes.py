"""Scenes as Manim runs them: cached or not, in sections, on either ground, with a comparison in them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import imageio.v3 as imageio
import manim
import numpy as np
import pytest
from manim import DEGREES, FadeIn, ManimColor, RegularPolygon, Write, tempconfig

import vizgd as vg
import vizgd.manim as blocks
from vizgd.comparisons.gallery import GALLERY
from vizgd.comparisons.resolving import resolved
from vizgd.drawing.theme import THEMES
from vizgd.manim import (
    Descend,
    Descent,
    Descent3D,
    DescentScene,
    DescentScene3D,
    Formula,
    Landscape,
    Landscape3D,
    LossPlot,
    PlainText,
    Readout,
    Tangent,
    UpdateRule,
)
from vizgd.renderers.manim.compositor import CairoCompositor
from vizgd.storyboard.look import Look
from vizgd.storyboard.planning import plan

from .played_scenes import SIZE, played

ROOT = Path(__file__).parents[2]
RUN = vg.record("x**2", vg.GradientDescent(learning_rate=0.2), start=2.5, steps=5)


class Plane(DescentScene):
    def construct(self):
        landscape = Landscape("x**2", [(-3, 3)], width=6, height=3)
        descent = Descent(RUN, landscape)
        self.play(FadeIn(landscape, descent))
        self.add(Tangent(descent), LossPlot(descent, width=2, height=1).to_corner([1, 1, 0]))
        self.play(Write(UpdateRule(descent, font_size=24).to_edge([0, -1, 0])))
        self.next_section("steps")
        self.play(Descend(descent, steps=2), run_time=1)
        self.play(Descend(descent), run_time=1)
        self.wait(0.4)


class Space(DescentScene3D):
    def construct(self):
        self.set_camera_orientation(phi=60 * DEGREES, theta=-60 * DEGREES)
        landscape = Landscape3D("x**2 + y**2", [(-3, 3), (-3, 3)], resolution=17)
        run = vg.record("x**2 + y**2", vg.GradientDescent(learning_rate=0.2), start=(2.5, 1), steps=5)
        descent = Descent3D(run, landscape)
        self.play(FadeIn(landscape, descent))
        self.move_camera(theta=0, added_anims=[Descend(descent)], run_time=1)


def filmed(scene, folder, *, cached=True):
    """Return the frames of the file that Manim writes, and how many of its pieces were made for it."""
    settings = {
        "format": "mp4",
        "disable_caching": not cached,
        "save_sections": True,
        "media_dir": str(folder),
    }
    quiet = {"progress_bar": "none", "verbosity": "ERROR"}
    small = {"pixel_width": SIZE[0], "pixel_height": SIZE[1], "frame_rate": 5}
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*.mp4") if "partial" in str(path)}
    with tempconfig(settings | quiet | small):
        one = scene()
        one.render()
    after = {path: path.stat().st_mtime_ns for path in folder.rglob("*.mp4") if "partial" in str(path)}
    made = [path for path in after if before.get(path) != after[path]]
    (film,) = (path for path in folder.rglob(f"{scene.__name__}*.mp4") if path.parent.name != "sections")
    return imageio.imread(film, plugin="pyav"), len(made)


@pytest.mark.parametrize("scene", [Plane, Space])
def test_films_are_the_same_with_and_without_manims_cache(scene, tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first, pieces = filmed(scene, tmp_path / "a")
    again, made = filmed(scene, tmp_path / "a")
    without, _ = filmed(scene, tmp_path / "b", cached=False)
    assert made < pieces
    np.testing.assert_array_equal(first, again)
    np.testing.assert_array_equal(first, without)


def test_other_numbers_are_not_taken_from_the_cache(tmp_path):
    """The same objects in the same places at first: only the recorded run differs."""

    def scene(steps):
        class Plane(DescentScene):
            def construct(self):
                run = vg.record("x**2 + y**2", vg.Momentum(learning_rate=0.1), start=(2, 1), steps=steps)
                self.add(descent := Descent(run, Landscape("x**2 + y**2", [(-3, 3), (-3, 3)], minima=False)))
                self.play(Descend(descent), run_time=1)

        return Plane

    first, _ = filmed(scene(4), tmp_path)
    other, _ = filmed(scene(6), tmp_path)
    assert (first[-1] != other[-1]).any()


def test_a_comparison_is_played_over_the_whole_frame_and_stays_on_its_last_picture():
    def construct(scene):
        scene.add(RegularPolygon(5))
        stages.append(scene.play_comparison("momentum", seconds=1))

    stages = []
    frames = played(construct, rate=10)
    board = plan(resolved(GALLERY["momentum"]), Look(size=SIZE, fps=10, theme="dark", seconds=1))
    assert stages[0].storyboard.describe() == board.describe()
    assert len(frames) == 10 + board.clock.frames  # what was there fades out first
    last = CairoCompositor(board).frame(board.clock.frames - 1).astype(int)
    assert np.abs(frames[-1] - last).max() <= 8  # what is drawn anew in parts has other edges by a hair


def test_a_comparison_is_played_before_the_eye_of_a_turned_camera():
    def construct(scene):
        scene.set_camera_orientation(phi=60 * DEGREES, theta=30 * DEGREES)
        scene.begin_ambient_camera_rotation(rate=0.5)
        scene.wait(0.2)
        scene.play_comparison("momentum", seconds=1)

    flat = played(lambda scene: scene.play_comparison("momentum", seconds=1), rate=10)
    turned = played(construct, DescentScene3D, rate=10)
    np.testing.assert_array_equal(flat[-1], turned[-1])


@pytest.mark.parametrize("name", ["dark", "light"])
@pytest.mark.parametrize("base", [DescentScene, DescentScene3D])
def test_the_ground_is_the_themes(name, base):
    frames = played(lambda scene: scene.wait(0.2), type("Themed", (base,), {"theme": name}))
    np.testing.assert_allclose(frames[0][0, 0] / 255, THEMES[name].background, atol=0.003)


def test_what_is_made_in_a_scene_has_its_theme():
    def construct(_):
        landscape = Landscape("x**2", [(-3, 3)])
        made.extend(
            [PlainText("a"), Formula("a"), landscape.names[0], Readout(Descent(RUN, landscape), "a")[1][0]]
        )

    made = []
    for name in ("light", "dark"):
        made.clear()
        played(construct, type("Themed", (DescentScene,), {"theme": name}))
        ink = ManimColor(np.array(THEMES[name].text[:3]))
        assert {words[0].get_fill_color() for words in made} == {ink}


def test_a_caption_takes_the_place_of_the_one_before():
    def construct(scene):
        scene.title("Title")
        first = scene.caption("first", wait=0)
        assert first in scene.mobjects
        second = scene.caption("second", wait=0.4)
        assert first not in scene.mobjects
        assert second in scene.mobjects
        scene.caption("", wait=0)
        left.extend(scene.mobjects)

    left = []
    played(construct, DescentScene3D)
    assert [mobject.text for mobject in left if isinstance(mobject, PlainText)] == ["Title"]


def test_a_ground_that_the_user_asks_for_is_kept():
    with tempconfig({"background_color": manim.WHITE}):
        frames = played(lambda scene: scene.wait(0.2))
    assert (frames[0] == 255).all()


def test_the_camera_can_be_moved():
    def construct(scene):
        scene.add(Formula("x = 1").shift([3, 0, 0]))
        scene.play(scene.camera.frame.animate.shift([3, 0, 0]))
        scene.wait(0.2)

    frame = played(construct)[-1]
    _, columns = np.nonzero(frame[..., 0] > 100)
    assert abs((columns.min() + columns.max()) / 2 - SIZE[0] / 2) < 2


def test_no_name_hides_one_of_manims():
    assert not [name for name in blocks.__all__ if hasattr(manim, name)]
    assert sorted(blocks.__all__) == dir(blocks)
    for name in blocks.__all__:
        assert getattr(blocks, name).__doc__


def test_without_manim_one_is_told_what_to_type():
    code = "import sys; sys.modules['manim'] = None; from vizgd.manim import Descent"
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert "MissingDependency: Descent needs Manim" in ended.stderr
    assert "pip install 'vizgd[manim]'" in ended.stderr


def test_the_example_in_the_documentation_plays():
    (example,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs/manim-scenes.md").read_text("utf-8"), re.S)
    space = {}
    exec(example, space)  # our own documentation
    lecture = space["MyLecture"]
    frames = played(lecture.construct, lecture, rate=2)
    assert len(frames) > 30
    assert len({frame.tobytes() for frame in frames}) > 25
