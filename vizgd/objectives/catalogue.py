"""The catalogue of test functions: a table, ``catalogue.csv``, one function a row.

Listing the names reads the table and nothing else; asking for one builds that one.
"""

from __future__ import annotations

import csv
import dataclasses
import json
from functools import cache, partial
from importlib.resources import files
from typing import TYPE_CHECKING

from vizgd.base.registry import Entry, Registry

if TYPE_CHECKING:
    from vizgd.objectives.objective import Objective


@dataclasses.dataclass(frozen=True)
class Row:
    """One test function as the table has it.

    Parameters
    ----------
    name, title, description, formula, source, note : str
        As in `Objective`; the note is about the function or its literature.
    domain, start, minimizers : tuple
        As in `Objective`.
    minimum, infimum : float or None
        The least value; where no point attains it, the greatest lower bound instead.
    on_edge : bool
        Whether the minimizers lie on the edge of the domain, where the gradient need not vanish.
    smooth : bool
        Whether the function is differentiable at its minimizers as written.
    """

    name: str
    title: str
    description: str
    formula: str
    domain: tuple[tuple[float, float], ...]
    start: tuple[float, ...]
    minimizers: tuple[tuple[float, ...], ...]
    minimum: float | None
    infimum: float | None
    on_edge: bool
    smooth: bool
    source: str
    note: str


@cache
def rows() -> dict[str, Row]:
    """Return the table, by name, in its order."""
    with files("vizgd.objectives").joinpath("catalogue.csv").open("r", encoding="utf-8") as table:
        return {cells["name"]: _row(cells) for cells in csv.DictReader(table)}


def _row(cells: dict[str, str]) -> Row:
    return Row(
        name=cells["name"],
        title=cells["title"],
        description=cells["description"],
        formula=cells["formula"],
        domain=tuple((low, high) for low, high in json.loads(cells["domain"])),
        start=tuple(json.loads(cells["start"])),
        minimizers=tuple(map(tuple, json.loads(cells["minimizers"]))),
        minimum=float(cells["minimum"]) if cells["minimum"] else None,
        infimum=float(cells["infimum"]) if cells["infimum"] else None,
        on_edge=cells["on_edge"] == "yes",
        smooth=cells["smooth"] == "yes",
        source=cells["source"],
        note=cells["note"],
    )


@cache
def _built(name: str) -> Objective:
    from vizgd.objectives.expressions.expression import parse_objective

    row = rows()[name]
    return dataclasses.replace(
        parse_objective(row.formula, domain=row.domain, name=row.name),
        minimizers=row.minimizers,
        minimum=row.minimum,
        start=row.start,
        title=row.title,
        description=row.description,
        source=row.source,
    )


def _entries() -> dict[str, Entry[Objective]]:
    return {name: Entry(partial(_built, name), row.description) for name, row in rows().items()}


OBJECTIVES: Registry[Objective] = Registry("objective", "vizgd.objectives", _entries)
"""The catalogue by name, and the objectives that other packages add."""
