"""How many seeds are where they should be: a plain count of separate recordings, as the film goes on."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import vizgd as vg
from vizgd.comparisons.resolving import resolved
from vizgd.drawing.marks import Text, Track
from vizgd.recording.many.tallies import tallies_of

from ...gallery_films import planned

FADING = vg.GradientDescent(vg.Polynomial(0.05, steps=40))
HILL = np.roots([4.0, 0.0, -4.0, 0.3])
BORDER = HILL[np.argmin(np.abs(HILL))].real


def compared(*runs, objective="tilted_double_well", steps=40):
    return vg.Comparison("t", objective, list(runs), steps=steps, views=["convergence"])


@settings(max_examples=8, deadline=None)
@given(st.integers(2, 30), st.floats(4.0, 10.0), st.integers(0, 50))
def test_in_a_basin_are_those_on_its_side_of_the_hill(seeds, noise, seed):
    run = vg.Run(FADING, 1.7, noise=noise, seed=seed, seeds=seeds)
    known = resolved(compared(run))
    steps = np.arange(41.0)
    paths = [
        vg.record("tilted_double_well", FADING, 1.7, 40, noise=noise, seed=seed + k) for k in range(seeds)
    ]
    counts = np.sum([path.iterates[:, 0] < BORDER for path in paths], axis=0)
    tally = tallies_of(dict(enumerate(known.objectives)), known.ensembles, {0: steps})[0]
    assert tally.heading == "in basin of min"
    assert tally.of == seeds
    np.testing.assert_array_equal(tally.counts, counts)


@settings(max_examples=8, deadline=None)
@given(st.integers(2, 12), st.floats(0.1, 5.0))
def test_where_there_is_one_basin_those_are_counted_that_are_near(seeds, noise):
    runs = [
        vg.Run(rule, (4.0, 3.0), noise=noise, seeds=seeds) for rule in (vg.Adam(0.3), vg.GradientDescent(0.1))
    ]
    known = resolved(compared(*runs, objective="x**2 + y**2"))
    steps = np.linspace(0, 40, 9)
    told = tallies_of(dict(enumerate(known.objectives)), known.ensembles, {0: steps, 1: steps})
    for run, tally in told.items():
        assert tally.heading == "within 0.5 of min"
        paths = [path.iterates[steps.astype(int)] for path in known.ensembles[run]]
        assert tally.counts.tolist() == np.sum([np.hypot(*p.T) <= 0.5 for p in paths], axis=0).tolist()


def test_the_legend_says_it_in_each_frame_and_the_caption_has_the_last_one():
    exact = vg.Run(vg.GradientDescent(0.05), 1.7)
    comparison = compared(exact, vg.Run(FADING, 1.7, noise=9.0, seeds=20))
    board = planned(comparison)
    legend, caption = (next(p for p in board.panels if p.name == name) for name in ("legend", "caption"))
    texts = [m.text.values for m in legend.marks if isinstance(m, Text) and isinstance(m.text, Track)]
    (told,) = (values for values in texts if " of 20" in values[0])
    assert told[0] == "0 of 20"
    assert len(told) == board.clock.run + 1
    last = told[-1].removesuffix(" of 20")
    assert 0 < int(last) < 20
    said = " ".join(m.text for m in caption.marks if isinstance(m, Text))
    assert f"Of 20 seeds, {last}" in said.replace("\N{NO-BREAK SPACE}", " ")


def test_nothing_is_counted_where_no_minimum_is_known_or_none_comes_near_it():
    for objective in ("x + 0.1*y", "x**4 - x**2 + 3*y"):
        run = vg.Run(vg.GradientDescent(0.01), (0.5, 0.5), noise=0.1, seeds=3)
        found = resolved(compared(run, objective=objective, steps=5))
        paths = {0: found.ensembles[0]}
        told = tallies_of({0: found.objectives[0]}, paths, {0: np.arange(6.0)})
        assert all(tally.counts.any() for tally in told.values())
