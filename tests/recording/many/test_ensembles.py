"""What is said of chance is counted over seeds, each of which is the run that `record` records with it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

import vizgd as vg
from vizgd.objectives.backtracking import backtracking_descent
from vizgd.objectives.datasets.samplers import FullBatch, Replay, Sampler, ShuffledEpochs, WithReplacement
from vizgd.objectives.lookup import objective_from
from vizgd.objectives.minima import with_minima
from vizgd.objectives.stationarity import at_minimizer
from vizgd.optimizers.adapters import optimizer_from
from vizgd.recording.many.ensembles import FEWEST, SEEDS, Chancy, has_chance, run_ensembles
from vizgd.recording.outlook import outlook_of

FADING = vg.GradientDescent(vg.Polynomial(0.05, steps=60))


def _chancy(objective, optimizer, start, steps, sampler=None, noise=0.0, seed=0):
    objective = objective_from(objective)
    path = vg.record(objective, optimizer, start, steps, sampler=sampler, noise=noise, seed=seed)
    return Chancy(objective, optimizer, path, steps, sampler, noise, seed)


@pytest.mark.parametrize(
    "run",
    [
        ("tilted_double_well", FADING, 1.7, 60, None, 6.0, 29),
        ("rosenbrock", vg.Adam(0.05), (0, 0), 50, None, 0.3),
        ("line", vg.GradientDescent(0.02), (0, 0), 80, WithReplacement(1)),
        ("line", vg.Momentum(0.01), (0, 0), 50, ShuffledEpochs(30), 0.5),
        ("study-hours", vg.GradientDescent(0.02), (0, 0), 40, ShuffledEpochs(7)),
    ],
    ids=lambda run: run[0],
)
def test_each_seed_is_the_run_that_is_recorded_with_it(run):
    chancy = _chancy(*run)
    (many,) = run_ensembles([chancy])
    assert many.count >= FEWEST
    for seed in (0, 1, many.count - 1):
        again = vg.record(
            chancy.objective, run[1], run[2], run[3], sampler=chancy.sampler, noise=chancy.noise, seed=seed
        )
        assert many.ends[seed] == pytest.approx(again.iterates[-1], rel=1e-9, abs=1e-12)
        assert many.losses[seed] == pytest.approx(again.losses[-1], rel=1e-9)


def test_runs_of_one_comparison_are_counted_over_the_same_seeds():
    cheap = _chancy("sphere", vg.GradientDescent(0.1), (1, 1), 10, noise=1.0)
    dear = _chancy("line", vg.GradientDescent(0.01), (0, 0), 900, WithReplacement(1))
    assert run_ensembles([cheap])[0].count == SEEDS
    one, other = run_ensembles([cheap, dear])
    assert one.count == other.count < SEEDS


def test_what_costs_too_much_is_not_counted():
    assert run_ensembles([_chancy("line", vg.GradientDescent(0.001), (0, 0), 9_000, WithReplacement(1))]) == [
        None
    ]


@dataclass(frozen=True)
class NormalizedOverAll(vg.GradientDescent):
    """A rule that does not keep many runs apart."""

    def terms(self, gradient, state, params, *, hessian=None):
        return super().terms(gradient / np.linalg.norm(gradient), state, params, hessian=hessian)


def test_a_rule_that_is_another_one_for_many_runs_at_once_is_not_counted():
    assert run_ensembles([_chancy("sphere", NormalizedOverAll(0.1), (1, 1), 10, noise=1.0)]) == [None]


def test_other_libraries_are_not_counted():
    assert run_ensembles([_chancy("sphere", optimizer_from(_step), (1, 1), 10, noise=1.0)]) == [None]


def _step(params, gradient):
    return params - 0.1 * gradient


class Fixed(Sampler):
    """A user's own."""

    def batches(self, count, rng):
        while True:
            yield rng.permutation(count)[:3]


def test_there_is_chance_in_noise_and_in_batches_that_differ():
    line = objective_from("line")
    chancy = [WithReplacement(1), WithReplacement(500), ShuffledEpochs(10), Fixed()]
    settled = [None, FullBatch(), Replay([[1]]), ShuffledEpochs(line.samples.count)]
    assert all(has_chance(line, sampler, 0.0) for sampler in chancy)
    assert not any(has_chance(line, sampler, 0.0) for sampler in settled)
    assert has_chance(line, None, 0.1)


def test_runs_of_one_seed_share_noise_whatever_their_batches():
    """Common random numbers: what differs between two runs is not their luck."""
    flat = objective_from("line")
    settings = {"start": (0, 0), "steps": 6, "seed": 3}
    rule = vg.GradientDescent(1e-300)

    def noise(sampler):
        noisy = vg.record(flat, rule, sampler=sampler, noise=1.0, **settings)
        if sampler is None:
            return noisy.gradients[:-1] - flat.gradient(np.zeros(2))
        return noisy

    drawn = noise(None)
    again = vg.record(flat, rule, noise=2.0, **settings)
    assert again.gradients[:-1] - flat.gradient(np.zeros(2)) == pytest.approx(2.0 * drawn)
    batches = [[5], [6], [7], [8], [9], [10]]
    replayed = noise(Replay(batches)).gradients[:-1]
    exact = np.array([flat.samples.gradient(np.zeros(2), np.array(batch)) for batch in batches])
    assert replayed - exact == pytest.approx(drawn)


def test_the_basin_of_a_minimum_is_counted_where_there_are_several():
    chancy = _chancy("tilted_double_well", FADING, 1.7, 60, noise=9.0)
    (many,) = run_ensembles([chancy])
    objective = chancy.objective
    told = outlook_of(chancy, objective, many, at_minimizer(objective))
    # The hill between the wells, where the slope is zero: to its left lies the deeper one.
    hill = np.roots([4.0, 0.0, -4.0, 0.3])
    border = hill[np.argmin(np.abs(hill))].real
    assert told.arrived == int((many.ends[:, 0] < border).sum())
    assert 0 < told.arrived < told.count == SEEDS


@pytest.mark.parametrize("objective", ["x**2", "x**4", "abs(x)**3 + x**2"])
def test_where_there_is_one_minimum_none_is_missed(objective):
    chancy = _chancy(objective, vg.GradientDescent(0.05), 1.5, 60, noise=1.0)
    known = with_minima(chancy.objective, chancy.objective.domain)
    told = outlook_of(chancy, known, run_ensembles([chancy])[0], at_minimizer(known))
    assert told.arrived is None
    assert told.distance is not None


def test_diverging_seeds_are_counted_and_far_from_everything():
    chancy = _chancy("x**4", vg.GradientDescent(0.1), 1.5, 60, noise=6.0)
    (many,) = run_ensembles([chancy])
    again = [
        vg.record("x**4", vg.GradientDescent(0.1), 1.5, 60, noise=6.0, seed=seed).status.kind == "diverged"
        for seed in range(many.count)
    ]
    assert many.diverged.any()
    assert np.array(again)[many.diverged].all()


def test_downhill_is_never_uphill_and_ends_in_the_well_it_begins_in():
    wells = objective_from("tilted_double_well")
    starts = np.linspace(-2, 2, 41)[:, None]
    ends, slopes, resting = backtracking_descent(wells, starts)
    assert (wells.value(ends) <= wells.value(starts)).all()
    assert resting.all()
    assert (slopes < 1e-4).all()
    hill = np.roots([4.0, 0.0, -4.0, 0.3])
    border = hill[np.argmin(np.abs(hill))].real
    assert ((ends < border) == (starts < border)).all()
