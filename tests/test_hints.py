"""What a hint says to type is typed, and works."""

from __future__ import annotations

import re

import numpy as np
import pytest

import vizgd as vg
from vizgd.base.errors import UsageError
from vizgd.comparisons.comparison_file import comparison_from_text
from vizgd.objectives.expressions.expression import parse_objective

from .gallery_films import planned

SMALL = {"size": (320, 180), "seconds": 1.0}


def file(objective='"x**2 + 10*y**2"', views='["contour"]', run='optimizer = "adam"', more=""):
    return f'title = "t"\nobjective = {objective}\nviews = {views}\nsteps = 5\n{more}\n[[runs]]\n{run}\n'


def hint_of(text):
    with pytest.raises(UsageError) as caught:
        planned(comparison_from_text(text, "my.toml"), **SMALL)
    assert caught.value.hint
    return caught.value.hint


TYPED = {
    # what is wrong, what is typed instead of which part of it
    "data": (file(views='["data"]', more="start = [1, 1]"), r'objective = "x.*"', r"(objective = \{.*\})"),
    "decision": (
        file('"booth"', views='["decision"]'),
        r'objective = ".*"',
        r"(objective = \{.*\})",
    ),
    "no start": (file(more="seconds = 1.0"), r"seconds = 1.0", r"(start=\[.*\])"),
    "no start on a curve": (
        file('"x**2"', '["curve"]', more="seconds = 1.0"),
        "seconds = 1.0",
        r"(start=.*)",
    ),
    "nothing to vary": (
        file(views='["sensitivity"]', run='optimizer = "bfgs"', more="start = [1, 1]"),
        r'"sensitivity"',
        r"(\{.*\})",
    ),
    "no name": (
        file(views="[{ level_count = 3 }]", more="start = [1, 1]"),
        r"level_count = 3",
        r'add (view = "NAME") to it',
    ),
    "quoted": (
        file(run='optimizer = "adam"\nlearning_rate = "0.1"\nstart = [1, 1]'),
        r'"0.1"',
        "without quotation marks",
    ),
}


@pytest.mark.parametrize("case", TYPED)
def test_what_a_hint_for_a_file_says_works(case):
    text, part, said = TYPED[case]
    found = re.search(said, hint_of(text))
    assert found
    typed = found[1] if found.groups() else "0.1"
    mended = re.sub(part, lambda _: typed.replace("NAME", "contour"), text, count=1)
    assert planned(comparison_from_text(mended, "my.toml"), **SMALL).panels


@pytest.mark.parametrize("text", ["x**2", "x*y"])
def test_the_domain_that_a_hint_gives_is_one(text):
    with pytest.raises(UsageError) as caught:
        parse_objective(text, domain=[(1, 0)])
    boxes = [eval(box) for box in re.findall(r"\[\[.*?\]\]", caught.value.hint)]
    assert [len(box) for box in boxes] == [1, 2]
    for box in boxes:
        assert parse_objective("x", domain=box).domain == tuple(map(tuple, box))


@pytest.mark.parametrize(
    "text", ["1/2x", "2^3x", "x/2×10³", "x²^3", "√x", "|x", "x y", "x = 3", "sin", "2(x"]
)
def test_what_a_hint_for_an_expression_says_can_be_read(text):
    with pytest.raises(UsageError) as caught:
        parse_objective(text)
    words = re.split(r",? (?:or|and|write|such as|with)? ?|, ", caught.value.hint.partition("numbers,")[0])
    for one in (word for word in words if re.search(r"\w.*[*/^(|)]|[√|]", word)):
        assert np.isfinite(parse_objective(one, domain=[(1, 2)] * 2).value([1.0, 1.0]))


def fixed(call):
    with pytest.raises(UsageError) as caught:
        call()
    return str(caught.value)


def compared(**settings):
    return lambda: planned(vg.Comparison(**({"title": "t", "objective": "x**2 + y**2"} | settings)), **SMALL)


PYTHON = {
    "no run": (compared(runs=[3]), r"write (Run\(.*\))", lambda made: compared(runs=[made])()),
    "no view": (
        compared(runs=[vg.Run(vg.Adam(), start=(1, 1))], views=[3]),
        r'("contour", or Contour\(.*\))',
        lambda made: compared(runs=[vg.Run(vg.Adam(), start=(1, 1))], views=[made])(),
    ),
    "a class": (
        lambda: vg.record("booth", vg.Adam, steps=3),
        r"(Adam\(.*\))",
        lambda made: vg.record("booth", made, steps=3),
    ),
    "no sampler": (
        lambda: vg.record("line", vg.Adam(), steps=3, sampler=3),
        r"(WithReplacement\(.*\))",
        lambda made: vg.record("line", vg.Adam(), steps=3, sampler=made),
    ),
}


@pytest.mark.parametrize("case", PYTHON)
def test_what_a_hint_for_python_says_works(case):
    call, said, use = PYTHON[case]
    message = fixed(call)
    found = re.search(said, message)
    assert found, message
    names = {name: getattr(vg, name) for name in vg.__all__}
    made = eval(found[1].replace('"contour", or ', ""), names)
    assert use(made) is not None
