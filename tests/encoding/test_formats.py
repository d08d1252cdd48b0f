"""Formats are found by suffix or by name, and each keeps the rates that it can."""

import re
import subprocess
import sys
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.encoding.films import encode, moving
from vizgd.base.errors import UsageError
from vizgd.encoding.formats import FORMATS, ROWS, exact_rate, format_of


def test_looking_formats_up_loads_no_encoder_and_no_numpy() -> None:
    code = (
        "import sys, vizgd.encoding.formats; "
        "sys.exit(any(name in sys.modules for name in ('av', 'numpy', 'imageio', 'PIL')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_help_of_the_command_line_names_every_format() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "vizgd", "render", "--help"], capture_output=True, text=True, check=True
    )
    words = re.findall(r"[a-z0-9]+", done.stdout)
    assert {row.name for row in ROWS} <= set(words)


@pytest.mark.parametrize("name", list(FORMATS))
def test_each_row_keeps_its_own_rate_and_has_a_writer(name) -> None:
    row = FORMATS[name]
    assert exact_rate(row.name, row.rate) == row.rate
    assert format_of(f"film{row.suffix}", name) == name == row.name
    assert callable(row.load_writer())


@pytest.mark.parametrize(
    ("path", "asked", "typed", "near"),
    [("film.mp3", None, ".mp3", "mp4"), ("film.gif", "gfi", "gfi", "gif"), ("film.v2", None, ".v2", None)],
)
def test_an_unknown_format_is_refused_with_the_known_ones(
    path: str, asked: str | None, typed: str, near: str | None
) -> None:
    with pytest.raises(UsageError) as caught:
        format_of(path, asked)
    text = str(caught.value)
    assert repr(typed) in text
    assert "gif, mp4, webm, webp, apng, png, frames" in text
    assert (f"did you mean {near!r}?" in text) == (near is not None)
    assert len(text.splitlines()) <= 4


def test_a_name_that_says_another_format_than_the_one_asked_for_is_refused() -> None:
    with pytest.raises(UsageError, match=r"'api\.mp4' is no name for the format gif(.|\n)*\.gif"):
        format_of("api.mp4", "gif")


def test_a_name_without_suffix_is_refused_with_a_way_out() -> None:
    with pytest.raises(UsageError, match=r"ravine\.gif"):
        format_of("ravine")


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        (60, 50),
        (50, 50),
        (30, Fraction(100, 3)),
        (25, 25),
        (24, 25),
        (15, Fraction(100, 7)),
        (10, 10),
        (1, 1),
    ],
)
def test_a_gif_rate_is_the_nearest_whole_delay(asked: int, kept: Fraction) -> None:
    assert exact_rate("gif", Fraction(asked)) == kept
    assert exact_rate("mp4", Fraction(asked)) == asked


@given(rate=st.fractions(Fraction(1, 100), 240, max_denominator=1001))
def test_the_exact_rate_of_a_gif_is_the_nearest_with_a_whole_delay_of_at_least_two(rate):
    exact = exact_rate("gif", rate)
    delay = 100 / exact
    assert delay.denominator == 1
    assert delay >= 2
    others = [Fraction(100, k) for k in range(2, int(delay) + 3)]
    assert abs(exact - rate) == min(abs(other - rate) for other in others)
    assert exact_rate("gif", exact) == exact


@given(
    rate=st.fractions(Fraction(1, 100), 240, max_denominator=1001),
    name=st.sampled_from(["mp4", "webm", "png"]),
)
def test_other_formats_keep_every_rate(rate, name):
    assert exact_rate(name, rate) == rate


@pytest.mark.parametrize("suffix", ["gif", "mp4"])
def test_only_pictures_can_be_kept_frame_by_frame(tmp_path, suffix):
    with pytest.raises(UsageError, match="png"):
        encode(tmp_path / f"a.{suffix}", moving(2), format="frames")


@pytest.mark.parametrize(
    ("path", "name", "found"),
    [
        ("a.gif", None, "gif"),
        ("A.MP4", None, "mp4"),
        ("a.b.webm", None, "webm"),
        ("a.txt", "png", "png"),
        ("a", "GIF", "gif"),
    ],
)
def test_the_format_is_the_one_asked_for_or_else_what_the_suffix_says(path, name, found):
    assert format_of(path, name) == found


@pytest.mark.parametrize(("path", "name"), [("a", None), ("a.avi", None), ("a.gif", "giff"), (".gif", None)])
def test_a_format_that_is_not_there_is_refused_with_those_that_are(path, name):
    with pytest.raises(UsageError) as raised:
        format_of(path, name)
    text = str(raised.value)
    assert len(text.splitlines()) <= 4
    assert all(known in text for known in FORMATS) or "did you mean" in text
