"""``python -m benchmarks [RUNS] [PART]...``: vizgd against a baseline, and against encoding alone.

Parts are ``films``, ``gallery``, ``large``, ``manim``, ``recording``, ``startup`` and ``surfaces``; by
default all. The baseline is what people write without vizgd. Variants take turns; medians over the runs
(three by default) and ratios of medians are printed, because absolute times differ from machine to machine.
The target follows each ratio. The part ``large`` runs once.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from . import films, gallery, large, manim, recording, startup, surfaces

PARTS: dict[str, Callable[[int], None]] = {
    "films": films.main,
    "gallery": gallery.main,
    "large": lambda _: large.main(),
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
