"""What chance gave a run is drawn again exactly; what it might have given stays about the exact gradient."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import vizgd as vg
from vizgd.objectives.datasets.dataset import least_squares, logistic
from vizgd.objectives.datasets.samplers import FullBatch, Replay, Sampler, ShuffledEpochs, WithReplacement
from vizgd.objectives.lookup import objective_from
from vizgd.optimizers.task import Draw, Task
from vizgd.recording.draws import cloud_of, draws_at, has_batches, is_drawn
from vizgd.recording.loop import record_within

RNG = np.random.default_rng(7)
INPUTS = RNG.normal(size=(30, 2))
ANSWERS = INPUTS @ [1.0, -2.0] + 0.5 + RNG.normal(size=30)
LINE = least_squares(INPUTS, ANSWERS)
CLASSES = (ANSWERS > 0).astype(float)
ODDS = logistic(INPUTS, CLASSES)
DESIGN = np.column_stack([INPUTS, np.ones(30)])


def squared_gradient(place, batch):
    """Return the gradient of a mean squared error in plain NumPy."""
    design = DESIGN[batch]
    return 2.0 * design.T @ (design @ place - ANSWERS[batch]) / len(batch)


def odds_gradient(place, batch):
    design = DESIGN[batch]
    return design.T @ (1.0 / (1.0 + np.exp(-design @ place)) - CLASSES[batch]) / len(batch)


GRADIENTS = [(LINE, squared_gradient), (ODDS, odds_gradient)]
samplers = st.one_of(
    st.builds(WithReplacement, st.integers(1, 40)),
    st.builds(ShuffledEpochs, st.integers(1, 40)),
    st.just(Replay([[0, 3], [5, 5, 1]] * 30)),
    st.just(FullBatch()),
)


def recorded(objective, sampler, noise=0.0, seed=0, steps=12, rule=None):
    rule = rule or vg.GradientDescent(learning_rate=0.05)
    run = vg.record(objective, rule, (0.3, 0.1, -1.0), steps, sampler=sampler, noise=noise, seed=seed)
    return Task(objective, run.iterates[0], steps, sampler, noise, seed), run


@settings(max_examples=40, deadline=None)
@given(samplers, st.sampled_from(GRADIENTS), st.sampled_from([0.0, 0.7]), st.integers(0, 2**40), st.data())
def test_the_gradient_of_a_step_is_that_over_the_batch_that_is_drawn_again(sampler, pair, noise, seed, data):
    objective, gradient = pair
    task, run = recorded(objective, sampler, noise, seed)
    rows = np.array(sorted(data.draw(st.sets(st.integers(0, 11), min_size=1))))
    draws = draws_at(task, run, rows)
    assert len(draws) == len(rows)
    for row, draw in zip(rows, draws, strict=True):
        own = gradient(run.iterates[row], draw.batch)
        own += 0.0 if draw.noise is None else draw.noise
        np.testing.assert_allclose(own, run.gradients[row], rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    "rule", [vg.Adam(learning_rate=0.1), vg.Torch(torch.optim.SGD, lr=0.05, momentum=0.8)]
)
def test_any_rule_is_given_the_same_batches(rule):
    task, run = recorded(LINE, ShuffledEpochs(8), seed=3, rule=rule)
    draws = draws_at(task, run, np.arange(12))
    for row, draw in enumerate(draws):
        np.testing.assert_allclose(
            squared_gradient(run.iterates[row], draw.batch), run.gradients[row], atol=1e-12
        )


def test_steps_of_a_run_of_which_not_all_was_kept_have_the_batches_of_their_own_numbers():
    sampler = WithReplacement(2)
    rule = vg.GradientDescent(learning_rate=0.01)
    run = record_within(40_000, LINE, rule, (0.0, 0.0, 0.0), 2000, sampler=sampler, seed=5)
    assert run.every > 1
    task = Task(LINE, run.iterates[0], 2000, sampler, seed=5)
    rows = np.arange(run.steps)
    for row, draw in zip(rows, draws_at(task, run, rows), strict=True):
        np.testing.assert_allclose(
            squared_gradient(run.iterates[row], draw.batch), run.gradients[row], atol=1e-12
        )


def test_nothing_is_said_of_a_run_that_drew_otherwise():
    _, run = recorded(LINE, WithReplacement(2), seed=1)
    other = Task(LINE, run.iterates[0], 12, WithReplacement(2), seed=2)
    assert draws_at(other, run, np.arange(12)) is None
    assert draws_at(other, run, np.arange(0)) == []


@settings(max_examples=30, deadline=None)
@given(
    st.one_of(st.builds(WithReplacement, st.integers(1, 40)), st.builds(ShuffledEpochs, st.integers(1, 29))),
    st.sampled_from(GRADIENTS),
    st.sampled_from([0.0, 0.5]),
    st.integers(0, 2**40),
)
def test_a_cloud_stays_about_the_exact_gradient_within_its_standard_error(sampler, pair, noise, seed):
    objective, gradient = pair
    task, run = recorded(objective, sampler, noise, seed)
    draws = draws_at(task, run, np.arange(12))
    cloud = cloud_of(task, draws, 200)
    assert cloud.count == 200
    place = run.iterates[5]
    found = cloud.gradients(place, draws[5])
    # Each is the gradient over its batch, with its noise.
    batches = cloud.batches[:, : len(draws[5].batch)]
    assert batches.shape[1] == len(draws[5].batch)
    own = np.array([gradient(place, batch) for batch in batches])
    if noise:
        own += cloud.noise
    np.testing.assert_allclose(found, own, rtol=0, atol=1e-12)
    error = found.std(axis=0, ddof=1) / np.sqrt(200)
    assert (np.abs(found.mean(axis=0) - gradient(place, np.arange(30))) <= 5.5 * error + 1e-12).all()


@given(st.integers(1, 29), st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_without_replacement_no_batch_of_a_cloud_has_an_example_twice(size, seed):
    task, run = recorded(LINE, ShuffledEpochs(size), seed=seed, steps=3)
    cloud = cloud_of(task, draws_at(task, run, np.arange(3)), 50)
    assert all(len(set(batch)) == size for batch in cloud.batches.tolist())


def test_a_cloud_draws_nothing_that_the_run_draws():
    task, run = recorded(LINE, WithReplacement(3), noise=0.5, seed=4)
    draws = draws_at(task, run, np.arange(12))
    cloud = cloud_of(task, draws, 200)
    again = draws_at(task, run, np.arange(12))
    for before, after in zip(draws, again, strict=True):
        np.testing.assert_array_equal(before.batch, after.batch)
        np.testing.assert_array_equal(before.noise, after.noise)
    assert not any(np.isclose(cloud.noise, draw.noise).all(axis=1).any() for draw in draws)
    same = [np.array_equal(draw.batch, batch) for draw, batch in zip(draws, cloud.batches, strict=False)]
    assert not all(same)


def test_noise_alone_makes_a_cloud_of_that_noise():
    parabola = objective_from("x**2")
    run = vg.record(parabola, vg.GradientDescent(learning_rate=0.1), 3.0, 5, noise=2.0, seed=9)
    task = Task(parabola, run.iterates[0], 5, None, 2.0, 9)
    draws = draws_at(task, run, np.arange(5))
    cloud = cloud_of(task, draws, 400)
    found = cloud.gradients(run.iterates[2], draws[2])[:, 0] - 2.0 * run.iterates[2, 0]
    assert found.shape == (400,)
    assert abs(found.std() - 2.0) < 0.4
    assert abs(found.mean()) < 0.5


def test_where_there_is_no_chance_there_is_no_cloud():
    for sampler in (None, FullBatch(), Replay([[0, 1]] * 12), ShuffledEpochs(30)):
        task = Task(LINE, np.zeros(3), 12, sampler)
        assert not is_drawn(task)
        assert cloud_of(task, [Draw(None, None)], 10) is None
    assert has_batches(Task(LINE, np.zeros(3), 12, Replay([[0]])))
    assert not has_batches(Task(LINE, np.zeros(3), 12, FullBatch()))


@dataclass(frozen=True)
class Short(Sampler):
    """Yields one large batch and then small ones only."""

    def batches(self, count, rng):
        yield np.arange(count)
        yield from (rng.integers(count, size=1) for _ in itertools.count())


def test_a_sampler_with_few_batches_of_a_size_makes_a_small_cloud():
    task, run = recorded(LINE, Short(), seed=1)
    assert cloud_of(task, draws_at(task, run, np.arange(12)), 50).count == 1
