"""The equation shows the rule that was recorded: its numbers are the recording's, to the digits shown."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

import vizgd as vg
from vizgd.drawing.clock import clock_for
from vizgd.drawing.marks import Text, Track
from vizgd.drawing.panel import Box
from vizgd.drawing.theme import DARK, LIGHT
from vizgd.drawing.typeset import outline, placed
from vizgd.optimizers.adapters import optimizer_from
from vizgd.optimizers.catalogue import optimizers
from vizgd.optimizers.formula import holds
from vizgd.optimizers.interface import Rule
from vizgd.recording.quantities import quantities_of
from vizgd.views.formulas.equation import SMALLEST
from vizgd.views.view import Subject

from ...gallery_films import planned

RULES = [name for name, entry in optimizers().items() if issubclass(entry.load(), Rule)]
STEPS = 12
AMPLE, NARROW = Box(0, 0, 4000, 4000), Box(0, 0, 800, 500)


def subject_of(optimizers, objective="x**2 + 3*y**2", start=(2.0, -1.0), theme=LIGHT):
    trajectories = tuple(vg.record(objective, one, start=start, steps=STEPS) for one in optimizers)
    labels = tuple(f"run {index}" for index in range(len(trajectories)))
    shown = vg.objective_from(objective)
    given = tuple(map(optimizer_from, optimizers))
    clock = clock_for(trajectories, rate=Fraction(25))
    return Subject(shown, trajectories, labels, clock, theme, shown.domain, optimizers=given)


def panel(optimizers, box=AMPLE, **subject):
    (study,) = vg.Equation().study(subject_of(optimizers, **subject))
    return study.panel(box)


def texts(panel):
    return [mark for mark in panel.marks if isinstance(mark, Text)]


NUMBER = re.compile("[−⁻⁰¹²³⁴⁵⁶⁷⁸⁹×0-9.]+|–|-?∞")


def numbers(panel):
    return [mark for mark in texts(panel) if mark.signs is None and NUMBER.fullmatch(at(mark, 0))]


def notes(panel):
    return [mark.text for mark in texts(panel) if mark.signs is None and mark not in numbers(panel)]


def at(mark, step):
    return mark.text.at(step) if isinstance(mark.text, Track) else mark.text


def value_and_half_a_digit(text):
    plain = text.translate(str.maketrans("−⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "--0123456789"))
    mantissa, _, exponent = plain.partition("×10")
    after = len(mantissa.partition(".")[2])
    scale = 10.0 ** int(exponent or 0)
    return float(mantissa) * scale, 0.5 * scale * 10.0**-after


def rule_of(name):
    kind = optimizers()[name].load()
    return kind(**({"learning_rate": 0.1} if "learning_rate" in kind.__dataclass_fields__ else {}))


@pytest.mark.parametrize("start", [(2.0,), (2.0, -1.0)])
@pytest.mark.parametrize("name", RULES)
def test_numbers_are_those_recorded_to_the_digits_shown(name, start):
    rule, objective = rule_of(name), "x**2 + x**4/4" if len(start) == 1 else "x**2 + 3*y**2"
    recorded = vg.record(objective, rule, start=start, steps=STEPS)
    known = quantities_of(rule, recorded).values
    shown = iter(numbers(panel([rule], objective=objective, start=start)))
    for line in rule.own_formula.lines:
        names = [line.target, *re.findall(r"[^\W\d]\w*", line.expression)]
        for values in (known[name] for name in names if name in known and known[name].ndim < 3):
            for coordinate in values.reshape(len(values), -1).T:
                mark = next(shown)
                for step, value in enumerate(coordinate):
                    told, half = value_and_half_a_digit(at(mark, step))
                    assert abs(told - value) <= half * (1 + 1e-9), (name, line.target)
    assert next(shown, None) is None


def test_symbols_and_their_numbers_have_the_color_of_their_role():
    for theme in (LIGHT, DARK):
        marks = texts(panel([vg.GradientDescent(learning_rate=0.1)], theme=theme))
        gradient = numbers(panel([vg.GradientDescent(learning_rate=0.1)], theme=theme))[-1].color
        assert sum(mark.color == gradient for mark in marks) == 4  # g, its brackets, its two numbers
        assert gradient != theme.text


def width(text, size):
    return np.ptp(outline(text).vertices[:, 0]) * size


def test_no_number_is_wider_than_its_place():
    marks = numbers(panel([vg.Adam(learning_rate=0.3)]))
    for mark in marks:
        widths = [width(at(mark, step), mark.size) for step in range(STEPS)]
        others = [other.xy for other in marks if abs(other.xy[1] - mark.xy[1]) < 1]
        left = mark.xy[0] - max(widths)
        assert all(other[0] <= left + 1e-6 for other in others if other[0] < mark.xy[0])


def test_a_line_that_does_not_hold_has_no_numbers():
    rule = vg.RAdam(learning_rate=0.1)
    shown = quantities_of(rule, vg.record("x**2", rule, start=2.0, steps=STEPS))
    known = {name: values.reshape(len(values), -1) for name, values in shown.values.items()}
    conditional = [line for line in rule.own_formula.lines if line.condition]
    there = [
        mark.xy
        for mark in numbers(panel([rule], objective="x**2", start=(2.0,)))
        if isinstance(mark.xy, Track)
    ]
    expected = {tuple(np.ravel(holds(line, known))) for line in conditional}
    assert {tuple(np.isfinite(track.values).all(axis=1)) for track in there} == expected
    assert len(expected) == 2


def test_an_optimizer_without_a_formula_shows_gradient_and_step():
    marks = numbers(panel([vg.BFGS()], objective="x**2 + x**4", start=(2.0,)))
    recorded = vg.record("x**2 + x**4", vg.BFGS(), start=2.0, steps=STEPS)
    first = [value_and_half_a_digit(at(mark, 0)) for mark in marks]
    step = recorded.iterates[1, 0] - recorded.iterates[0, 0]
    expected = [recorded.gradients[0, 0], recorded.iterates[1, 0], recorded.iterates[0, 0], step]
    for (told, half), value in zip(first, expected, strict=True):
        assert abs(told - value) <= half * (1 + 1e-9)


def test_what_does_not_fit_is_left_out_and_said():
    runs = [vg.Adam(learning_rate=0.1), vg.Adam(learning_rate=0.2), vg.Momentum(learning_rate=0.1)]
    assert not any("not shown" in note for note in notes(panel(runs)))
    narrow = panel(runs, NARROW)
    assert "run 0" in notes(narrow)
    assert any(note.startswith("not shown: ") and "run 1" in note for note in notes(narrow))


@pytest.mark.parametrize("name", RULES)
def test_letters_are_legible_in_half_a_frame_and_nothing_leaves_the_box(name):
    shown = panel([rule_of(name)], NARROW)
    size = max(mark.size for mark in texts(shown))
    assert size >= SMALLEST
    for mark in texts(shown):
        xy = np.nanmax(mark.xy.values, axis=0) if isinstance(mark.xy, Track) else mark.xy
        vertices = placed(replace(mark, xy=xy, text=at(mark, 3)))[0]
        assert vertices.min() >= -1
        assert vertices[:, 0].max() <= NARROW.right + 1
        assert vertices[:, 1].max() <= NARROW.top + 1


def test_many_parameters_show_the_first_and_say_so():
    bowl = vg.Objective("bowl", lambda x: (x**2).sum(axis=-1), lambda x: 2 * x, domain=((-4, 4),) * 3)
    shown = panel([vg.GradientDescent(learning_rate=0.1)], objective=bowl, start=(1.0, 2.0, 3.0))
    assert "numbers: the first 2 of 3 coordinates" in notes(shown)


def test_it_takes_part_in_a_comparison():
    runs = [vg.Run(vg.Momentum(learning_rate=0.02), (5, 2))]
    board = planned(vg.Comparison("t", "x**2 + 10*y**2", runs, steps=9, views=["contour", "equation"]))
    assert numbers(next(one for one in board.panels if one.name == "equation"))


SCHEDULED = [
    vg.StepDecay(0.08, every=5, factor=0.5),
    vg.Cosine(0.08, steps=9, restarts=True),
    vg.LinearWarmup(vg.InverseTime(0.08, decay=0.3), steps=4),
    vg.OneCycle(0.08, steps=STEPS),
]


@pytest.mark.parametrize("schedule", SCHEDULED, ids=lambda schedule: schedule.name)
def test_a_schedule_is_told_before_the_rule_with_the_rate_of_each_step(schedule):
    rule = vg.Momentum(learning_rate=schedule, beta=0.5)
    shown = panel([rule])
    alone = panel([vg.Momentum(learning_rate=0.08, beta=0.5)])
    assert len(texts(shown)) > len(texts(alone))
    rate = LIGHT.role("learning rate").color
    for step in range(STEPS):
        standing = [
            at(mark, step)
            for mark in numbers(shown)
            if mark.color == rate and not (isinstance(mark.xy, Track) and np.isnan(mark.xy.at(step)).any())
        ]
        found = [value_and_half_a_digit(text) for text in standing]
        # Once as what the schedule comes to, and once in the step.
        assert sum(abs(value - float(schedule(step))) <= half for value, half in found) >= 2


def test_a_schedule_that_does_not_fit_is_left_out_before_numbers_and_runs_are():
    rules = [vg.GradientDescent(learning_rate=SCHEDULED[3])]
    shown = panel(rules, box=NARROW)
    assert notes(shown) == ["not shown: how the rate changes"]
    assert not any("not shown" in note for note in notes(panel(rules)))
