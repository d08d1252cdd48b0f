"""Formulas that LaTeX sets: its programs are stood in for by ones that write what the real ones wrote."""

from __future__ import annotations

import sys

import numpy as np
import pytest

import vizgd as vg
from vizgd.base.errors import MissingDependency, UsageError
from vizgd.cli.main import run
from vizgd.drawing import latex, typeset
from vizgd.drawing.typeset import measured, outline, set_by_latex
from vizgd.storyboard.look import Look

# A square of an em, a sign of 5 by 7, a fraction bar, and a square again: what dvisvgm makes of a formula.
PICTURE = """<?xml version='1.0' encoding='UTF-8'?>
<svg version='1.1' xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink'>
<defs><path id='g0-120' d='M0 0H5V-7H0ZM1-1L2-3Q3-4 4-1T4-2C1-2 1-2 1-1Z'/></defs>
<g id='page1'><rect x='100' y='40' height='10' width='10'/><use x='112' y='50' xlink:href='#g0-120'/>
<rect x='112' y='46' height='.4' width='6'/><rect x='120' y='40' height='10' width='10'/></g></svg>
"""


@pytest.fixture(autouse=True)
def _forgetful():
    """Let no formula be remembered that programs of another test have set."""
    caches = latex.signs, outline, typeset._mathematics, typeset._mathematical_signs, typeset.placed
    for cache in caches:
        cache.cache_clear()
    yield
    for cache in caches:
        cache.cache_clear()


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """Return a function that puts a program of a name on the path, alone with Python."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def put(name, code):
        file = folder / name
        file.write_text(f"#!{sys.executable}\nimport os, sys\n{code}\n", encoding="utf-8")
        file.chmod(0o755)

    return put


@pytest.fixture
def installed(programs, tmp_path):
    """Put both programs on the path and return where the first keeps what it was called with."""
    kept = tmp_path / "called"
    programs(
        "latex",
        f"kept = open({str(kept)!r}, 'w')\n"
        "kept.write(' '.join(sys.argv) + open('formula.tex').read() + os.environ['openin_any'])\n"
        "open('formula.dvi', 'w').close()",
    )
    programs("dvisvgm", f"assert os.path.exists('formula.dvi')\nopen('formula.svg', 'w').write({PICTURE!r})")
    return kept


def test_a_formula_lies_on_the_baseline_between_the_two_squares(installed):
    (sign, bar), width = latex.signs(r"\frac{x}{y}")
    assert width == pytest.approx(1.0)  # from the end of one square, at 110, to the other, at 120
    ring = sign.vertices[:4]
    assert ring.min(axis=0) == pytest.approx([0.2, 0.0])
    assert ring.max(axis=0) == pytest.approx([0.7, 0.7])
    assert bar.vertices.min(axis=0) == pytest.approx([0.2, 0.36])
    assert bar.vertices.max(axis=0) == pytest.approx([0.8, 0.4])
    called = installed.read_text(encoding="utf-8")
    assert "-no-shell-escape" in called
    assert r"$\frac{x}{y}$" in called
    assert called.endswith("p")


def test_a_path_of_any_command_is_read_as_an_svg_path():
    vertices, codes = latex.parse_path("M1 2L3-4H5V6C1 2 3 4 5 6S7 8 9 10Q1 1 2 2T3 3Z")
    assert codes.tolist() == [1, 2, 2, 2, 4, 4, 4, 4, 4, 4, 3, 3, 3, 3, 2, 79]  # a line back closes it
    assert vertices[:4].tolist() == [[1, 2], [3, -4], [5, -4], [5, 6]]
    assert vertices[7].tolist() == [7, 8]  # (5, 6) and as far on as it is from (3, 4)
    assert vertices[12].tolist() == [3, 3]  # (2, 2) and as far on as it is from (1, 1)


@pytest.mark.usefixtures("installed")
def test_text_around_a_formula_stays_text():
    text = set_by_latex(r"rate \(\eta\) is small")
    assert measured(text, 1.0)[0] == pytest.approx(measured("rate  is small", 1.0)[0] + 1.0, abs=0.05)
    assert len(outline(text).vertices) > len(outline("rate  is small").vertices)


@pytest.mark.parametrize("renderer", ["matplotlib", "manim"])
def test_a_film_shows_what_latex_set(installed, renderer, tmp_path):
    comparison = vg.Comparison(
        title=r"The rate \(\eta\)",
        objective="x**2",
        runs=[vg.Run(vg.GradientDescent(learning_rate=0.1), start=1.0, label=r"\(\eta_1\)")],
    )
    look = {"renderer": renderer, "size": (320, 180)}
    plain, set_ = (
        vg.render(comparison, tmp_path / f"{math}.png", math=math, **look).read_bytes()
        for math in ("mathtext", "latex")
    )
    assert plain != set_
    assert "eta" in installed.read_text(encoding="utf-8")


@pytest.mark.parametrize("missing", ["latex", "dvisvgm"])
def test_without_its_programs_one_sentence_says_so(missing, programs, tmp_path, capsys):
    if missing == "dvisvgm":
        programs("latex", "")
    with pytest.raises(MissingDependency, match=f"program {missing}, which is not installed"):
        latex.signs("x")
    arguments = ["render", "bowl", "-o", str(tmp_path / "a.png"), "--math", "latex"]
    assert run([*arguments, "--title", r"\(x\)"]) == 3
    assert "leave out --math latex" in capsys.readouterr().err


def test_what_latex_says_of_a_wrong_formula_is_passed_on(programs):
    programs("latex", "print('This is pdfTeX'); print('! Undefined control sequence.'); sys.exit(1)")
    with pytest.raises(UsageError, match="Undefined control sequence") as caught:
        latex.signs(r"\wrong")
    assert r"\wrong" in str(caught.value)


def test_a_formula_that_takes_for_ever_is_given_up(programs, monkeypatch):
    programs("latex", "import time; time.sleep(60)")
    monkeypatch.setattr(latex, "PATIENCE", 0.5)
    with pytest.raises(UsageError, match="longer than"):
        latex.signs(r"\loop\iftrue\repeat")


def test_only_what_exists_may_set_formulas():
    with pytest.raises(UsageError, match="unknown math 'typst'"):
        Look(math="typst")


@pytest.mark.usefixtures("installed")
def test_signs_are_named_by_their_shapes():
    (sign, bar), _ = latex.signs("x")
    assert sign.name != bar.name
    assert np.isfinite(sign.vertices).all()
