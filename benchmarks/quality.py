"""The fidelity of a GIF to the frames that were drawn, for either variant."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from .cases import Case

SAMPLES = 24


def decibels(case: Case, variant: str, path: Path) -> float:
    """Return the peak signal-to-noise ratio of a film over some of its frames, the last included."""
    drawn = _baseline_frames(case) if variant == "baseline" else _our_frames(case)
    with Image.open(path) as film:
        ends = []  # in milliseconds; a repeated frame is one picture
        for index in range(film.n_frames):
            film.seek(index)
            ends.append(film.info["duration"] + (ends[-1] if ends else 0))
        errors = []
        for number in np.unique(np.linspace(0, case.frames - 1, SAMPLES).round().astype(int)):
            film.seek(int(np.searchsorted(ends, (number + 0.5) * 1000 / case.fps)))
            shown = np.asarray(film.convert("RGB"), dtype=float)
            errors.append(np.mean((shown - drawn(int(number))) ** 2))
    return float(10 * np.log10(255**2 / np.mean(errors)))


def _baseline_frames(case: Case):
    from . import baseline

    figure, update = baseline.build(case)

    def frame(number):
        update(number)
        figure.canvas.draw()
        return np.asarray(figure.canvas.buffer_rgba())[..., :3].astype(float)

    return frame


def _our_frames(case: Case):
    from vizgd.comparisons.resolving import resolved
    from vizgd.renderers.matplotlib.compositor import AggCompositor
    from vizgd.storyboard.look import Look
    from vizgd.storyboard.planning import plan

    look = Look(size=case.size, fps=case.fps, seconds=case.seconds)
    compositor = AggCompositor(plan(resolved(case.comparison), look))
    return lambda number: compositor.frame(number)[..., :3].astype(float)
