"""Lines of mathematics: each sign belongs to its symbol, and slots are where numbers of their width stand."""

from __future__ import annotations

import numpy as np
import pytest

from vizgd.drawing.equations import places, set_line
from vizgd.drawing.typeset import BAR, glyphs, outline
from vizgd.objectives.expressions.notation import Span, spans
from vizgd.optimizers.catalogue import optimizers
from vizgd.optimizers.equations import line_spans, symbols_of
from vizgd.optimizers.interface import Rule

RULES = [kind for kind in (entry.load() for entry in optimizers().values()) if issubclass(kind, Rule)]


@pytest.mark.parametrize("kind", RULES)
def test_each_sign_of_a_rule_belongs_to_one_of_its_spans(kind):
    symbols = symbols_of(kind, kind.formula)
    for line in kind.formula.lines:
        written = line_spans(line, symbols, tex=True)
        line_set = set_line(written)
        bars = [sign.name == BAR for sign in line_set.signs]
        assert [owner == -1 for owner in line_set.owners] == bars
        for index, span in enumerate(written):
            if span.symbol:
                alone = [sign.name for sign in glyphs(rf"\({span.text}\)")]
                assert [sign.name for sign in line_set.of(index)] == alone


@pytest.mark.parametrize("rows", [1, 2])
def test_slots_are_as_wide_as_asked_and_beside_what_stands_around_them(rows):
    narrow, wide = (
        set_line([Span("x", "x"), Span(" = "), Span(places(width, rows), "y"), Span(" + 1")])
        for width in (1, 4)
    )
    assert wide.width - narrow.width == pytest.approx(3.0, abs=0.02)
    slots = wide.slots(2, 4.0)
    assert len(slots) == rows
    assert all(slot.scale == pytest.approx(1.0, abs=0.01) for slot in slots)
    assert all(wide.left_of(2) + 4.0 - 1e-6 <= slot.right < wide.left_of(3) for slot in slots)
    assert sorted((slot.baseline for slot in slots), reverse=True) == [slot.baseline for slot in slots]


def test_a_number_in_an_exponent_is_smaller():
    told = spans("b**t", {}, tex=True, values={"t": "1"})
    exponent = next(index for index, span in enumerate(told) if span.symbol == "t")
    (slot,) = set_line(told).slots(exponent, outline("1").width)
    assert slot.scale == pytest.approx(0.7, abs=0.02)
    assert slot.baseline > 0


def test_what_keeps_a_slot_open_is_not_drawn_and_other_ones_are():
    line = set_line([Span("1 + "), Span(places(2.0, 2), "y")])
    assert line.standing(0, slotted=False) == (0, 1)
    kept = [line.signs[index] for index in line.standing(1, slotted=True)]
    assert len(kept) == 2  # the brackets
    assert np.ptp(kept[0].vertices[:, 1]) > 1.5
