"""The published check of objectives: ours pass it, and it finds what is wrong with another."""

from __future__ import annotations

import numpy as np
import pytest

import vizgd as vg
from vizgd.objectives.catalogue import OBJECTIVES, rows
from vizgd.testing import check_objective


@pytest.mark.parametrize("name", [name for name in OBJECTIVES if rows()[name].smooth])
def test_every_smooth_function_of_the_catalogue_passes(name):
    check_objective(OBJECTIVES[name], tolerance=1e-2)


def bowl(**changed):
    given = {
        "name": "bowl",
        "value": lambda p: (p**2).sum(axis=-1),
        "gradient": lambda p: 2 * p,
        "hessian": lambda p: np.broadcast_to(2 * np.eye(2), (*p.shape, 2)),
        "domain": ((-2, 2), (-1, 3)),
        "minimizers": ((0.0, 0.0),),
        "minimum": 0.0,
        "start": (1.0, 1.0),
    }
    return vg.Objective(**(given | changed))


WRONG_OBJECTIVES = [
    ({"gradient": lambda p: 3 * p}, "the gradient of 'bowl' agrees"),
    ({"hessian": lambda p: np.broadcast_to(np.eye(2), (*p.shape, 2))}, "the Hessian of 'bowl' agrees"),
    ({"value": lambda p: (p**2).sum()}, "the value of 'bowl' has the shape"),
    ({"value": lambda p: np.log(-(p**2).sum(axis=-1))}, "warns"),
    ({"minimum": 1.0}, "not 1.0"),
    ({"start": (9.0, 0.0)}, "outside its domain"),
]


@pytest.mark.parametrize(("changed", "said"), WRONG_OBJECTIVES, ids=[row[1] for row in WRONG_OBJECTIVES])
def test_a_wrong_objective_is_found_out(changed, said):
    check_objective(bowl())
    with pytest.raises(AssertionError, match=said):
        check_objective(bowl(**changed))
