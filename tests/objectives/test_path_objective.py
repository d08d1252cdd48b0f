"""An objective of which only paths are known: the box that holds them, and no landscape."""

from __future__ import annotations

import pickle

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vizgd.objectives.lookup import objective_from
from vizgd.objectives.path_objective import has_landscape, objective_around

PLACES = st.floats(-1e300, 1e300) | st.floats(-1, 1)


@given(
    st.integers(1, 4).flatmap(
        lambda d: st.lists(arrays(np.float64, (3, d), elements=PLACES), min_size=1, max_size=3)
    )
)
def test_its_domain_holds_every_path_and_has_a_width(paths):
    objective = objective_around(paths)
    low, high = np.array(objective.domain).T
    places = np.concatenate(paths)
    assert (low <= places).all()
    assert (places <= high).all()
    assert (low < high).all()
    assert len(objective.variables) >= objective.dimension


def test_it_has_no_value_and_no_gradient_anywhere_and_is_known_by_that():
    objective = objective_around([np.zeros((2, 3))])
    assert np.isnan(objective.value(np.ones((4, 5, 3)))).all()
    assert objective.gradient(np.ones((4, 5, 3))).shape == (4, 5, 3)
    assert not has_landscape(objective)
    assert not has_landscape(pickle.loads(pickle.dumps(objective)))
    assert has_landscape(objective_from("sphere"))
