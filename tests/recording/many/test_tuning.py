"""A tuned rate is the one that trying all of them, one by one, would have found."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import vizgd as vg
from tests.optimizers.problems import RAVINE, ROSENBROCK
from vizgd.base.errors import UsageError
from vizgd.objectives.datasets.samplers import ShuffledEpochs, WithReplacement
from vizgd.optimizers.task import Task
from vizgd.recording.many.tuning import Tuning, base_rate, best_rate, losses_of, with_rate

SEARCH = Tuning((1e-3, 1.0), trials=9, seeds=3)
LINE = vg.objective_from("line")


def alone(optimizer, task, seeds):
    """Return the last loss with each rate, each run recorded by itself."""
    losses = []
    for rate in SEARCH.rates:
        ends = [
            vg.record(
                task.objective,
                with_rate(optimizer, float(rate)),
                task.start,
                task.steps,
                sampler=task.sampler,
                noise=task.noise,
                seed=seed,
            )
            for seed in seeds
        ]
        losses.append(
            np.median([np.inf if end.status.kind == "diverged" else end.losses[-1] for end in ends])
        )
    return np.array(losses)


@pytest.mark.parametrize(
    "optimizer",
    [
        vg.GradientDescent(0.1),
        vg.Momentum(0.1, beta=0.8),
        vg.Adam(0.1),
        vg.AdaGrad(0.1),
        vg.GradientDescent(vg.Cosine(0.1, 20)),
        vg.Adam(vg.LinearWarmup(vg.Exponential(0.2, 0.9), 5)),
    ],
    ids=lambda optimizer: optimizer.label,
)
@pytest.mark.parametrize("objective", [RAVINE, ROSENBROCK], ids=lambda objective: objective.name)
def test_the_best_rate_is_that_of_a_loop_over_all(optimizer, objective):
    task = Task(objective, np.array(objective.start, dtype=float), 20)
    losses = alone(optimizer, task, [0])
    np.testing.assert_allclose(losses_of(SEARCH, optimizer, task), losses, rtol=1e-9)
    assert best_rate(SEARCH, optimizer, task) == SEARCH.rates[np.argmin(losses)]


@pytest.mark.parametrize(
    ("objective", "sampler", "noise"),
    [(LINE, WithReplacement(4), 0.0), (LINE, ShuffledEpochs(16), 0.3), (RAVINE, None, 0.5)],
)
def test_of_a_random_run_it_is_the_median_over_seeds_that_all_rates_share(objective, sampler, noise):
    start = np.array(objective.start or (0.0, 0.0))
    task = Task(objective, start, 15, sampler, noise, 7)
    losses = alone(vg.GradientDescent(0.1), task, [7, 8, 9])
    np.testing.assert_allclose(losses_of(SEARCH, vg.GradientDescent(0.1), task), losses, rtol=1e-9)
    assert SEARCH.evaluations(task) == 9 * 15 * 3


@given(
    low=st.floats(1e-8, 1e3),
    factor=st.floats(1.01, 1e6),
    trials=st.integers(2, 60),
)
def test_rates_rise_from_one_end_to_the_other_and_are_what_labels_show(low, factor, trials):
    rates = Tuning((low, low * factor), trials).rates
    assert len(rates) == trials
    assert (rates[0], rates[-1]) == (low, low * factor)
    assert all(float(f"{rate:.3g}") == rate for rate in rates[1:-1])
    np.testing.assert_allclose(rates, np.geomspace(low, low * factor, trials), rtol=6e-3)


def test_a_schedule_is_scaled_as_a_whole():
    tuned = with_rate(vg.GradientDescent(vg.Cosine(0.1, 20, minimum=0.02)), 0.5)
    counts = np.arange(20)
    np.testing.assert_allclose(
        tuned.learning_rate(counts), 5 * vg.Cosine(0.1, 20, minimum=0.02)(counts), rtol=1e-12
    )


def test_what_has_no_rate_is_left_and_what_hides_one_is_refused():
    assert base_rate(vg.Newton()) is None
    assert base_rate(vg.BFGS()) is None
    assert base_rate(vg.Scipy("Powell")) is None
    assert base_rate(vg.Adam(0.25)) == 0.25
    assert base_rate(vg.Adam(vg.Cosine(0.25, 9))) == 0.25
    for hidden in (vg.GradientDescent(lambda count: 0.1 / (1 + count)), vg.GradientDescent([0.1, 0.2])):
        with pytest.raises(UsageError, match="cannot be tuned"):
            base_rate(hidden)
    torch = pytest.importorskip("torch")
    with pytest.raises(UsageError, match="cannot be tuned"):
        base_rate(vg.Torch(torch.optim.SGD, lr=0.1))


def test_where_every_rate_diverges_that_is_said():
    task = Task(RAVINE, np.array([5.0, 2.0]), 60)
    with pytest.raises(UsageError, match=r"diverges with each of 3 rates from 10 to 1000"):
        best_rate(Tuning((10.0, 1000.0), 3), vg.GradientDescent(0.1), task)


@pytest.mark.parametrize(
    "wrong",
    [
        {"learning_rate": (1.0, 0.1)},
        {"learning_rate": (0.0, 0.1)},
        {"learning_rate": (0.1,)},
        {"trials": 1},
        {"trials": 2.5},
        {"seeds": 0},
    ],
)
def test_a_search_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(UsageError, match=next(iter(wrong))):
        Tuning(**wrong)
