"""Examples from a file: a table of comma-separated numbers, or an archive of NumPy arrays."""

from __future__ import annotations

import csv
import io
import math
import re
import warnings
from pathlib import Path

import numpy as np

from vizgd.base.archives import open_archive
from vizgd.base.errors import UsageError, at
from vizgd.base.regular_files import read_content
from vizgd.objectives.objective import Array

UNNAMED = re.compile(r"(Unnamed: \d+)?")
"""Names that pandas writes for an index: none at first, and this after a round trip."""
SUFFIXES = (".csv", ".npz")
LARGEST = 10_000_000
"""In bytes."""
MOST_EXAMPLES = 10_000
"""The most examples of which a picture takes only seconds, also with a logistic loss."""
MOST_COLUMNS = 100


def is_data_file(name: str) -> bool:
    """Return whether a name is that of a file of examples."""
    return name.lower().endswith(SUFFIXES)


def read_examples(path: Path) -> tuple[Array, Array]:
    """Return inputs ``(n, p)`` and targets ``(n,)`` from a file.

    Parameters
    ----------
    path : Path
        A ``.csv`` file in UTF-8, with or without a line of names at the top: the last column holds the
        targets, those before it the inputs. Or a ``.npz`` file with the arrays ``inputs``, ``(n,)`` or
        ``(n, p)``, and ``targets``, ``(n,)``.

    Raises
    ------
    UsageError
        When the file cannot be read, or something in it is no finite number; a table's line is named.
    """
    inputs, targets = (_from_archive if path.suffix.lower() == ".npz" else _from_table)(path)
    with at(str(path)):
        if len(targets) > MOST_EXAMPLES or inputs.shape[1] > MOST_COLUMNS:
            raise UsageError(
                f"there are {len(targets):,} examples of {inputs.shape[1]:,} inputs",
                why=f"expected at most {MOST_EXAMPLES:,} examples of {MOST_COLUMNS} inputs",
            )
    return inputs, targets


def _from_archive(path: Path) -> tuple[Array, Array]:
    with open_archive(path, LARGEST) as archive, at(str(path)):
        if missing := {"inputs", "targets"} - archive.headers.keys():
            has = ", ".join(sorted(archive.headers)) or "none"
            raise UsageError(
                f"there is no array {' nor '.join(sorted(missing))}",
                why=f"it has {has:.200}",
                hint="write it by np.savez(path, inputs=…, targets=…)",
            )
        if any(archive.headers[name].dtype.kind not in "biuf" for name in ("inputs", "targets")):
            raise UsageError("the arrays inputs and targets must hold numbers")
        inputs = archive.array("inputs").astype(np.float64)
        targets = archive.array("targets").astype(np.float64)
        if inputs.ndim not in (1, 2) or targets.shape != inputs.shape[:1]:
            raise UsageError(
                f"inputs of shape {inputs.shape} and targets of shape {targets.shape} do not fit each other",
                why="inputs are (n,) or (n, p) and targets (n,)",
            )
        if not (np.isfinite(inputs).all() and np.isfinite(targets).all()):
            raise UsageError("an input or a target is nan or infinite", why="each must be a finite number")
    return inputs.reshape(len(targets), -1), targets


def _from_table(path: Path) -> tuple[Array, Array]:
    text = _text(path)
    with at(str(path)):
        names, rows = _names_and_rows(text)
        if not rows:
            raise UsageError("there are no examples in it", why="expected a line of numbers for each")
        cells = _without_index(np.array(rows), names, path.name)
    return cells[:, :-1], cells[:, -1]


def _without_index(cells: Array, names: list[str], file: str) -> Array:
    """Return a table without the row numbers of a data frame's index, with a warning.

    Raises
    ------
    UsageError
        When the first column has no name and is no index.
    """
    counted = bool((np.diff(cells[:, 0]) == 1).all()) and cells[0, 0] in (0, 1)
    if names and UNNAMED.fullmatch(names[0]):
        if not counted:
            raise _nameless(1)
        if len(names) < 3:
            raise UsageError("beside row numbers it has one column", why="expected inputs and a target")
        warnings.warn(f"the first column of {file} has no name and counts the rows: left out", stacklevel=2)
        return cells[:, 1:]
    if counted and len(cells) > 2 and cells.shape[1] > 2:
        warnings.warn(
            f"the first column of {file} counts the rows and is taken for an input: "
            "where it is a data frame's index, write the table with index=False",
            stacklevel=2,
        )
    return cells


def _text(path: Path) -> str:
    try:
        return read_content(path, LARGEST).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(
            f"{str(path)!r} is not text in UTF-8", hint="save it as CSV in UTF-8, which spreadsheets offer"
        ) from None


def _nameless(column: int) -> UsageError:
    return UsageError(
        f"column {column} has no name",
        why="a data frame writes its index so, which is no input of a model",
        hint="write the table with index=False, or give the column a name",
    )


def _names_and_rows(text: str) -> tuple[list[str], list[list[float]]]:
    """Return the names of the columns, if there are any, and the numbers of each line.

    Lines of different lengths, and cells that are no numbers, raise an error.
    """
    names: list[str] = []
    rows: list[list[float]] = []
    reader = csv.reader(io.StringIO(text, newline=""), skipinitialspace=True)
    width = 0
    try:
        for cells in reader:
            with at(f"line {reader.line_num}"):
                if not any(cell.strip() for cell in cells):
                    continue
                first = not width
                width = width or _width(cells)
                if len(cells) != width:
                    raise UsageError(f"it has {len(cells)} columns, the lines before it {width}")
                if first and not cells[-1].strip():
                    raise UsageError("it ends with a comma", why="its last column would be empty")
                if first and (_numbered(cells) or not any(map(_is_number, cells))):
                    names = [cell.strip() for cell in cells]
                    if lacking := [n for n, name in enumerate(names, 1) if n > 1 and UNNAMED.fullmatch(name)]:
                        raise _nameless(lacking[0])
                    continue
                if names and UNNAMED.fullmatch(names[0]) and not _is_number(cells[0]):
                    raise _nameless(1)
                rows.append([_number(cell, column) for column, cell in enumerate(cells, 1)])
    except csv.Error as error:
        raise UsageError(f"it is no table: {error}", f"line {reader.line_num}") from None
    return names, rows


def _numbered(cells: list[str]) -> bool:
    """Return whether cells are the header of a data frame without column names: ``,0,1,2``."""
    first, *others = [cell.strip() for cell in cells]
    return not first and others == [str(number) for number in range(len(others))]


def _width(cells: list[str]) -> int:
    """Return the number of columns; raise an error where another character separates them."""
    line = ",".join(cells)
    for mark, called in ((";", "semicolons"), ("\t", "tabs")):
        if mark in line:
            raise UsageError(
                f"its columns are separated by {called}",
                why="expected commas between columns, and points in numbers such as 0.5",
            )
    if len(cells) < 2 and len(line.split()) > 1:
        raise UsageError(
            "its columns are separated by spaces, or it has only one", why="expected commas between columns"
        )
    if len(cells) < 2:
        raise UsageError(
            "it has one column", why="expected inputs and, as the last column, the target, between commas"
        )
    return len(cells)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return "_" not in cell


def _number(cell: str, column: int) -> float:
    value = float(cell) if _is_number(cell) else math.nan
    if not math.isfinite(value):
        shown = repr(cell) if cell.strip() else "empty"
        raise UsageError(f"column {column} is {shown:.60}", why="expected a finite number")
    return value
