"""Text as outlines, held against matplotlib's own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath

from vizgd.base.errors import UsageError
from vizgd.drawing import typeset
from vizgd.drawing.marks import Text
from vizgd.drawing.typeset import glyphs, measured, outline, placed, shortened, wrapped

WORDS = st.text(st.sampled_from("abcdefgh ijkLMNO αβ₁ 0123=.,"), min_size=1, max_size=60)


@pytest.mark.parametrize(
    "text", ["Momentum α=0.05 β=0.9", "loss − min", "AVATAR To", "10⁻³", "f = x² + 10y²"]
)
def test_a_plain_text_is_as_wide_as_matplotlib_sets_it(text):
    judge = TextPath((0, 0), text, size=100, prop=FontProperties(family="DejaVu Sans")).get_extents()
    ours = outline(text).vertices * 100
    assert np.ptp(ours[:, 0]) == pytest.approx(judge.width, rel=0.06)  # it kerns superscripts, too
    assert np.ptp(ours[:, 1]) == pytest.approx(judge.height, rel=0.02)


def test_digits_are_equally_wide_so_that_readouts_stand_still():
    assert len({measured(digit, 30)[0] for digit in "0123456789"}) == 1


def test_dollars_are_text():
    assert len(outline("from $5 to $10").vertices) > len(outline("from 5 to 10").vertices)


@pytest.mark.parametrize("bold", [False, True])
def test_a_character_that_the_font_lacks_is_a_box_and_is_named(bold):
    with pytest.warns(UserWarning, match="日") as warned:
        shown = outline("a日本b", bold)
    assert len(warned) == 1
    np.testing.assert_array_equal(shown.vertices, outline("a□□b", bold).vertices)


def test_a_formula_has_boxes_too_and_matplotlib_says_nothing_of_its_own(capsys, caplog):
    with pytest.warns(UserWarning, match="日"):
        shown = outline(r"\(日^2\)")
    np.testing.assert_array_equal(shown.vertices, outline(r"\(□^2\)").vertices)
    assert not caplog.records
    assert capsys.readouterr().err == ""


def test_mathematics_stands_between_parentheses_with_backslashes():
    mixed = outline(r"rate \(\frac{\alpha}{2}\) now")
    assert mixed.width > outline("rate  now").width
    assert mixed.vertices[:, 1].min() < -0.2  # the denominator hangs below the line


def test_bad_mathematics_says_where_and_what_to_do():
    with pytest.raises(UsageError) as caught:
        outline(r"\(\frac{\)")
    assert r"\frac{" in str(caught.value)
    assert len(str(caught.value).splitlines()) <= 4


@given(WORDS, st.floats(120, 900))
def test_shortened_text_fits(text, width):
    assert measured(shortened(text, 30, width), 30)[0] <= width


@pytest.mark.parametrize("opening", ["\\(", "\\latex("])
def test_a_formula_is_shortened_as_a_whole(opening):
    text = f"a rate {opening}\\alpha_k\\)"
    words = "a rate of \\(x^{1.5}\\) and more"
    for width in range(10, 400, 10):
        short = shortened(words, 30, width)
        assert short.count("\\(") == short.count("\\)")
    if opening == "\\(":
        assert shortened(text, 30, measured("a rate …", 30)[0] + 1) == "a rate…"


@given(WORDS, st.floats(300, 900))
def test_wrapped_lines_fit_and_keep_every_word(text, width):
    lines = wrapped(text, 20, width)
    assert " ".join(lines) == text
    for line in lines:
        assert measured(line, 20)[0] <= width or " " not in line


@pytest.mark.parametrize(("anchor", "left"), [("left", 100), ("center", 100 - 50), ("right", 0)])
def test_text_is_placed_by_its_anchor(anchor, left):
    size = 100 / outline("HHH").width
    vertices, _ = placed(Text(np.array([100.0, 0.0]), "HHH", size, (0, 0, 0, 1), anchor))
    assert vertices[:, 0].min() == pytest.approx(left, abs=0.1 * size)


def test_rotated_text_runs_upwards():
    vertices, _ = placed(Text(np.zeros(2), "loss", 30.0, (0, 0, 0, 1), rotation=90.0))
    assert np.ptp(vertices[:, 1]) > 2 * np.ptp(vertices[:, 0])


@given(st.one_of(WORDS, st.sampled_from([r"a \(\frac{x_t}{\sqrt{v}} - \alpha\) b", r"\(x\)", r"AV\(=\)To"])))
def test_signs_one_by_one_are_the_outline(text):
    whole, signs = outline(text), glyphs(text)
    apart = np.concatenate([sign.vertices for sign in signs]) if signs else np.empty((0, 2))
    np.testing.assert_allclose(apart[whole.codes != 79], whole.vertices[whole.codes != 79], atol=1e-12)


def test_equal_signs_have_equal_names():
    names = [sign.name for sign in glyphs(r"\(x_t - x\)")]
    assert names[0] == names[-1]
    assert len(set(names)) == 3


def test_a_formula_is_not_broken_between_lines():
    text = r"a long title with \(x + y = 1\) in it"
    for width in (1.0, 3.0, 6.0, 12.0):
        lines = wrapped(text, 1.0, width)
        assert " ".join(lines) == text
        assert sum(r"\(x + y = 1\)" in line for line in lines) == 1


def test_a_long_text_is_shortened_without_measuring_each_of_its_beginnings(monkeypatch):
    asked = []
    measure = typeset.measured
    monkeypatch.setattr(
        typeset, "measured", lambda text, *how: asked.append(len(text)) or measure(text, *how)
    )
    words = " ".join(f"run {number} diverged at step {number}" for number in range(200))
    short = shortened(words, 30, 500)
    assert words.startswith(short[:-1])
    assert measure(short, 30)[0] <= 500 < measure(words[: len(short) + 1] + "…", 30)[0]
    assert len(asked) < 20
