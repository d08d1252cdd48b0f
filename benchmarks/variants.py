"""Makes a case's film in one of three variants, timed in a process of its own.

``python -m benchmarks.variants VARIANT CASE`` prints the seconds from comparison to file, the peak memory in
MiB, the size of the file in KiB, and for GIFs the peak signal-to-noise ratio. Imports are not counted.
"""

from __future__ import annotations

import importlib
import resource
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path

from . import quality
from .cases import CASES, Case

IMPORTED = (
    "contourpy",
    "vizgd.encoding.gif",
    "vizgd.encoding.video",
    "vizgd.objectives.catalogue",
    "vizgd.objectives.expressions.grammar",
    "vizgd.objectives.lookup",
    "vizgd.storyboard.planning",
    "vizgd.recording.loop",
    "vizgd.renderers.matplotlib.renderer",
    "vizgd.views.charts.state",
    "vizgd.views.contour",
    "vizgd.views.formulas.equation",
    "vizgd.views.charts.convergence",
    "vizgd.views.surface",
)
"""What a film needs, imported before the clock starts."""


def baseline(case: Case, path: Path) -> float:
    from . import baseline as module

    begun = time.perf_counter()
    module.save(case, path)
    return time.perf_counter() - begun


def ours(case: Case, path: Path) -> float:
    for module in IMPORTED:
        importlib.import_module(module)
    from vizgd.films.rendering import render

    begun = time.perf_counter()
    render(case.comparison, path, size=case.size, fps=case.fps, seconds=case.seconds, force=True)
    return time.perf_counter() - begun


def encoding(case: Case, path: Path) -> float:
    from vizgd.comparisons.resolving import resolved
    from vizgd.encoding.encoder import open_encoder
    from vizgd.renderers.matplotlib.compositor import AggCompositor
    from vizgd.storyboard.look import Look
    from vizgd.storyboard.planning import plan

    look = Look(size=case.size, fps=case.fps, seconds=case.seconds)
    storyboard = plan(resolved(case.comparison), look)
    compositor, clock = AggCompositor(storyboard), storyboard.clock
    moving = range(clock.intro, clock.intro + clock.run - 1)
    frames = [(compositor.frame(0).copy(), clock.intro), *((compositor.frame(k).copy(), 1) for k in moving)]
    frames.append((compositor.frame(clock.frames - 1).copy(), clock.hold + 1))
    begun = time.perf_counter()
    with open_encoder(path, size=case.size, rate=Fraction(case.fps), frames=clock.frames) as encoder:
        for frame, repeat in frames:
            encoder.write(frame, repeat=repeat)
    return time.perf_counter() - begun


VARIANTS = {"baseline": baseline, "ours": ours, "encoding": encoding}


def main() -> None:
    variant, index = sys.argv[1], int(sys.argv[2])
    case = CASES[index]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"film.{case.suffix}")
        seconds = VARIANTS[variant](case, path)
        size = path.stat().st_size / 1024
        # Matplotlib's video writer and vizgd's worker processes are children.
        own, others = (
            resource.getrusage(who).ru_maxrss / 1024
            for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        )
        fidelity = quality.decibels(case, variant, path) if case.suffix == "gif" else 0.0
    print(f"{seconds:.4f} {own + others:.0f} {size:.0f} {fidelity:.1f}")


if __name__ == "__main__":
    main()
