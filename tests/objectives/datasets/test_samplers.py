"""Samplers: which examples each step sees."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizgd.base.errors import UsageError
from vizgd.objectives.datasets.samplers import (
    SAMPLERS,
    FullBatch,
    Replay,
    Sampler,
    ShuffledEpochs,
    WithReplacement,
)


def first(sampler, number, count, seed=0):
    return list(itertools.islice(sampler.batches(count, np.random.default_rng(seed)), number))


@given(st.integers(1, 60), st.integers(1, 70), st.integers(0, 5))
def test_each_shuffled_epoch_visits_every_example_once_and_keeps_the_last_short_batch(count, size, seed):
    a_epoch = -(-count // size)
    batches = first(ShuffledEpochs(size), 3 * a_epoch, count, seed)
    for number in range(3):
        epoch = batches[number * a_epoch : (number + 1) * a_epoch]
        assert [len(batch) for batch in epoch[:-1]] == [size] * (a_epoch - 1)
        assert sorted(np.concatenate(epoch)) == list(range(count))


def test_epochs_differ_in_their_order():
    one, two = first(ShuffledEpochs(50), 2, 50)
    assert not np.array_equal(one, two)


@given(st.integers(1, 60), st.integers(1, 70))
def test_draws_with_replacement_lie_among_the_examples(count, size):
    for batch in first(WithReplacement(size), 4, count):
        assert batch.shape == (size,)
        assert batch.min() >= 0
        assert batch.max() < count


def test_draws_with_replacement_are_uniform():
    drawn = np.concatenate(first(WithReplacement(10), 2000, 5))
    assert np.abs(np.bincount(drawn, minlength=5) / drawn.size - 0.2).max() < 0.015


def test_a_full_batch_is_every_example_in_order_each_step():
    for batch in first(FullBatch(), 3, 7):
        np.testing.assert_array_equal(batch, np.arange(7))


@pytest.mark.parametrize(
    "sampler", [FullBatch(), WithReplacement(3), ShuffledEpochs(4), Replay([[1, 2], [0]])]
)
def test_batches_are_reproduced_by_their_seed_and_are_index_arrays(sampler):
    one, two = first(sampler, 30, 10, seed=4), first(sampler, 30, 10, seed=4)
    assert all(batch.dtype == np.intp for batch in one)
    for a, b in zip(one, two, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("sampler", [WithReplacement(3), ShuffledEpochs(4)])
def test_another_seed_gives_other_batches(sampler):
    assert not np.array_equal(first(sampler, 1, 30, seed=1)[0], first(sampler, 1, 30, seed=2)[0])


def test_a_replay_repeats_what_it_was_given_and_ends():
    recorded = first(ShuffledEpochs(3), 9, 10)
    replayed = list(Replay(recorded).batches(10, np.random.default_rng(99)))
    assert len(replayed) == 9
    for a, b in zip(recorded, replayed, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("batch", [[10], [-1], []])
def test_a_replay_beyond_the_examples_is_refused(batch):
    with pytest.raises(UsageError, match="batch 1"):
        list(Replay([[0], batch]).batches(10, np.random.default_rng(0)))


@pytest.mark.parametrize("recorded", [[0, 1], [["a"]], [[0.5]], 3, None])
def test_a_replay_of_what_are_no_batches_is_refused(recorded):
    with pytest.raises(UsageError, match="list of batches"):
        Replay(recorded)


@pytest.mark.parametrize("size", [0, -1, 2.5, True, "3", None])
def test_a_batch_size_that_is_no_positive_whole_number_is_refused(size):
    for make in (WithReplacement, ShuffledEpochs):
        with pytest.raises(UsageError, match="batch_size"):
            make(size)


def test_samplers_are_plain_values():
    assert WithReplacement() == WithReplacement(batch_size=1)
    assert Replay([[1, 2]]) == Replay(np.array([[1, 2]]))
    assert hash(Replay([[1]])) == hash(Replay([[1]]))


def test_every_sampler_is_found_by_name():
    assert list(SAMPLERS) == ["full-batch", "with-replacement", "shuffled-epochs", "replay"]
    assert all(issubclass(SAMPLERS[name], Sampler) and SAMPLERS.summary(name) for name in SAMPLERS)
