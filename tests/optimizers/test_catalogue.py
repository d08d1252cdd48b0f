import inspect
import subprocess
import sys

import pytest

from vizgd.optimizers.catalogue import OPTIMIZERS, SCHEDULES
from vizgd.optimizers.interface import Method

LISTING = """
import sys
from vizgd.optimizers.catalogue import OPTIMIZERS, SCHEDULES
for table in (OPTIMIZERS, SCHEDULES):
    for name in table:
        assert table.summary(name), name
print([module for module in sys.modules if module.split(".")[0] in ("numpy", "scipy", "torch", "sympy")])
"""


def test_names_and_summaries_are_listed_without_importing_what_stands_behind_them():
    run = subprocess.run([sys.executable, "-c", LISTING], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_every_optimizer_of_the_field_is_there():
    assert list(OPTIMIZERS) == [
        "gradient-descent",
        "momentum",
        "nesterov",
        "adagrad",
        "rmsprop",
        "adadelta",
        "adam",
        "amsgrad",
        "adamw",
        "adamax",
        "nadam",
        "radam",
        "lion",
        "newton",
        "bfgs",
        "l-bfgs",
        "nonlinear-cg",
    ]


def test_every_schedule_of_the_field_is_there():
    assert set(SCHEDULES) == {
        "constant",
        "step-decay",
        "exponential",
        "inverse-time",
        "cosine",
        "linear-warmup",
        "one-cycle",
        "polynomial",
    }


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("lbfgs", "l-bfgs"),
        ("L_BFGS", "l-bfgs"),
        ("sgd", "gradient-descent"),
        ("Gradient Descent", "gradient-descent"),
        ("CG", "nonlinear-cg"),
        ("Adam", "adam"),
    ],
)
def test_names_are_found_however_they_are_spelled(typed, name):
    assert OPTIMIZERS.canonical(typed) == name
    assert OPTIMIZERS[typed] is OPTIMIZERS[name]


@pytest.mark.parametrize("name", list(OPTIMIZERS))
def test_every_optimizer_says_formula_and_reference(name):
    rule = OPTIMIZERS[name]
    assert issubclass(rule, Method)
    for part in ("θ ←", "References\n----------", "Examples\n--------", "Notes\n-----", ">>> "):
        assert part in inspect.getdoc(rule), part


@pytest.mark.parametrize("name", list(SCHEDULES))
def test_every_schedule_says_parameters_and_whose_convention_it_is(name):
    for part in ("Parameters\n----------", "Examples\n--------", "Notes\n-----", ">>> "):
        assert part in inspect.getdoc(SCHEDULES[name]), part
