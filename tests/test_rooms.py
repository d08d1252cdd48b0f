"""The house: which room may import which, what is loaded when, and how long a file may be."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "vizgd"

# From the top of the house down; rooms on one line are independent siblings. A room may import those below.
FLOORS = [
    "__main__",
    "cli",
    "__init__",
    "jobs cluster lectures testing",
    "rendering run_file",
    "orders",
    "looks",
    "renderers encoding cache",
    "storyboard planning layout legend",
    "comparison comparison_file comparison_table objective_table references tables gallery",
    "views",
    "events projection objective_facts",
    "recording nn",
    "clock extent typeset latex shapes strokes simplification ticks panel marks theme trajectory plane"
    " formatting region",
    "objectives optimizers",
    "registry fingerprint workers values progress archives code_names",
    "regular_files",
    "errors search_path leftovers interrupts",
]
FLOOR_OF = {room: number for number, line in enumerate(FLOORS) for room in line.split()}

# Siblings that do build on one another, in this direction only.
WITHIN = {
    ("planning", "storyboard"),
    ("planning", "layout"),
    ("planning", "legend"),
    ("legend", "layout"),
    ("comparison_file", "comparison"),
    ("comparison_file", "references"),
    ("comparison_file", "objective_table"),
    ("comparison_file", "tables"),
    ("objective_table", "references"),
    ("objective_table", "tables"),
    ("comparison_table", "comparison"),
    ("gallery", "comparison"),
    ("gallery", "comparison_file"),
    ("strokes", "simplification"),
    ("strokes", "marks"),
    ("extent", "marks"),
    ("extent", "panel"),
    ("extent", "typeset"),
    ("panel", "marks"),
    ("panel", "typeset"),
    ("typeset", "marks"),
    ("typeset", "latex"),
    ("shapes", "marks"),
    ("ticks", "panel"),
    ("ticks", "formatting"),
    ("clock", "trajectory"),
    ("plane", "formatting"),
    ("theme", "marks"),
    ("optimizers", "objectives"),
}
MODULES = sorted(PACKAGE.rglob("*.py"))


def _room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def _imports(tree: ast.Module) -> set[str]:
    """Return the rooms of vizgd that a module imports, inside functions too, for type checking not."""
    checking = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    found = set()
    for node in ast.walk(tree):
        if id(node) in checking or not isinstance(node, ast.ImportFrom | ast.Import):
            continue
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
        if isinstance(node, ast.ImportFrom) and node.module == "vizgd":
            names = [f"vizgd.{alias.name}" for alias in node.names]
        for name in names:
            if name.startswith("vizgd."):
                found.add(name.split(".")[1])
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_down_the_house_only(path):
    room = _room(path)
    for other in _imports(ast.parse(path.read_text(encoding="utf-8"))) - {room, "__version__"}:
        below = FLOOR_OF[other] > FLOOR_OF[room]
        assert below or (room, other) in WITHIN, f"{room} must not import {other}"


def test_siblings_build_on_one_another_in_one_direction():
    assert not {(b, a) for a, b in WITHIN} & WITHIN


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_file_is_one_idea(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


def test_renderers_decide_nothing():
    """A renderer strokes what it is given: it knows no objective, view, theme, tick or number format.

    The blocks for Manim scenes stand beside the renderer: what is in a scene, its author decides.
    """
    for path in (PACKAGE / "renderers").rglob("*.py"):
        if path.parent.name == "blocks":
            continue
        rooms = _imports(ast.parse(path.read_text(encoding="utf-8")))
        assert not rooms & {"views", "theme", "ticks", "formatting", "recording", "optimizers", "events"}
