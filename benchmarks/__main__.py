"""``python -m benchmarks [RUNS] [PART]...``: vizgd against the stock way, and against encoding alone.

Parts are ``films``, ``gallery``, ``manim``, ``recording``, ``startup`` and ``surfaces``; all of them without.
The ways of a part take turns, and printed are medians over the runs (three by default) with ratios of
medians: absolute times differ from machine to machine, ratios much less. Behind each ratio stands what it
should reach.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from . import films, gallery, manim, recording, startup, surfaces

PARTS: dict[str, Callable[[int], None]] = {
    "films": films.main,
    "gallery": gallery.main,
    "manim": manim.main,
    "recording": lambda _: recording.main(),
    "startup": lambda _: startup.main(),
    "surfaces": surfaces.main,
}


def main() -> None:
    words = sys.argv[1:]
    runs = int(words.pop(0)) if words and words[0].isdigit() else 3
    sys.argv[1:] = []
    for part in words or PARTS:
        PARTS[part](runs)
        print()


if __name__ == "__main__":
    main()
