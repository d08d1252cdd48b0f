"""The domain of an objective is a tuple of pairs, whatever NumPy takes it for."""

from __future__ import annotations

import copy
import pickle
import tracemalloc

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vizgd.objectives.domain import Domain, longest_side

sides = st.tuples(st.floats(-1e9, 1e9), st.floats(1e-3, 1e9)).map(lambda pair: (pair[0], pair[0] + pair[1]))


@given(st.lists(sides, min_size=1, max_size=5))
def test_a_domain_is_its_tuple_of_pairs_and_its_array(pairs):
    domain = Domain.of(np.array(pairs))
    assert domain == tuple(pairs)
    assert hash(domain) == hash(tuple(pairs))
    assert repr(domain) == repr(tuple(pairs))
    np.testing.assert_array_equal(np.array(domain), np.array(pairs))
    assert longest_side(domain) == max(high - low for low, high in pairs)
    for other in (pickle.loads(pickle.dumps(domain)), copy.deepcopy(domain)):
        assert type(other) is Domain
        assert other == domain


def test_what_an_array_of_it_is_made_to_be_stays_with_the_array():
    domain = Domain.of(np.array([(0.0, 1.0), (0.0, 1.0)]))
    np.array(domain)[0] = 7.0
    assert np.array(domain)[0].tolist() == [0.0, 1.0]


def test_a_million_equal_sides_are_held_once():
    box = np.broadcast_to(np.array([-1.0, 1.0]), (1_000_000, 2))
    tracemalloc.start()
    try:
        domain = Domain.of(box)
        held = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert len(domain) == 1_000_000
    assert held < 9_000_000
