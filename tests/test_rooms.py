"""The house: which room may import which, how long a file may be, and where its test is."""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from vizgd.base.rooms import ROOMS, renewed

from .mirror import HELD_BY

TESTS = Path(__file__).parent
PACKAGE = TESTS.parent / "vizgd"

MODULES = sorted(PACKAGE.rglob("*.py"))


def _name(path: Path) -> str:
    parts = ("vizgd", *path.relative_to(PACKAGE).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


NAMES = {_name(path) for path in MODULES}


def _room(name: str) -> str:
    """Return the room of a module; for the door, of which it is no part, nothing."""
    return "" if name in {"vizgd", "vizgd.__main__"} else name.split(".")[1]


def _imports(path: Path) -> set[str]:
    """Return the modules of vizgd that one imports, inside functions too, for type checking not."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    checking = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    found = set()
    for node in ast.walk(tree):
        if id(node) in checking:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            parts = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {part if part in NAMES else node.module for part in parts}
    return found & NAMES - {_name(path)}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_down_the_house_only(path):
    room, order = _room(_name(path)), list(ROOMS)
    if not room:
        return  # every room is reached through the door
    for other in {_room(name) for name in _imports(path)} - {room}:
        assert other, f"{_name(path)} must not import what stands at the door"
        assert order.index(other) > order.index(room), f"{room} must not import {other}"


def test_no_module_imports_what_imports_it():
    TopologicalSorter({_name(path): _imports(path) for path in MODULES}).prepare()


def test_the_listing_of_the_package_is_the_list_of_rooms():
    found = {entry.name for entry in PACKAGE.iterdir()} - {"__pycache__"}
    assert found == {*ROOMS, "__init__.py", "__main__.py", "py.typed"}


def test_the_table_in_contributing_is_the_list_of_rooms():
    text = (PACKAGE.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert renewed(text) == text, "run `make fix`"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_file_is_one_idea(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


def test_renderers_decide_nothing():
    """A renderer strokes what it is given: it knows no objective, view, theme, tick or number format."""
    decided = {"vizgd.drawing.theme", "vizgd.drawing.ticks", "vizgd.base.formatting"}
    for path in (PACKAGE / "renderers").rglob("*.py"):
        names = _imports(path)
        assert not names & decided
        assert not {_room(name) for name in names} & {"views", "recording", "optimizers"}


def _has_logic(path: Path) -> bool:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return any(
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) for node in ast.walk(tree)
    )


def _test_of(path: Path) -> Path:
    """Return where the test of a module is by its name; that of a folder is beside the folder's."""
    named = path.relative_to(PACKAGE).with_suffix("")
    named = named.parent if named.name == "__init__" else named
    return TESTS / named.parent / f"test_{named.name}.py"


LOGIC = [path for path in MODULES if _has_logic(path)]


@pytest.mark.parametrize("path", LOGIC, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_has_a_test_of_its_name_or_a_line_that_says_which_test_holds_it(path):
    line = path.relative_to(PACKAGE).with_suffix("").as_posix()
    assert _test_of(path).is_file() or line in HELD_BY


@pytest.mark.parametrize("line", HELD_BY)
def test_no_line_that_says_which_test_holds_a_module_is_stale(line):
    path = PACKAGE / f"{line}.py"
    assert path.is_file()
    assert _has_logic(path)
    assert not _test_of(path).is_file(), "it has a test of its own"
    assert (TESTS / f"{HELD_BY[line]}.py").is_file()


def test_a_test_of_a_modules_name_stands_at_the_modules_place():
    places = {_test_of(path) for path in MODULES}
    for test in set(TESTS.rglob("test_*.py")) - places:
        rooms = {place.relative_to(TESTS).parts[0] for place in places if place.name == test.name}
        assert test.relative_to(TESTS).parts[0] not in rooms, test


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_module_has_the_name_of_its_function(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert path.stem not in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
