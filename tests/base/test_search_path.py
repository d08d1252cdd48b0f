"""Python files that happen to be in the current folder are not run, here and in processes beside this one."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ..processes import MODULE, ended

SMALL = ["--size", "160x90", "--seconds", "1", "--fps", "10"]
# Before a module is run by `-m`, Python itself imports these, with the current folder first.
OF_PYTHON = "importlib warnings contextlib collections keyword operator reprlib functools types pkgutil runpy"
LIBRARIES = """numpy cloudpickle loky matplotlib scipy sympy av imageio msgspec typer click rich
platformdirs PIL contourpy torch manim psutil mpmath"""
SCENE = """from manim import Dot, Scene


class OneScene(Scene):
    def construct(self):
        self.add(Dot())
        self.wait(0.2)
"""
SCRIPT = """import sys
from vizgd.__main__ import main

if __name__ == "__main__":
    sys.exit(main())
"""


@pytest.fixture
def trap(tmp_path):
    """A folder with a file for each module of Python and of libraries, which tells that it was run."""
    folder = tmp_path / "trap"
    folder.mkdir()
    for name in (sys.stdlib_module_names | set(LIBRARIES.split())) - set(OF_PYTHON.split()):
        (folder / f"{name}.py").write_text(
            f"open({str(tmp_path / 'ran')!r}, 'a').write({name!r} + ' ')\nraise SystemExit({name!r})\n"
        )
    return folder


@pytest.fixture
def script(tmp_path):
    """What pip installs as the command vizgd."""
    (tmp_path / "bin").mkdir()
    path = tmp_path / "bin" / "vizgd"
    path.write_text(SCRIPT)
    return [sys.executable, str(path)]


def ran(trap):
    path = trap.parent / "ran"
    return path.read_text() if path.exists() else ""


@pytest.mark.parametrize("line", [f"render bowl rosenbrock -j 2 {' '.join(SMALL)}", "record bowl", "list"])
def test_a_folder_full_of_modules_changes_nothing(trap, line):
    code, out, err = ended(*line.split(), folder=trap)
    assert (code, err, ran(trap)) == (0, "", "")
    assert out


def test_the_command_is_safe_from_modules_that_python_looks_up_before_it(trap, script):
    for name in (*OF_PYTHON.split(), "vizgd", "sitecustomize"):
        (trap / f"{name}.py").write_text("raise SystemExit('it was run')\n")
    code, out, err = ended("render", "bowl", "rosenbrock", "-j", "2", *SMALL, folder=trap, command=script)
    assert (code, err, ran(trap)) == (0, "", "")
    assert sorted(out.split()) == ["output/bowl.gif", "output/rosenbrock.gif"]


def test_a_turning_camera_is_drawn_by_processes_that_are_as_safe(trap):
    code, _, err = ended("render", "rosenbrock", "-j", "2", *SMALL, folder=trap)
    assert (code, err, ran(trap)) == (0, "", "")


def test_a_file_of_scenes_runs_and_its_neighbors_do_not(trap):
    for name in ("one", "two"):
        (trap / f"{name}.py").write_text(SCENE.replace("One", name.title()))
    code, out, err = ended("render", "--scenes", "one.py", "two.py", "-j", "2", "-q", "l", folder=trap)
    assert (code, err, ran(trap)) == (0, "", "")
    assert sorted(out.split()) == ["output/OneScene.mp4", "output/TwoScene.mp4"]


CODE = 'objective = "{}:loss"\nstart = [2, 1]\nviews = ["contour"]\n[[runs]]\noptimizer = "adam"\n'
LOSS = "def loss(x, y):\n    return x**2 + y**2\n"


def test_code_beside_a_file_runs_where_it_is_allowed_and_nothing_else_does(trap):
    beside = trap / "beside"
    beside.mkdir()
    (beside / "mine.py").write_text(LOSS)
    for name in ("a", "b"):
        domain = "domain = [[-3, 3], [-3, 3]]\n"
        (beside / f"{name}.toml").write_text(f'title = "{name}"\n{domain}' + CODE.format("mine"))
    files = ["beside/a.toml", "beside/b.toml"]
    code, _, err = ended("render", *files, *SMALL, folder=trap)
    assert code == 2
    assert "--allow-code" in err
    code, out, err = ended("render", *files, "--allow-code", "-j", "2", *SMALL, folder=trap)
    assert (code, ran(trap)) == (0, ""), err
    assert sorted(out.split()) == ["output/a.gif", "output/b.gif"]


def test_a_copy_of_the_source_finds_itself_where_it_is_not_installed(tmp_path):
    source = Path(__file__).parents[2] / "vizgd"
    (tmp_path / "vizgd").symlink_to(source)
    (tmp_path / "random.py").write_text("raise SystemExit('it was run')\n")
    code, out, err = ended("render", "bowl", "ravine", "-j", "2", *SMALL, folder=tmp_path, PYTHONPATH=None)
    assert (code, err) == (0, "")
    assert sorted(out.split()) == ["output/bowl.gif", "output/ravine.gif"]


def test_other_programs_that_use_vizgd_keep_their_folder(tmp_path):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "__init__.py").write_text("import vizgd\n")
    (tmp_path / "own" / "__main__.py").write_text("import sys; print(sys.path[0])\n")
    code, out, _ = ended(folder=tmp_path, command=[*MODULE[:2], "own"])
    assert (code, out) == (0, f"{tmp_path}\n")
