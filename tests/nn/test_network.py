"""Networks: where they start, and what their parameters are called."""

from __future__ import annotations

import numpy as np
import pytest

from vizgd.nn import Network


def test_a_start_has_the_spread_that_keeps_signals_alive():
    for activation, variance in (("tanh", 2 / (200 + 100)), ("relu", 2 / 200)):
        network = Network((200, 100, 1), activation, batch_norm=True)
        start = network.initial(np.random.default_rng(0))
        weights, scale, shift, *_ = network.split(start[None])
        assert weights.var() == pytest.approx(variance, rel=0.05)
        assert (scale == 1).all()
        assert (shift == 0).all()


def test_parameters_have_names_and_weights_the_unit_they_lead_into():
    network = Network((2, 2, 1), batch_norm=True)
    assert network.names == (
        *("W1[0,0]", "W1[0,1]", "W1[1,0]", "W1[1,1]", "γ1[0]", "γ1[1]", "β1[0]", "β1[1]"),
        *("W2[0,0]", "W2[0,1]", "b2[0]"),
    )
    assert network.filters.tolist() == [0, 0, 1, 1, -1, -1, -1, -1, 2, 2, -1]
