"""Keeps the current folder off Python's search path for modules.

``python -m vizgd`` puts that folder first, so that a file ``random.py`` in it, perhaps somebody's exercise,
would be run in place of Python's own module. This module is imported before all others, and itself imports
only what Python has loaded at its start.
"""

import os
import sys

SAFE = {"PYTHONSAFEPATH": "1"}
"""The environment for processes that are started, in which Python leaves the current folder out."""


def leave_out_current_folder() -> None:
    """Remove from Python's path the first entry, which ``python -m vizgd`` has added."""
    # While Python looks for the module that it is to run, ``sys.argv`` is only ``-m``.
    if sys.argv[:1] != ["-m"] or sys.flags.safe_path or not sys.path:
        return
    asked = sys.orig_argv[-len(sys.argv)].removeprefix("-")
    if asked.removesuffix(".__main__") not in {"vizgd", "mvizgd"}:
        return
    del sys.path[0]
    # In a copy of the source, vizgd itself is found only here; other modules here come last.
    home = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))  # noqa: PTH100, PTH118, PTH120
    if home not in sys.path:
        sys.path.append(home)
