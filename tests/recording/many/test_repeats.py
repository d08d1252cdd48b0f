"""A run with several seeds: each is to the bit what is recorded with it alone, under the same noise."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import vizgd as vg
from vizgd.base.errors import UsageError
from vizgd.comparisons.comparison_file import comparison_from_text
from vizgd.comparisons.resolving import resolved
from vizgd.objectives.datasets.samplers import FullBatch, ShuffledEpochs, WithReplacement
from vizgd.optimizers.catalogue import OPTIMIZERS
from vizgd.recording.many import ensembles as ensembles_module
from vizgd.recording.trajectory import Trajectory

from ..test_keeping import RULES, _assert_same

SEEDS = st.integers(2, 6)


def compared(*runs, objective="x**2 + 3*y**2 + sin(3*x)", steps=12, **settings):
    return vg.Comparison("t", objective, list(runs), steps=steps, **settings)


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(RULES), st.floats(0.01, 5.0), st.integers(0, 99), SEEDS, st.floats(0.01, 2.0))
def test_each_seed_is_to_the_bit_the_run_that_is_recorded_with_it(name, noise, seed, seeds, rate):
    rule = OPTIMIZERS[name](learning_rate=rate)
    run = vg.Run(rule, (2.0, -1.0), noise=noise, seed=seed, seeds=seeds)
    found = resolved(compared(run))
    assert len(found.ensembles[0]) == seeds
    assert found.ensembles[0][0] is found.trajectories[0]
    for number, one in enumerate(found.ensembles[0]):
        alone = vg.record("x**2 + 3*y**2 + sin(3*x)", rule, (2.0, -1.0), 12, noise=noise, seed=seed + number)
        _assert_same(one, alone)
        np.testing.assert_array_equal(one.evaluations, alone.evaluations)


@pytest.mark.parametrize(
    "run",
    [
        ("line", vg.Adam(0.1), WithReplacement(3), 0.0),
        ("line", vg.Momentum(0.01), ShuffledEpochs(40), 0.5),
        ("line", vg.GradientDescent(0.05), None, 2.0),
        ("rosenbrock", vg.Newton(), None, 0.1),
        ("rosenbrock", partial(torch.optim.Adam, lr=0.1), None, 0.1),
        ("rosenbrock", lambda params, gradient: params - 1e-3 * gradient, None, 0.1),
    ],
    ids=["examples", "epochs and noise", "noise over data", "newton", "torch", "function"],
)
def test_what_cannot_be_recorded_at_once_is_recorded_one_by_one(run):
    objective, optimizer, sampler, noise = run
    chancy = vg.Run(optimizer, (0.5, 0.5), sampler=sampler, noise=noise, seed=3, seeds=3)
    for number, one in enumerate(resolved(compared(chancy, objective=objective, steps=8)).ensembles[0]):
        alone = vg.record(objective, optimizer, (0.5, 0.5), 8, sampler=sampler, noise=noise, seed=3 + number)
        _assert_same(one, alone)


@settings(max_examples=15, deadline=None)
@given(st.floats(0.1, 3.0), st.integers(0, 50), SEEDS)
def test_runs_that_are_compared_share_their_noise_seed_by_seed(noise, seed, seeds):
    rules = vg.GradientDescent(0.1), vg.Adam(0.3)
    runs = [vg.Run(rule, (1.0, 1.0), noise=noise, seed=seed, seeds=seeds) for rule in rules]
    found = resolved(compared(*runs, objective="x**2 + y**2"))
    for one, other in zip(found.ensembles[0], found.ensembles[1], strict=True):
        drawn, too = (path.gradients[:-1] - 2 * path.iterates[:-1] for path in (one, other))
        np.testing.assert_allclose(drawn, too, atol=1e-12)
    first, second = (path.gradients[:-1] - 2 * path.iterates[:-1] for path in found.ensembles[0][:2])
    assert np.abs(first - second).max() > 1e-3 * noise


def test_noise_is_the_same_in_whatever_blocks_it_is_drawn(monkeypatch):
    run = vg.Run(vg.GradientDescent(0.1), (1.0, 1.0), noise=1.0, seeds=4)
    whole = resolved(compared(run)).ensembles[0]
    monkeypatch.setattr(ensembles_module, "BLOCK", 20)
    for one, other in zip(whole, resolved(compared(run)).ensembles[0], strict=True):
        _assert_same(one, other)


def test_the_counts_of_a_caption_are_those_of_the_seeds_that_are_recorded():
    run = vg.Run(vg.GradientDescent(vg.Polynomial(0.05, steps=60)), 1.7, noise=9.0, seeds=30)
    found = resolved(compared(run, objective="tilted_double_well", steps=60))
    ends = np.array([one.iterates[-1, 0] for one in found.ensembles[0]])
    hill = np.roots([4.0, 0.0, -4.0, 0.3])
    border = hill[np.argmin(np.abs(hill))].real
    (told,) = found.outlooks
    assert told.count == 30
    assert told.arrived == int((ends < border).sum())


def test_runs_with_many_seeds_share_the_room_of_a_comparison(monkeypatch):
    from vizgd.comparisons import resolving

    monkeypatch.setattr(resolving, "ROOM", 400_000)
    run = vg.Run(vg.GradientDescent(0.1), (1.0, 1.0), noise=1.0, seeds=20)
    found = resolved(compared(run, steps=400))
    assert {one.every for one in found.ensembles[0]} == {found.trajectories[0].every}
    kept = sum(one.iterates.nbytes + one.gradients.nbytes + one.losses.nbytes for one in found.ensembles[0])
    assert found.trajectories[0].every > 1
    assert kept < 400_000


RUN = '[[runs]]\noptimizer = "gradient-descent"\nlearning_rate = 0.1\n'
HEAD = 'title = "t"\nobjective = "sphere"\nstart = [1, 1]\nsteps = 5\n'


def test_a_file_says_how_many_seeds():
    comparison = comparison_from_text(HEAD + RUN + "noise = 1.0\nseed = 2\nseeds = 7\n", "f")
    assert comparison.runs[0].seeds == 7
    assert len(resolved(comparison).ensembles[0]) == 7


@pytest.mark.parametrize("seeds", [1, 0, -3, 401, 2.5, True, "many"])
def test_a_strange_number_of_seeds_is_refused(seeds):
    with pytest.raises(UsageError, match="seeds"):
        vg.Run(vg.GradientDescent(0.1), noise=1.0, seeds=seeds)


def test_a_method_that_bears_no_noise_says_so():
    with pytest.raises(UsageError, match="cannot work with a sampler or noise"):
        resolved(compared(vg.Run("BFGS", (0.5, 0.5), noise=0.1, seeds=3)))


@pytest.mark.parametrize("settings", [{}, {"sampler": FullBatch()}, {"sampler": ShuffledEpochs(1000)}])
def test_what_is_not_random_has_nothing_to_be_repeated(settings):
    run = vg.Run(vg.GradientDescent(0.1), (1.0, 1.0), seeds=50, **settings)
    with pytest.raises(UsageError, match="exact gradient") as error:
        resolved(compared(run, objective="line"))
    assert error.value.where == "$.runs[0].seeds"


def test_a_recording_cannot_be_repeated():
    path: Trajectory = vg.record("sphere", vg.GradientDescent(0.1), (1, 1), 4, noise=1.0)
    with pytest.raises(UsageError, match="recorded"):
        vg.Run(path, seeds=5)


def test_a_file_of_runs_keeps_the_number_of_seeds_and_they_are_recorded_again(tmp_path):
    run = vg.Run(vg.GradientDescent(0.1), (1.0, 1.0), noise=1.0, seeds=4)
    comparison = compared(run)
    again = vg.load(vg.save(comparison, tmp_path / "runs.npz"))
    assert again.runs[0].seeds == 4
    for one, other in zip(resolved(comparison).ensembles[0], resolved(again).ensembles[0], strict=True):
        _assert_same(one, other)
    own = vg.Run(lambda params, gradient: params - 0.1 * gradient, (1.0, 1.0), noise=1.0, seeds=4)
    assert vg.load(vg.save(compared(own), tmp_path / "own.npz")).runs[0].seeds is None


def test_runs_with_and_without_seeds_are_told_of_by_what_each_was_counted_over():
    from vizgd.recording.events import summary

    rule = vg.GradientDescent(vg.Polynomial(0.05, steps=60))
    few = vg.Run(rule, 1.7, noise=9.0, seeds=30, label="A")
    many = vg.Run(rule, 1.7, noise=6.0, label="B")
    found = resolved(compared(few, many, objective="tilted_double_well", steps=60))
    text = summary(found.objectives, found.labels, found.trajectories, found.outlooks)
    assert f"Of 30 seeds, {found.outlooks[0].arrived}" in text
    assert f"Of 400 seeds, {found.outlooks[1].arrived}" in text
