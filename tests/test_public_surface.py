"""What `import vizgd` offers, and that its documentation runs."""

from __future__ import annotations

import ast
import dataclasses
import doctest
import importlib
import pkgutil
import re
import shlex
from pathlib import Path

import pytest

import vizgd

ROOT = Path(__file__).parents[1]
MODULES = [
    module.name
    for module in pkgutil.walk_packages(vizgd.__path__, "vizgd.")
    if not module.name.endswith("__main__")
]


def test_every_public_name_is_there_for_readers_type_checkers_and_python_alike():
    tree = ast.parse(Path(vizgd.__file__).read_text(encoding="utf-8"))
    checking = next(node for node in tree.body if isinstance(node, ast.If))
    for_types = {a.name: node.module for node in checking.body for a in node.names}
    at_run_time = {name: f"vizgd.{home}" for name, home in vizgd._HOME_OF.items()}
    assert for_types == at_run_time | {"manim": "vizgd", "nn": "vizgd"}
    assert set(vizgd.__all__) == {*for_types, "__version__"}
    assert set(vizgd.__all__) <= set(dir(vizgd))
    for name, home in for_types.items():
        assert getattr(vizgd, name) is getattr(importlib.import_module(home), name)
    assert vizgd.nn.__name__ == "vizgd.nn"


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="Adem"):
        _ = vizgd.Adem


@pytest.mark.parametrize("name", [name for name in vizgd.__all__ if name != "__version__"])
def test_every_public_name_says_what_it_is(name):
    documentation = getattr(vizgd, name).__doc__
    first = documentation.strip().splitlines()[0]
    assert first.endswith(".")
    assert len(first) > 15


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_run(name):
    failed, _ = doctest.testmod(importlib.import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert failed == 0


def _blocks(kind, file="README.md"):
    return re.findall(rf"```{kind}\n(.*?)```", (ROOT / file).read_text(encoding="utf-8"), re.DOTALL)


def test_the_readme_opens_with_the_two_commands():
    first = _blocks("console")[0]
    assert re.findall(r"^\$ (make \w+)", first, re.MULTILINE) == ["make render", "make test"]
    for target in ("render", "test"):
        assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_the_python_of_the_readme_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    render = importlib.import_module("vizgd.films.rendering").render

    def quickly(comparison, path, **settings):
        return render(comparison, path, **(settings | {"size": (320, 180), "seconds": 1.0}))

    monkeypatch.setattr(vizgd, "render", quickly, raising=False)
    monkeypatch.setattr("matplotlib.pyplot.show", lambda: None)
    blocks = _blocks("python")
    assert len(blocks) >= 2
    for block in blocks:
        space: dict = {}
        exec(block, space)  # our own README
        if "animation" in space:
            space["animation"]._draw_was_started = True  # it is not shown, and would say so
    films = {"adam.npz", "libraries.gif", "ravine.gif", "slide.mp4", "training.gif"}
    assert {path.name for path in tmp_path.iterdir()} == films
    assert "(201, 2)" in capsys.readouterr().out


def test_the_comparison_of_the_readme_renders(tmp_path):
    from vizgd.comparisons.comparison_file import comparison_from_text

    (block,) = _blocks("toml")
    comparison = comparison_from_text(block, "README")
    vizgd.render(comparison, tmp_path / "readme.gif", size=(320, 180), seconds=1.0)


def test_the_command_lines_of_the_readme_are_understood(tmp_path, monkeypatch):
    """Each is parsed, with rendering itself left out."""
    from vizgd.cli.main import run

    monkeypatch.chdir(tmp_path)
    seen = []
    for renders in ("render_command.render_all", "scenes_command.render_scenes"):
        monkeypatch.setattr(f"vizgd.cli.{renders}", lambda names, *_: seen.append(names) or 0)
    lines = [line for block in _blocks("console") for line in block.splitlines()]
    commands = [shlex.split(line[2:], comments=True)[1:] for line in lines if line.startswith("$ vizgd ")]
    assert len(commands) >= 6
    assert [run(command) for command in commands] == [0] * len(commands)
    assert ["momentum"] in seen


def test_the_pictures_of_the_readme_are_there():
    pictures = re.findall(r"\]\((docs/images/[^)]+)\)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert len(pictures) >= 3
    for picture in pictures:
        assert (ROOT / picture).stat().st_size > 10_000


def test_the_keys_in_the_documentation_are_those_of_files():
    from vizgd.comparisons.comparison_file import _ComparisonTable, _RunTable
    from vizgd.views import VIEWS

    text = (ROOT / "docs/comparison-files.md").read_text(encoding="utf-8")
    for key in (*_ComparisonTable.__struct_fields__, *_RunTable.__struct_fields__):
        assert f"`{key}`" in text or key == "runs"
    for name in VIEWS:
        for field in dataclasses.fields(VIEWS[name]):
            assert f"`{field.name}`" in text
