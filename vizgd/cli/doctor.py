"""``vizgd doctor``: what is installed, what is missing and how to get it; the encoders are tried out."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from vizgd.base.temporary_files import temporary_folder
from vizgd.base.version import __version__

EXTRAS = {
    "torch": ("torch", "optimizers, functions and networks of PyTorch"),
    "optax": ("optax", "optimizers of Optax"),
    "jax": ("jax", "functions of JAX"),
    "cluster": ("distributed", "films on a Dask cluster: --cluster"),
    "manim": ("manim", "films and scenes in Manim: --renderer manim"),
}
"""By extra: the package that it brings, and what it is for."""


@dataclass(frozen=True)
class Finding:
    """One line of the report.

    Parameters
    ----------
    name, state, note : str
        What was checked, its state, and what it is for or how to mend it.
    sound : bool, default True
        Whether everything that needs no extra works as far as this goes.
    """

    name: str
    state: str
    note: str = ""
    sound: bool = True


def report() -> int:
    """Print what was found and return 0, or 1 where something is amiss that every film needs."""
    found = {kind: list(check()) for kind, check in CHECKS.items()}
    names = max(len(one.name) for rows in found.values() for one in rows)
    states = max(len(one.state) for rows in found.values() for one in rows)
    for kind, rows in found.items():
        if sys.stdout.isatty():
            lines = (f"  {one.name:{names}}  {one.state:{states}}  {one.note}".rstrip() for one in rows)
            sys.stdout.write("\n".join([kind, *lines]) + "\n\n")
        else:
            sys.stdout.writelines(f"{kind}\t{one.name}\t{one.state}\t{one.note}\n" for one in rows)
    sys.stdout.flush()
    return 0 if all(one.sound for rows in found.values() for one in rows) else 1


def _check_packages() -> Iterator[Finding]:
    """Check Python, vizgd and the packages that it cannot do without."""
    sound = sys.version_info >= (3, 11)
    yield Finding("python", platform.python_version(), "" if sound else "3.11 or newer is needed", sound)
    yield Finding("vizgd", __version__, str(Path(__file__).parents[1]))
    try:
        from packaging.requirements import Requirement  # which matplotlib brings

        wanted = [Requirement(text) for text in requires("vizgd") or ()]
    except (ImportError, PackageNotFoundError):
        yield Finding("packages", "unknown", "vizgd was not installed by pip: pip install .")
        return
    for one in wanted:
        if one.marker is not None and not one.marker.evaluate({"extra": ""}):
            continue
        installed = _version(one.name)
        sound = installed is not None and one.specifier.contains(installed, prereleases=True)
        how = "" if sound else f"{'too old: ' if installed else ''}pip install '{one.name}{one.specifier}'"
        yield Finding(one.name, installed or "missing", how, sound)


def _check_films() -> Iterator[Finding]:
    """Encode a film of three frames in every format, and check the fonts and the cache folder."""
    from vizgd.encoding.formats import FORMATS

    for name in FORMATS:
        try:
            with temporary_folder() as folder:
                _encode(folder / f"film{FORMATS[name].suffix}", name)
        except Exception as error:  # anything may be broken here: that is the question
            reason = next(iter(str(error).splitlines()), "") or type(error).__name__
            yield Finding(name, "fails", f"{reason}: pip install --force-reinstall av imageio", sound=False)
        else:
            yield Finding(name, "works", FORMATS[name].library)
    yield _fonts()
    yield _cache()


def _encode(path: Path, kind: str) -> None:
    from fractions import Fraction

    import numpy as np

    from vizgd.encoding.encoder import open_encoder

    with open_encoder(path, size=(64, 64), rate=Fraction(25), frames=3, format=kind) as encoder:
        for shade in (0, 120, 250):
            encoder.write(np.full((64, 64, 4), (shade, 80, 40, 255), np.uint8))
    if not encoder.path.stat().st_size:
        raise OSError("the file is empty")


def _fonts() -> Finding:
    try:
        from vizgd.drawing.typeset import measured

        measured("α", 10.0)
    except Exception as error:
        return Finding("fonts", "missing", f"{error}: pip install --force-reinstall matplotlib", sound=False)
    return Finding("fonts", "found", "DejaVu Sans, which comes with matplotlib")


def _cache() -> Finding:
    """Check whether what films were made from can be remembered; otherwise they are made each time."""
    try:
        from vizgd.films.cache import CACHE_VARIABLE, cache_folder
    except ImportError as error:
        return Finding("cache", "missing", f"{error}: pip install platformdirs", sound=False)
    place = cache_folder()
    existing = next((one for one in (place, *place.parents) if one.exists()), place)
    if existing.is_dir() and os.access(existing, os.W_OK):
        return Finding("cache", "writable", str(place))
    return Finding(
        "cache", "read-only", f"{place}: films are made anew each time; set {CACHE_VARIABLE} to a folder"
    )


def _check_extras() -> Iterator[Finding]:
    """Check what can be added."""
    for extra, (package, purpose) in EXTRAS.items():
        installed = _version(package)
        if installed is None and extra == "manim":
            from vizgd.renderers.manim_import import install_hint

            yield Finding(package, "missing", install_hint())
        else:
            yield Finding(package, installed or "missing", purpose if installed else _line(extra))
    yield _pango()
    programs = [name for name in ("latex", "dvisvgm") if shutil.which(name) is None]
    note = "formulas set by LaTeX: --math latex; not needed otherwise"
    how = f"{' and '.join(programs)}; not needed, vizgd sets its formulas itself"
    yield Finding("latex", "missing" if programs else "found", how if programs else note)


def _line(extra: str) -> str:
    return f"pip install 'vizgd[{extra}]'"


def _pango() -> Finding:
    """Check the library with which Manim sets text: as a package, or as what it is compiled against."""
    if (installed := _version("manimpango")) is not None:
        return Finding("pango", installed, "Manim's text, by ManimPango")
    program = shutil.which("pkg-config")
    command = [program or "", "--modversion", "pangocairo"]
    headers = subprocess.run(command, capture_output=True, text=True, check=False) if program else None
    if headers is not None and headers.returncode == 0:
        return Finding("pango", headers.stdout.strip(), "headers are there, for Manim to be compiled against")
    return Finding("pango", "missing", "comes with Manim; on Linux its headers are needed first")


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


CHECKS: dict[str, Callable[[], Iterator[Finding]]] = {
    "base": _check_packages,
    "films": _check_films,
    "extras": _check_extras,
}
