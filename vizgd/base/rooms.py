"""The rooms of this house, from the top down: each may import those below it, and none above.

The test of imports reads this list, and CONTRIBUTING's table is made from it:
``python -m vizgd.base.rooms CONTRIBUTING.md``.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOMS = {
    "cli": "what is typed: commands, options, errors and exit codes",
    "testing": "the checks that vizgd's own parts pass, for those of others",
    "manim": "blocks for people's own Manim scenes: landscapes, descents, arrows, readouts",
    "films": "options and requests; rendering one film or many, and lectures, here or on a cluster, once",
    "renderers": "strokes and fills marks, with matplotlib or Manim; decides nothing",
    "encoding": "frames to files: a format a row and a file",
    "storyboard": "the whole film as plain data: its look, the plan, layout, legend and captions",
    "comparisons": "what is compared: files, recorded runs, the gallery; names looked up, runs recorded",
    "views": "what is shown of a run: each view turns trajectories into panels of marks",
    "drawing": "what can be drawn: marks, panels, ticks, themes, text, time and projection, as plain data",
    "nn": "networks as objectives, data for them, and the recorder for PyTorch",
    "recording": "running optimizers and keeping every term; what happened, and what is said of it",
    "optimizers": "update rules, one family a file; methods of other libraries; learning-rate schedules",
    "objectives": "functions to minimize: expressions, Python functions, losses over data; their minima",
    "base": "what every room builds on: errors, registries, settings, numbers as text, files and processes",
}

BEGIN, END = "<!-- rooms -->", "<!-- /rooms -->"


def table() -> str:
    """Return the rooms as a table in Markdown."""
    rows = [f"| `{room}/` | {what} |" for room, what in ROOMS.items()]
    return "\n".join([BEGIN, "| room | what it knows |", "|---|---|", *rows, END])


def renewed(text: str) -> str:
    """Return a text with the table as it is now in the place of the one that it has."""
    before, _, rest = text.partition(BEGIN)
    return before + table() + rest.partition(END)[2]


if __name__ == "__main__":
    for name in sys.argv[1:]:
        Path(name).write_text(renewed(Path(name).read_text(encoding="utf-8")), encoding="utf-8")
