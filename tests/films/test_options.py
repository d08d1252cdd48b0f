"""The options of `render`: each declared once, and known to people, to completion and to type checkers."""

from __future__ import annotations

import ast
import inspect
import os
import pydoc
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

import vizgd as vg
from vizgd.base.errors import UsageError
from vizgd.films.options import Options
from vizgd.storyboard.look import Look

ROOT = Path(__file__).parents[2]
PARAMETERS = inspect.signature(vg.render).parameters
NAMES = {
    *("comparison", "path", "format", "size", "fps", "quality", "theme", "seconds", "title", "renderer"),
    *("every_frame", "transparent", "math", "jobs", "force", "progress"),
}
ASKING = ("films/rendering.py", "films/options.py", "films/fitting.py", "storyboard/look.py", "cli/**/*.py")
"""The modules by which an option gets from who asks for it to the film; the rest only reads it."""


def test_help_knows_every_option_with_its_type_and_default():
    assert set(PARAMETERS) == NAMES
    said = pydoc.render_doc(vg.render, renderer=pydoc.plaintext)
    for name, one in PARAMETERS.items():
        assert one.kind is not one.VAR_KEYWORD
        assert one.annotation is not one.empty
        assert f"    {name} : " in said
        if one.default is not one.empty:
            assert f"= {one.default!r}" in said
    assert PARAMETERS["transparent"].annotation is bool
    assert PARAMETERS["math"].default == "mathtext"


def _statements() -> Iterator[ast.stmt]:
    for path in (path for pattern in ASKING for path in (ROOT / "vizgd").glob(pattern)):
        yield from ast.parse(path.read_text(encoding="utf-8")).body


def _written() -> Counter[str]:
    """Return how often each parameter is written: declared with its type, or handed on under its own name."""
    written: Counter[str] = Counter()
    for node in (node for statement in _statements() for node in ast.walk(statement)):
        match node:
            case ast.AnnAssign(target=ast.Name(id=name)):
                written[name] += 1
            case ast.arg(arg=name, annotation=annotation) if annotation is not None:
                written[name] += 1
            case ast.keyword(arg=str(name), value=ast.Name(id=same) | ast.Attribute(attr=same)):
                written[name] += name == same
    return written


def test_each_parameter_is_written_twice_at_most():
    written = _written()
    # Of these words others make use, too: all that is shown has a path, and `vizgd new` a force of its own.
    options = NAMES - {"comparison", "path", "force"}
    assert {name: written[name] for name in options if not 1 <= written[name] <= 2} == {}
    declared = [node.target.id for node in _fields()]
    assert {name: declared.count(name) for name in NAMES} == dict.fromkeys(NAMES, 1) | {"comparison": 2}


def _fields() -> Iterator[ast.AnnAssign]:
    """Yield the fields of the classes on the way."""
    classes = (node for node in _statements() if isinstance(node, ast.ClassDef))
    return (field for node in classes for field in node.body if isinstance(field, ast.AnnAssign))


TYPED = """import vizgd as vg
reveal_type(vg.render)
vg.render(comparison="bowl", path="a.gif", size=(320, 180), math="latex", transparent=True)
vg.render("bowl", "a.gif", siz=(320, 180))
vg.render("bowl", "a.gif", math="typst")
vg.render("bowl", "a.gif", fps="fast")
"""


def test_a_type_checker_knows_every_option_with_its_type(tmp_path):
    file = tmp_path / "typed.py"
    file.write_text(TYPED)
    command = [sys.executable, "-m", "mypy", "--no-error-summary", "--hide-error-context", str(file)]
    environment = os.environ | {"MYPYPATH": str(ROOT)}
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=ROOT, env=environment, check=False, timeout=600
    )
    revealed, *found = done.stdout.splitlines()
    signature = re.search(r"def \((.*)\) -> pathlib\.Path", revealed)[1]
    for name, one in PARAMETERS.items():
        assert re.search(
            rf"(^|, ){name}: [^=]*{' =' if one.default is not one.empty else ''}(,|$)", signature
        )
    assert "transparent: bool =" in signature
    assert "Any" not in signature
    errors = [line for line in found if ": error: " in line]
    assert [re.search(r":(\d+): error", line)[1] for line in errors] == ["4", "5", "6"]
    assert all(said in line for said, line in zip(('"siz"', "typst", "Fraction"), errors, strict=True))


def test_how_a_film_is_made_is_checked_with_what_it_is_like():
    for options, said in [
        ({"jobs": 0}, "jobs is 0"),
        ({"renderer": "matplotlb"}, "did you mean 'matplotlib'"),
        ({"format": "gfi"}, "did you mean 'gif'"),
        ({"every_frame": "all"}, "every_frame is 'all'"),
        ({"theme": "drak"}, "did you mean 'dark'"),
    ]:
        with pytest.raises(UsageError) as caught:
            Options(**options)
        assert said in str(caught.value)
    assert Options(format=".GIF", jobs=2).format == ".GIF"


def test_an_animation_takes_every_option_of_a_look_and_none_of_a_file():
    taken = inspect.signature(vg.animate).parameters
    assert set(taken) == {"comparison", *(field.name for field in fields(Look))}
    assert all(taken[name] == PARAMETERS[name] for name in taken)
