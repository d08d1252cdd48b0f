"""Objects of Python by name, ``"package.module:name"``: importing one runs code, so callers ask first.

A module beside the comparison file goes before one of the same name elsewhere. It is taken out of
``sys.modules`` once it is imported: so two folders may have modules of one name, a file that has changed is
read anew, and its functions go to other processes with their code, which those need not have.
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
from vizgd.base.regular_files import check

LARGEST = 10_000_000
"""In bytes, of a module's source."""
NAME = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")


def is_code_name(text: str) -> bool:
    """Return whether a text has the form ``package.module:name``, which no expression has."""
    return NAME.fullmatch(text) is not None


def imported(name: str, folder: Path | None, loaded: dict[str, ModuleType]) -> Any:
    """Import what a name stands for.

    Parameters
    ----------
    name : str
        As in ``"package.module:name"``.
    folder : Path or None
        Where modules are looked for first; then on ``sys.path``.
    loaded : dict of str to module
        What was imported from the folder for earlier names, and will not be again; it is added to.

    Raises
    ------
    UsageError
        When there is no such module, importing it fails, or it has nothing of that name.
    """
    module_name, _, path = name.partition(":")
    found: Any = _module(module_name, folder, loaded)
    within = module_name
    for part in path.split("."):
        if not hasattr(found, part):
            raise unknown(
                f"name in {within}", part, [one for one in dir(found) if one[0] != "_"] or ["(none)"]
            )
        found = getattr(found, part)
        within += f".{part}"
    return found


def _module(name: str, folder: Path | None, loaded: dict[str, ModuleType]) -> ModuleType:
    _check_files(name, folder)
    try:
        # What a module prints is no path of ours.
        with _first(folder, loaded), contextlib.redirect_stdout(sys.stderr):
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
                check(file, file.stat(), LARGEST)


def _line(error: BaseException) -> str | None:
    """Return the file and line at which code failed."""
    if isinstance(error, SyntaxError):
        return f"{error.filename}, line {error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames[1:] if not frame.filename.startswith("<frozen ")]
    return f"{own[-1].filename}, line {own[-1].lineno}" if own else None


@contextmanager
def _first(folder: Path | None, loaded: dict[str, ModuleType]) -> Iterator[None]:
    """Within the block, find modules in a folder before all others; afterwards forget those of the folder."""
    if folder is None:
        yield
        return
    place = folder.resolve()
    before = dict(sys.modules)
    # What is loaded from elsewhere under a name that the folder has makes way for as long.
    own = _regular(place)
    hidden = [name for name in before if _top(name) in own and not _is_in(before[name], place, name)]
    for name in hidden:
        del sys.modules[name]
    sys.modules.update(loaded)
    path, bytecode = list(sys.path), sys.dont_write_bytecode
    sys.path.insert(0, str(place))
    # Bytecode is told from its source by the second, which is too coarse for a file that is being worked on.
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


def _regular(folder: Path) -> set[str]:
    """Return the names of the modules and packages of a folder."""
    return {
        entry.stem for entry in folder.iterdir() if entry.suffix == ".py" or (entry / "__init__.py").is_file()
    }


def _is_in(module: Any, folder: Path, name: str) -> bool:
    """Return whether a module was loaded from the folder itself, not from an environment beneath it."""
    known = getattr(module, "__dict__", {})  # a module may make up the rest as it is asked for
    top = folder / _top(name)
    paths = [Path(path) for path in (known.get("__file__"), *known.get("__path__", ())) if path]
    return any(path == top.with_suffix(".py") or path.is_relative_to(top) for path in paths)
