"""Lecture scenes: they need no LaTeX, last as long as they should, and nothing is cut off."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from manim import CairoRenderer, SceneFileWriter, tempconfig

from vizgd.manim import Formula, PlainText, Readout
from vizgd.manim.scenes import DescentScene, DescentScene3D

FOLDER = Path(__file__).parents[2] / "scenes"
FILES = sorted(FOLDER.glob("*.py"))
SIZE, RATE = (320, 180), 2


@pytest.fixture(params=FILES, ids=lambda file: file.stem, scope="module")
def lecture(request, tmp_path_factory):
    """What a scene showed: its last frame, how long it was, its sections, and texts that left the frame."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(tmp_path_factory.mktemp("nothing")))  # neither LaTeX nor FFmpeg's programs
        return screened(scene_of(request.param), tmp_path_factory.mktemp("media"))


def scene_of(file):
    """Return the one scene class of a file."""
    spec = importlib.util.spec_from_file_location(f"scenes_{file.stem}", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    named = [value for name, value in vars(module).items() if name.endswith("Lecture")]
    (scene,) = [value for value in named if issubclass(value, DescentScene | DescentScene3D)]
    assert scene.__name__.removesuffix("Lecture").lower() == file.stem.replace("_", "")
    return scene


def screened(kind, folder):
    seen = SimpleNamespace(frames=0, last=None, sections=[], cut=[])

    class Sink(SceneFileWriter):
        def write_frame(self, pixels, *, repeat=1):
            seen.frames += repeat
            seen.last = pixels

        def next_section(self, name, *rest, **options):
            seen.sections.append(name)
            super().next_section(name, *rest, **options)

    class Watched(kind):
        def next_section(self, *arguments, **options):
            seen.cut += out_of_frame(self)
            super().next_section(*arguments, **options)

    small = {"pixel_width": SIZE[0], "pixel_height": SIZE[1], "frame_rate": RATE, "media_dir": str(folder)}
    quiet = {"format": "none", "disable_caching": True, "progress_bar": "none", "verbosity": "ERROR"}
    with tempconfig(small | quiet):
        camera = kind().camera.__class__
        scene = Watched(renderer=CairoRenderer(file_writer_class=Sink, camera_class=camera))
        scene.render()
        seen.cut += out_of_frame(scene)
    return seen


def out_of_frame(scene):
    """Return the texts on a scene that reach out of its frame."""
    family = [part for mobject in scene.mobjects for part in mobject.get_family()]
    texts = [part for part in family if isinstance(part, PlainText | Formula | Readout) and len(part)]
    edges = np.array([scene.camera.frame_width / 2, scene.camera.frame_height / 2])
    center = np.asarray(scene.camera.frame_center)[:2]
    return [
        str(getattr(text, "text", text))
        for text in texts
        if any(
            (np.abs(text.get_corner(corner)[:2] - center) > edges).any()
            for corner in ((1, 1, 0), (-1, -1, 0))
        )
    ]


def test_a_lecture_ends_on_a_picture(lecture):
    ground = lecture.last[0, 0]
    assert (np.abs(lecture.last.astype(int) - ground).max(axis=-1) > 40).mean() > 0.02


def test_a_lecture_lasts_one_to_two_minutes(lecture):
    assert 60 <= lecture.frames / RATE <= 120


def test_a_lecture_has_places_to_pause(lecture):
    assert len(lecture.sections) >= 4  # the first is Manim's own
    assert len(set(lecture.sections)) == len(lecture.sections)


def test_no_text_is_cut_off(lecture):
    assert lecture.cut == []
