r"""Formulas set by the programs latex and dvisvgm, where they are installed, as outlines.

LaTeX may read any file and run for ever: it gets a folder of its own, no shell, only files of TeX or of that
folder, and a time limit.
"""

from __future__ import annotations

import os
import subprocess
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from vizgd.base.errors import MissingDependency, UsageError
from vizgd.base.temporary_files import temporary_folder
from vizgd.drawing.path_codes import CLOSE, CUBIC, LINE, MOVE, QUADRATIC
from vizgd.objectives.objective import Array

PATIENCE = 30
"""Seconds for each of the programs; the first run may have to make fonts."""

# The two squares say where the formula begins and ends, where its baseline is, and how long an em is.
DOCUMENT = r"""\documentclass{article}
\usepackage{amsmath,amssymb}
\pagestyle{empty}
\begin{document}
\hbox{\rule{1em}{1em}$%s$\rule{1em}{1em}}
\end{document}
"""
SVG = "{http://www.w3.org/2000/svg}"
LINK = "{http://www.w3.org/1999/xlink}href"
CODES = {"moveTo": MOVE, "lineTo": LINE, "qCurveTo": QUADRATIC, "curveTo": CUBIC, "closePath": CLOSE}
"""Path codes of what a pen of fontTools is told."""


class Sign(NamedTuple):
    """A sign's outline for an em of 1, as an `Outline` has it; equal signs have equal names."""

    name: str
    vertices: Array
    codes: NDArray[np.uint8]


@lru_cache(maxsize=256)
def signs(formula: str) -> tuple[tuple[Sign, ...], float]:
    """Return the signs of a formula and its width, for an em of 1 and a baseline on y = 0.

    Raises
    ------
    MissingDependency
        Without latex or dvisvgm.
    UsageError
        When LaTeX cannot read the formula, or takes too long.
    """
    with temporary_folder() as folder:
        (folder / "formula.tex").write_text(DOCUMENT % formula, encoding="utf-8")
        options = ["-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "formula.tex"]
        _run("latex", options, folder, formula)
        _run("dvisvgm", ["--no-fonts", "--output=formula.svg", "formula.dvi"], folder, formula)
        return read_svg((folder / "formula.svg").read_text(encoding="utf-8"))


def read_svg(text: str) -> tuple[tuple[Sign, ...], float]:
    """Return what stands between the first and the last of an SVG's rectangles, as `signs`."""
    root = ElementTree.fromstring(text)
    shapes = {path.get("id"): path.get("d", "") for path in root.iter(f"{SVG}path") if path.get("id")}
    first, *bars, last = root.iter(f"{SVG}rect")
    em = float(first.get("width", "1"))
    left = float(first.get("x", "0")) + em
    origin = np.array([left, float(first.get("y", "0")) + float(first.get("height", "0"))])

    def placed(path: str, x: float, y: float) -> Sign:
        vertices, codes = parse_path(path)
        return Sign(path, (vertices + np.array([x, y]) - origin) * (1 / em, -1 / em), codes)

    found = [
        placed(shapes[use.get(LINK, "")[1:]], float(use.get("x", "0")), float(use.get("y", "0")))
        for use in root.iter(f"{SVG}use")
    ]
    for bar in bars:
        x, y, width, height = (float(bar.get(name, "0")) for name in ("x", "y", "width", "height"))
        found.append(placed(f"M0 0H{width}V{height}H0Z", x, y))
    return tuple(found), (float(last.get("x", "0")) - left) / em


def parse_path(path: str) -> tuple[Array, NDArray[np.uint8]]:
    """Return the vertices and codes of an SVG path."""
    from fontTools.pens.recordingPen import RecordingPen
    from fontTools.svgLib.path import parse_path as draw_path

    pen = RecordingPen()
    draw_path(path, pen)
    vertices: list[tuple[float, float]] = []
    codes: list[int] = []
    for command, points in pen.value:
        if command in CODES:  # and not where a path ends that stays open
            vertices += points or vertices[-1:]
            codes += [CODES[command]] * max(1, len(points))
    return np.array(vertices).reshape(-1, 2), np.array(codes, np.uint8)


def _run(program: str, options: list[str], folder: Path, formula: str) -> None:
    what = f"the formula \\({formula}\\) cannot be set by {program}"
    # TeX then opens nothing outside its own folders and this one.
    environment = {**os.environ, "openin_any": "p", "openout_any": "p"}
    try:
        subprocess.run(
            [program, *options],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=PATIENCE,
            check=True,
        )
    except FileNotFoundError:
        raise MissingDependency(
            f"LaTeX's formulas need the program {program}, which is not installed",
            hint="install texlive-latex-base and dvisvgm, or leave out --math latex",
        ) from None
    except subprocess.TimeoutExpired:
        raise UsageError(what, why=f"it took longer than {PATIENCE} s") from None
    except subprocess.CalledProcessError as error:
        reasons = [line for line in error.stdout.splitlines() if line.startswith("!")] or [error.stderr]
        raise UsageError(what, why=" ".join(reasons[0].split())) from None
