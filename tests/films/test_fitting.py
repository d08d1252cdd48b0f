"""A look meets a format: its size and rate where none is asked for, and what it can neither keep nor have."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from vizgd.base.errors import UsageError
from vizgd.encoding.formats import FORMATS
from vizgd.films.fitting import fitted
from vizgd.films.options import Options
from vizgd.storyboard.look import Look


@pytest.mark.parametrize("name", list(FORMATS))
def test_a_format_has_its_size_and_rate_unless_others_are_asked_for(name):
    row = FORMATS[name]
    assert (fitted(Look(), name).pixels, fitted(Look(), name).rate) == (row.size, row.rate)
    low = fitted(Look(quality="l"), name)
    assert low.pixels == (854, 480)
    assert low.rate == row.exact_rate(Fraction(15))
    assert fitted(Look(quality="l", size=(320, 180)), name) == replace(low, size=(320, 180))


def test_a_gif_has_the_nearest_rate_that_it_keeps():
    assert fitted(Look(fps=60), "gif").rate == 50
    assert fitted(Look(fps=60), "mp4").rate == 60


def test_a_fitted_look_fits_and_has_nothing_of_how_a_film_is_made():
    once = fitted(Options(fps=24, theme="dark", title="t", force=True), "gif")
    assert type(once) is Look
    assert fitted(once, "gif") == once
    assert (once.theme, once.title) == ("dark", "t")


def test_only_formats_with_opacity_may_be_transparent():
    for name in FORMATS:
        if 4 in FORMATS[name].channels:
            assert fitted(Look(transparent=True), name).transparent
        else:
            with pytest.raises(UsageError, match=f"{name} cannot have a transparent background"):
                fitted(Look(transparent=True), name)
