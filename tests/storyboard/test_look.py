"""What a film is like: checked when it is put together, with a size and a rate even where none is asked."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from vizgd.base.errors import UsageError
from vizgd.drawing.theme import DARK
from vizgd.storyboard.look import QUALITIES, Look

WRONG = [
    ({"size": (0, 540)}, "size is 0x540"),
    ({"size": (9000, 540)}, "64 to 8192"),
    ({"size": "big"}, "size is 'big'"),
    ({"size": (960.5, 540)}, "whole pixels"),
    ({"fps": 0}, "fps is 0"),
    ({"fps": True}, "0.1 to 240 frames a second"),
    ({"quality": "x"}, "unknown quality 'x'"),
    ({"quality": 3}, "quality is 3"),
    ({"theme": "drak"}, "did you mean 'dark'"),
    ({"theme": 5}, "expected one of light, dark"),
    ({"seconds": -1}, "seconds is -1"),
    ({"seconds": 4000.0}, "at most 3600"),
    ({"title": 5}, "the title is 5"),
    ({"title": "two\nlines"}, "one line of text"),
    ({"transparent": "yes"}, "transparent is 'yes'"),
    ({"math": "typst"}, "unknown math 'typst'"),
]


@pytest.mark.parametrize(("options", "said"), WRONG, ids=[str(row[0]) for row in WRONG])
def test_what_cannot_be_is_refused_with_what_may_be(options, said):
    with pytest.raises(UsageError) as caught:
        Look(**options)
    assert said in str(caught.value)
    assert str(caught.value).startswith(("the ", "unknown ", *options))
    assert len(str(caught.value).splitlines()) <= 4


def test_size_and_rate_are_those_asked_for_those_of_the_quality_or_a_slides():
    assert (Look().pixels, Look().rate) == ((960, 540), 25)
    for name, (pixels, rate) in QUALITIES.items():
        assert (Look(quality=name).pixels, Look(quality=name).rate) == (pixels, rate)
        assert (Look(quality=name, size=(320, 180)).pixels, Look(quality=name, fps=5).rate) == ((320, 180), 5)


def test_numbers_of_numpy_and_rates_of_television_are_understood():
    look = Look(size=[np.int64(320), np.int32(180)], fps=np.float32(29.97), seconds=np.float32(1))
    assert look.size == (320, 180)
    assert all(type(side) is int for side in look.size)
    assert look.rate == Fraction(2997, 100)
    assert Look(fps=Fraction(30000, 1001)).rate == Fraction(30000, 1001)


def test_a_theme_is_a_name_or_a_theme_and_looks_can_be_compared():
    assert Look(theme=DARK).theme is DARK
    assert Look(theme="dark") == Look(theme="dark") != Look()
