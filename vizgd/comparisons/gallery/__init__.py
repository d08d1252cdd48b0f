"""The comparisons that come with vizgd, one TOML file each; a new file is a new comparison."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from importlib.resources import files
from typing import TYPE_CHECKING

from vizgd.base.errors import UsageError
from vizgd.base.registry import Entry, Registry

if TYPE_CHECKING:
    from vizgd.comparisons.comparison import Comparison

TEACHING_ORDER = (
    "descent-1d",
    "learning-rates",
    "divergence",
    "bowl",
    "local-minima",
    "noisy-escape",
    "batch-sizes",
    "momentum",
    "basins",
    "sensitivity",
    "ravine",
    "optimizers",
    "optimizers-all",
    "rosenbrock",
    "saddle",
    "plateau",
    "schedules",
    "second-order",
    "neural-network",
    "batch-norm",
)
"""One idea after another, for lists; files that are not named here come after, by name."""


def _rows() -> Mapping[str, Entry[Comparison]]:
    import tomllib

    found = {
        file.name.removesuffix(".toml"): file.read_text(encoding="utf-8")
        for file in files(__name__).iterdir()
        if file.name.endswith(".toml")
    }
    names = [name for name in TEACHING_ORDER if name in found]
    names += sorted(found.keys() - set(names))
    return {
        name: Entry(functools.partial(_load, name), tomllib.loads(found[name]).get("description", ""))
        for name in names
    }


def _load(name: str) -> Comparison:
    from vizgd.comparisons.comparison_file import comparison_from_text

    text = (files(__name__) / f"{name}.toml").read_text(encoding="utf-8")
    return comparison_from_text(text, f"gallery/{name}.toml")


def comparison_from(thing: object) -> Comparison:
    """Return the comparison that something stands for: itself, or that of the gallery with its name.

    Raises
    ------
    UsageError
        For a name that the gallery does not have, and for anything else.
    """
    from vizgd.comparisons.comparison import Comparison

    if isinstance(thing, Comparison):
        return thing
    if isinstance(thing, str) and not thing.endswith(".toml"):
        return GALLERY[thing]
    raise UsageError(
        f"{thing!r:.60} is no comparison",
        hint="give a Comparison, the name of one in the gallery, or read_comparison(path) of a file",
    )


GALLERY: Registry[Comparison] = Registry("comparison", "vizgd.comparisons", _rows)
