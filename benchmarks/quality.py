"""How near a GIF's pictures are to the frames that were drawn, for either way."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
from PIL import Image

from .cases import Case

SAMPLES = 24


def decibels(case: Case, way: str, path: Path) -> float:
    """Return the peak signal-to-noise ratio of a film's pictures, over some of them, the last included."""
    drawn = _stock_frames(case) if way == "stock" else _our_frames(case)
    with Image.open(path) as film:
        numbers = np.unique(np.linspace(0, len(drawn) - 1, SAMPLES).round().astype(int))
        # Pictures that stand still are kept once: the last of them is the film's last.
        assert film.n_frames >= numbers[-1] + 1
        errors = []
        for number in numbers:
            film.seek(int(number))
            shown = np.asarray(film.convert("RGB"), dtype=float)
            errors.append(np.mean((shown - drawn[number]()) ** 2))
    return float(10 * np.log10(255**2 / np.mean(errors)))


def _stock_frames(case: Case):
    from . import stock

    figure, update = stock.built(case)

    def frame(number):
        update(number)
        figure.canvas.draw()
        return np.asarray(figure.canvas.buffer_rgba())[..., :3].astype(float)

    return [lambda number=number: frame(number) for number in range(case.frames)]


def _our_frames(case: Case):
    from vizgd.planning import plan
    from vizgd.renderers.matplotlib.film import Film
    from vizgd.theme import LIGHT

    board = plan(case.comparison, size=case.size, rate=Fraction(case.fps), theme=LIGHT, seconds=case.seconds)
    film, clock = Film(board), board.clock
    # The intro is one picture of the file, and so is what stands still at the end.
    numbers = [0, *range(clock.intro, clock.intro + clock.run)]
    return [lambda number=number: film.frame(number)[..., :3].astype(float) for number in numbers]
