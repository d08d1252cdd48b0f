"""An objective made by hand."""

import numpy as np
import pytest

from vizgd.base.errors import UsageError
from vizgd.objectives.lookup import objective_from
from vizgd.objectives.objective import Objective

BOWL = {
    "value": lambda p: (p**2).sum(axis=-1),
    "gradient": lambda p: 2 * p,
    "domain": ((-1.0, 1.0), (-1.0, 1.0)),
}


def test_value_gradient_and_domain_are_all_it_needs():
    bowl = Objective("bowl", **BOWL)
    assert bowl.hessian is None
    assert bowl.dimension == 2
    assert objective_from(bowl) is bowl


@pytest.mark.parametrize("wrong", [{"gradient": None}, {"value": "x**2"}, {"hessian": np.eye(2)}])
def test_what_is_no_function_is_refused(wrong):
    with pytest.raises(UsageError, match=next(iter(wrong))) as caught:
        Objective("bowl", **(BOWL | wrong))
    assert len(str(caught.value).splitlines()) <= 4


@pytest.mark.parametrize(
    "domain", [5, (-1, 1), [(1, -1)], [(0, np.inf)], [("a", "b")], [(0, 1, 2)], [], None]
)
def test_a_domain_is_a_pair_for_each_coordinate(domain):
    with pytest.raises(UsageError, match="domain of 'bowl'"):
        Objective("bowl", **(BOWL | {"domain": domain}))


def test_a_domain_may_be_an_array():
    assert Objective("bowl", **(BOWL | {"domain": np.array([[-1, 1], [0, 2]])})).domain == ((-1, 1), (0, 2))


def test_it_says_in_one_line_what_it_is():
    assert repr(objective_from("rosenbrock")) == "<Objective 'rosenbrock' of x, y>"
