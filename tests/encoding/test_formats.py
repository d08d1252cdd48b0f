import re
import subprocess
import sys
from fractions import Fraction

import pytest

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
