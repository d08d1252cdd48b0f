"""Manim where it is installed, and the line to type where it is not."""

from __future__ import annotations

import pytest

from vizgd.base.errors import MissingDependency
from vizgd.renderers import RENDERERS
from vizgd.renderers.manim.renderer import draw
from vizgd.renderers.manim_import import install_hint

from ..processes import python


def test_without_manim_one_line_says_what_to_type(tmp_path):
    program = "from vizgd.cli.main import run; sys.modules['manim'] = None; sys.exit(run(sys.argv[1:]))"
    ended = python(program, "render", "bowl", "ravine", "-o", ".", "--renderer", "manim", cwd=tmp_path)
    assert ended.returncode == MissingDependency.exit_code == 3
    assert ended.stdout == ""
    assert ended.stderr.count("Manim, which is not installed") == 1
    assert install_hint() in ended.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_the_line_to_type_brings_what_is_compiled_against(platform):
    line = install_hint(platform)
    assert line.endswith("pip install 'vizgd[manim]'")
    assert ("libpango1.0-dev" in line) == (platform == "linux")
    assert ("brew install" in line) == (platform == "darwin")


def test_the_renderer_is_listed():
    assert "manim" in RENDERERS
    assert RENDERERS["manim"] is draw
