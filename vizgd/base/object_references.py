"""Imports objects by reference, ``"package.module:name"``. That runs code, so callers ask the user first.

A module beside the comparison file takes precedence over one of the same name elsewhere. It is taken out of
``sys.modules`` once it is imported: so two folders may have modules of one name, a changed file is
read again, and its functions are pickled by value, for processes that cannot import it.
"""

from __future__ import annotations

import contextlib
import re
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module, invalidate_caches
from pathlib import Path
from types import ModuleType
from typing import Any

from vizgd.base.errors import UsageError, unknown
from vizgd.base.regular_files import check_regular

LARGEST = 10_000_000
"""In bytes, of a module's source."""
NAME = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")


def is_object_reference(text: str) -> bool:
    """Return whether a text has the form ``package.module:name``, which no expression has."""
    return NAME.fullmatch(text) is not None


def import_object(name: str, folder: Path | None, loaded: dict[str, ModuleType]) -> Any:
    """Import the object that a reference names.

    Parameters
    ----------
    name : str
        As in ``"package.module:name"``.
    folder : Path or None
        Where modules are looked for first; then on ``sys.path``.
    loaded : dict of str to module
        Modules of the folder that were imported before, and are not again; new ones are added.

    Raises
    ------
    UsageError
        When there is no such module, importing it fails, or it has nothing of that name.
    """
    module_name, _, path = name.partition(":")
    found: Any = _import_module(module_name, folder, loaded)
    within = module_name
    for part in path.split("."):
        if not hasattr(found, part):
            raise unknown(
                f"name in {within}", part, [one for one in dir(found) if one[0] != "_"] or ["(none)"]
            )
        found = getattr(found, part)
        within += f".{part}"
    return found


def _import_module(name: str, folder: Path | None, loaded: dict[str, ModuleType]) -> ModuleType:
    _check_files(name, folder)
    try:
        # Standard output is for paths: what a module prints does not belong there.
        with _folder_first(folder, loaded), contextlib.redirect_stdout(sys.stderr):
            return import_module(name)
    except (Exception, SystemExit) as error:  # code of the user's may raise anything
        if isinstance(error, ModuleNotFoundError) and error.name and f"{name}.".startswith(f"{error.name}."):
            place = f"in {str(folder)!r} nor " if folder else ""
            raise UsageError(
                f"there is no module {error.name!r}", why=f"it is not {place}on Python's path"
            ) from None
        line = _line(error)
        said = next(iter(str(error).splitlines()), "")
        raise UsageError(
            f"importing {name!r} failed: {type(error).__name__}: {said:.160}", where=line
        ) from error


def _check_files(name: str, folder: Path | None) -> None:
    """Refuse modules of the folder that are no regular files, before they are imported."""
    if folder is None:
        return
    place = folder
    for part in name.split("."):
        place = place / part
        for file in (place.with_name(f"{part}.py"), place / "__init__.py"):
            if file.exists() and not file.is_dir():
                check_regular(file, file.stat(), LARGEST)


def _line(error: BaseException) -> str | None:
    """Return the file and line at which code failed."""
    if isinstance(error, SyntaxError):
        return f"{error.filename}, line {error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames[1:] if not frame.filename.startswith("<frozen ")]
    return f"{own[-1].filename}, line {own[-1].lineno}" if own else None


@contextmanager
def _folder_first(folder: Path | None, loaded: dict[str, ModuleType]) -> Iterator[None]:
    """Within the block, look for modules in a folder first; afterwards unload those of the folder."""
    if folder is None:
        yield
        return
    place = folder.resolve()
    before = dict(sys.modules)
    # Modules from elsewhere, under names that the folder has, are set aside until the block ends.
    own = _module_names(place)
    hidden = [name for name in before if _top(name) in own and not _is_in(before[name], place, name)]
    for name in hidden:
        del sys.modules[name]
    sys.modules.update(loaded)
    path, bytecode = list(sys.path), sys.dont_write_bytecode
    sys.path.insert(0, str(place))
    # Bytecode is dated to the second, which is too coarse for a file that is being edited.
    sys.dont_write_bytecode = True
    invalidate_caches()
    try:
        yield
    finally:
        sys.path[:], sys.dont_write_bytecode = path, bytecode
        for name in [name for name in sys.modules if name not in before or name in hidden]:
            if _is_in(sys.modules[name], place, name):
                loaded[name] = sys.modules.pop(name)
        sys.modules.update({name: before[name] for name in hidden})


def _top(name: str) -> str:
    return name.partition(".")[0]


def _module_names(folder: Path) -> set[str]:
    """Return the names of the modules and packages of a folder."""
    return {
        entry.stem for entry in folder.iterdir() if entry.suffix == ".py" or (entry / "__init__.py").is_file()
    }


def _is_in(module: Any, folder: Path, name: str) -> bool:
    """Return whether a module was loaded from the folder itself, not from an environment beneath it."""
    known = getattr(module, "__dict__", {})  # a module may compute other attributes on request
    top = folder / _top(name)
    paths = [Path(path) for path in (known.get("__file__"), *known.get("__path__", ())) if path]
    return any(path == top.with_suffix(".py") or path.is_relative_to(top) for path in paths)
