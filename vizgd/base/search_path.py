"""Where Python looks for modules: the current folder is no such place, unless somebody asks for it.

``python -m vizgd`` puts that folder before all others, so that a file ``random.py`` in it, somebody's
exercise, would run in the place of Python's own module. This one is imported before all others, and imports
nothing that is not there already when Python starts.
"""

import os
import sys

SAFE = {"PYTHONSAFEPATH": "1"}
"""The environment in which Python leaves the current folder out, for processes that are started."""


def leave_out_current_folder() -> None:
    """Take off Python's path what ``python -m vizgd`` has put there: its first entry."""
    # While Python looks for a module that it is to run, that one's own arguments are not yet known.
    if sys.argv[:1] != ["-m"] or sys.flags.safe_path or not sys.path:
        return
    asked = sys.orig_argv[-len(sys.argv)].removeprefix("-")
    if asked.removesuffix(".__main__") not in {"vizgd", "mvizgd"}:
        return
    del sys.path[0]
    # In a copy of the source, vizgd itself is found here and nowhere else; what else is here comes last.
    home = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))  # noqa: PTH100, PTH118, PTH120
    if home not in sys.path:
        sys.path.append(home)
