"""Names in comparison files that stand for objects of Python or for data files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from vizgd.base.errors import UsageError
from vizgd.base.object_references import import_object, is_object_reference
from vizgd.objectives.datasets.data_files import SUFFIXES, is_data_file, read_examples


@dataclass(frozen=True)
class ExternalNames:
    """What such names stand for.

    Parameters
    ----------
    folder : Path, optional
        That of the comparison file: where its data files are, and modules before those of ``sys.path``.
    allow_code : bool, default False
        Whether a name such as ``"package.module:name"`` is imported, which runs code.
    objects : mapping of str to object, optional
        What such names stand for instead, where nothing is to be imported.
    """

    folder: Path | None = None
    allow_code: bool = False
    objects: Mapping[str, Any] = field(default_factory=dict)
    _loaded: dict[str, ModuleType] = field(default_factory=dict)

    def object(self, name: str) -> Any:
        """Return what a name such as ``"package.module:name"`` stands for.

        Raises
        ------
        UsageError
            When code is not allowed, or fails.
        """
        if name in self.objects:
            return self.objects[name]
        if self.allow_code:
            return import_object(name, self.folder, self._loaded)
        module = name.partition(":")[0]
        raise UsageError(
            f"{name!r} names Python code, which is run only if you allow it",
            hint=f"if you trust {module}, add --allow-code; in Python read_comparison(…, allow_code=True)",
        )

    def examples(self, name: str) -> tuple[Any, Any] | None:
        """Return the inputs and targets that a name stands for; None for neither a file nor code.

        Raises
        ------
        UsageError
            When the file cannot be read, or the code is not allowed or fails.
        """
        if is_data_file(name):
            if self.folder is None:
                raise UsageError(f"{name!r} is a file, and there is none beside this text")
            return read_examples(self.folder / name)
        if not is_object_reference(name):
            if suffix := re.search(r"\.\w*$|[/\\]", name):
                kind = suffix[0] if suffix[0].startswith(".") else "such"
                raise UsageError(
                    f"{name!r} is no file of data that can be read",
                    why=f"{' and '.join(SUFFIXES)} files are read, {kind} files are not",
                    hint="save it as a table with commas between its columns, under a name that ends in .csv",
                )
            return None
        found = self.object(name)
        if callable(found):
            found = _call(found, name)
        if not (isinstance(found, tuple | list) and len(found) == 2):
            raise UsageError(
                f"{name!r} is a {type(found).__name__}",
                why="expected a pair (inputs, targets), or a function without arguments that returns one",
            )
        return found[0], found[1]


def _call(function: Any, name: str) -> Any:
    try:
        return function()
    except Exception as error:  # a function of the user's may raise anything
        reason = next(iter(str(error).splitlines()), "") or type(error).__name__
        raise UsageError(f"{name!r} cannot be called without arguments: {reason:.120}") from error
