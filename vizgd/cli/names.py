"""What a user may name on the command line: comparisons of the gallery, comparison files, recorded runs."""

from __future__ import annotations

import difflib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from vizgd.base.errors import UsageError

if TYPE_CHECKING:
    from vizgd.comparisons.comparison import Comparison
ALLOW_CODE = 'Import Python objects that a file names as "package.module:name".'
"""The help on the option ``allow_code`` of `find_comparison`."""


def find_comparison(name: str, *, allow_code: bool = False) -> Comparison:
    """Return the comparison of a gallery name or a file.

    Raises
    ------
    UsageError
        When there is none of that name, or its file is not sound.
    """
    from vizgd.comparisons.gallery import GALLERY

    if is_file(name):
        if name.lower().endswith(".npz"):
            from vizgd.comparisons.run_file import load

            return load(name)
        from vizgd.comparisons.comparison_file import read_comparison

        return read_comparison(name, allow_code=allow_code)
    if name in GALLERY:
        return GALLERY[name]
    near = difflib.get_close_matches(name.lower(), list(GALLERY), n=3, cutoff=0.5)
    raise UsageError(
        f"there is no comparison {name!r} in the gallery, nor a file of that name",
        why=f"did you mean {' or '.join(near)}?" if near else None,
        hint=f"`vizgd list comparisons` shows them; `vizgd new {stem(name)}.toml` starts your own",
    )


def typed(text: str) -> str:
    """Return a text as it was typed where the locale knows fewer letters than the terminal."""
    try:
        return os.fsencode(text).decode("utf-8")
    except UnicodeError:
        return text


def is_file(name: str) -> bool:
    """Return whether a name is meant for a file."""
    from vizgd.comparisons.gallery import GALLERY

    looks_like_one = name.lower().endswith((".toml", ".npz")) or "/" in name or "\\" in name
    return looks_like_one or (name not in GALLERY and Path(name).is_file())


def stem(name: str) -> str:
    """Return what the file that is made of a name is called, without its suffix."""
    from vizgd.comparisons.gallery import GALLERY

    if is_file(name):
        return Path(name).stem
    return GALLERY.canonical(name) if name in GALLERY else name


def paths_in(folder: Path, names: list[str], suffix: str) -> list[Path]:
    """Return where what is made of each name goes in a folder.

    Raises
    ------
    UsageError
        When two would have the same path.
    """
    paths = [folder / f"{stem(name)}{suffix}" for name in names]
    for path in paths:
        if paths.count(path) > 1:
            raise UsageError(
                f"two comparisons would be written to {str(path)!r}", hint="render them one by one"
            )
    return paths
