"""The notebook's runs, reproduced to 1e-12 from an independent implementation's full-precision results."""

import json
from pathlib import Path

import numpy as np
import pytest

from vizgd.objectives.datasets.dataset import least_squares
from vizgd.objectives.datasets.samplers import Replay
from vizgd.optimizers.adam import Adam
from vizgd.optimizers.descent import GradientDescent, Momentum
from vizgd.recording.loop import record

SEED = json.loads((Path(__file__).parent / "data" / "seed_numbers.json").read_text())


def assert_equal(actual, expected):
    np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-12)


def notebook_data():
    """The notebook's examples and draws, in its order: data, single indices, a permutation an epoch."""
    rng = np.random.RandomState(42)
    inputs, noise = rng.randn(100), rng.randn(100)
    singles = [[rng.randint(100)] for _ in range(1000)]
    epochs = [rng.permutation(100) for _ in range(10)]
    batches = [order[low : low + 10] for order in epochs for low in range(0, 100, 10)]
    return least_squares(inputs, 2 * inputs + 3 + 0.5 * noise), Replay(singles), Replay(batches)


def test_one_dimensional_descent():
    seed = SEED["descent_1d"]
    run = record(
        seed["objective"], GradientDescent(seed["learning_rate"]), start=seed["start"], steps=seed["steps"]
    )
    assert_equal(run.iterates[-1], [seed["final_x"]])
    assert_equal(run.losses[-1], seed["final_loss"])


@pytest.mark.parametrize("rate", SEED["learning_rates"].keys())
def test_learning_rates(rate):
    seed = SEED["learning_rates"][rate]
    run = record("x**2 + 5", GradientDescent(float(rate)), start=seed["start"], steps=seed["steps"])
    assert_equal(run.iterates[-1], [seed["final_x"]])
    assert_equal(run.iterates[:4, 0], seed["first_steps"])
    assert_equal(run.losses.max(), seed["max_loss"])


def test_bowl():
    seed = SEED["bowl"]
    run = record(
        seed["objective"], GradientDescent(seed["learning_rate"]), start=seed["start"], steps=seed["steps"]
    )
    assert_equal(run.iterates[-1], seed["final"])
    assert_equal(np.linalg.norm(run.iterates[-1]), seed["distance"])


@pytest.mark.parametrize("start", SEED["local_minima"]["runs"].keys())
def test_local_minima(start):
    seed = SEED["local_minima"]
    run = record(
        seed["objective"], GradientDescent(seed["learning_rate"]), start=float(start), steps=seed["steps"]
    )
    assert_equal(run.iterates[-1], [seed["runs"][start]["final_x"]])
    assert_equal(run.losses[-1], seed["runs"][start]["final_loss"])


def test_batch():
    loss, _, _ = notebook_data()
    seed = SEED["batch"]
    run = record(loss, GradientDescent(seed["learning_rate"]), start=(0, 0), steps=seed["steps"])
    assert_equal(run.iterates[-1], [seed["w"], seed["b"]])
    assert_equal(run.losses[-1], seed["loss"])
    assert run.examples[-1] == 10_000


def test_stochastic():
    loss, singles, _ = notebook_data()
    seed = SEED["stochastic"]
    run = record(loss, GradientDescent(seed["learning_rate"]), (0, 0), seed["updates"], sampler=singles)
    assert_equal(run.iterates[-1], [seed["w"], seed["b"]])
    assert_equal(run.losses[-1], seed["loss"])
    assert run.examples[-1] == 1000


def test_minibatch():
    loss, _, batches = notebook_data()
    seed = SEED["minibatch"]
    run = record(loss, GradientDescent(seed["learning_rate"]), (0, 0), seed["updates"], sampler=batches)
    assert_equal(run.iterates[-1], [seed["w"], seed["b"]])
    assert_equal(run.losses[-1], seed["loss"])
    np.testing.assert_array_equal(run.examples, np.arange(101) * 10)


def test_least_squares_fit_is_what_the_runs_approach():
    loss, _, _ = notebook_data()
    seed = SEED["least_squares"]
    assert_equal(loss.minimizers[0], [seed["w"], seed["b"]])
    assert_equal(loss.value(np.array(loss.minimizers[0])), seed["loss"])


def test_momentum():
    seed = SEED["momentum"]
    for name, optimizer in {
        "plain": GradientDescent(seed["learning_rate"]),
        "momentum": Momentum(seed["learning_rate"], seed["beta"]),
    }.items():
        run = record("x**2 + y**2", optimizer, start=seed["start"], steps=seed["steps"])
        assert_equal(run.iterates[-1], seed[f"{name}_final"])
        assert_equal(np.linalg.norm(run.iterates[-1]), seed[f"{name}_distance"])


def test_optimizers():
    seed = SEED["optimizers"]
    settings = {"sgd": GradientDescent(0.1), "momentum": Momentum(0.1, 0.9), "adam": Adam(0.5)}
    for name, optimizer in settings.items():
        run = record("x**2 + y**2", optimizer, start=seed["start"], steps=seed["steps"])
        assert_equal(run.iterates[-1], seed["final"][name])
        assert_equal(np.linalg.norm(run.iterates[-1]), seed["distance"][name])
