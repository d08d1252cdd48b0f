"""Remembers what each film was made from, so that one that would come out the same is not rendered again.

A film's recipe names everything that determines it, part by part, each as a digest. The recipe of a finished
film is kept in the user's cache folder under the path of its file, with a digest of that file: if
the file or anything in the recipe has changed, the film is rendered again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, TypeAlias

from vizgd.base import temporary_files
from vizgd.base.hashing import Unknown, fingerprint

Recipe: TypeAlias = Mapping[str, str]
"""What determines a film: the name of each part, as a user would call it, and its digest."""

LIBRARIES = ("numpy", "scipy", "matplotlib", "contourpy", "av", "pillow", "torch", "optax", "jax", "autograd")
CACHE_VARIABLE = "VIZGD_CACHE_DIR"
"""The environment variable that moves the cache folder."""


def recipe_of(parts: Mapping[str, Any], libraries: Sequence[str] = ()) -> Recipe | None:
    """Return the recipe of a film; None if some part of it cannot be compared later.

    ``libraries`` names those that it needs beside `LIBRARIES`.
    """
    try:
        digests = {name: fingerprint(part) for name, part in parts.items()}
    except (Unknown, RecursionError):
        return None
    return digests | {
        "vizgd": _program_digest(),
        **{name: _version(name) for name in (*LIBRARIES, *libraries)},
    }


def stale_reason(path: Path, recipe: Recipe | None) -> str | None:
    """Return why a film has to be rendered, or None if it exists and would come out the same.

    The reason is empty where there was none before, which needs no explanation.
    """
    known = _read(path)
    if known is None:
        return ""
    if not path.exists():
        return "the file is gone"
    if recipe is None:
        return "it has a part that cannot be compared with that of the last time"
    changed = [
        name for name in {**known["recipe"], **recipe} if known["recipe"].get(name) != recipe.get(name)
    ]
    if changed:
        return f"{_listed(changed)} changed"
    return None if known["file"] == _content_digest(path) else "the file was changed"


def remember(path: Path, recipe: Recipe | None) -> None:
    """Keep the recipe of a film that was just finished; without one it is rendered again next time."""
    with contextlib.suppress(OSError, ValueError):
        record = _record_path(path)
        if recipe is None:
            record.unlink(missing_ok=True)
            return
        record.parent.mkdir(parents=True, exist_ok=True)
        temporary_files.remove_abandoned(record.parent)
        known = {"path": os.path.realpath(path), "file": _content_digest(path), "recipe": dict(recipe)}
        temporary = temporary_files.new_path(record.parent)
        try:
            temporary.write_text(json.dumps(known), encoding="utf-8")
            temporary.replace(record)
        finally:
            temporary_files.remove(temporary)


def _read(path: Path) -> dict[str, Any] | None:
    try:
        known = json.loads(_record_path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    whole = (
        isinstance(known, dict) and known.keys() >= {"file", "recipe"} and isinstance(known["recipe"], dict)
    )
    return known if whole else None


def cache_folder() -> Path:
    """Return the cache folder, which need not be there."""
    from platformdirs import user_cache_path

    return (
        Path(os.environ[CACHE_VARIABLE])
        if os.environ.get(CACHE_VARIABLE)
        else user_cache_path("vizgd", False)
    )


def _record_path(path: Path) -> Path:
    name = hashlib.blake2b(os.fsencode(os.path.realpath(path)), digest_size=16).hexdigest()
    return cache_folder() / "films" / f"{name}.json"


def _content_digest(path: Path) -> str:
    """Return a digest of a file, or of the files of a folder."""
    digest = hashlib.blake2b(digest_size=16)
    for file in sorted(path.iterdir()) if path.is_dir() else [path]:
        digest.update(file.name.encode(errors="surrogateescape") + b"\0")
        with file.open("rb") as opened:
            while block := opened.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


@cache
def _program_digest() -> str:
    """Return a digest of vizgd's own files: during development its version does not change."""
    digest = hashlib.blake2b(digest_size=16)
    for file in sorted(Path(__file__).parents[1].rglob("*")):
        if file.suffix in {".py", ".csv", ".toml"}:
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return ""


def _listed(names: list[str]) -> str:
    """Return names as the subject of a sentence, with its verb.

    >>> _listed(["runs"]), _listed(["size", "theme"])
    ('runs has', 'size and theme have')
    """
    if len(names) == 1:
        return f"{names[0]} has"
    return f"{', '.join(names[:-1])} and {names[-1]} have"
