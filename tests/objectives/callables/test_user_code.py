"""An error in a function of the user's: its last line and its place, wherever it happens."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import torch

import vizgd as vg
from vizgd.comparisons.resolving import record_comparison, resolved
from vizgd.objectives.callables.user_code import FunctionError
from vizgd.objectives.lookup import objective_from
from vizgd.objectives.objective import Objective
from vizgd.storyboard.look import Look
from vizgd.storyboard.planning import plan
from vizgd.views.view import View

BOX = [(-3, 3), (-3, 3)]


def with_a_key(x, y):
    return {}["rate"] * x * y


def beyond_two(p):
    if np.max(p) > 2:
        raise RuntimeError("the table ends at 2")
    return np.sum((p - 3) ** 2)


def in_torch(p):
    return torch.sum(p**2) + undefined_name  # noqa: F821


def helper(x):
    return x.no_such_method()


def through_a_helper(x, y):
    return helper(x) + y


def of_wrong_shapes(p):
    return np.sum(np.ones((3, 3)) @ p)


def of_other_arguments(x, y, *, scale):
    return scale * x * y


def checked(error, kind, source, name):
    text = str(error)
    assert isinstance(error, FunctionError)
    assert len(text.splitlines()) <= 4
    assert kind in text
    assert f"test_user_code.py, line {line_of(source)}, in {name}" in text
    assert source in text.splitlines()[2]


def line_of(source):
    lines = Path(__file__).read_text(encoding="utf-8").splitlines()
    return 1 + next(number for number, line in enumerate(lines) if line.strip().startswith(source))


@pytest.mark.parametrize(
    ("function", "kind", "source", "name"),
    [
        (with_a_key, "KeyError: 'rate'", 'return {}["rate"]', "with_a_key"),
        (in_torch, "NameError: name 'undefined_name' is not defined", "return torch.sum", "in_torch"),
        (through_a_helper, "has no attribute 'no_such_method'", "return x.no_such_method()", "helper"),
        (of_wrong_shapes, "ValueError: matmul", "return np.sum(np.ones((3, 3)) @ p)", "of_wrong_shapes"),
    ],
)
def test_an_error_shows_its_last_line_its_place_and_its_source(function, kind, source, name):
    with pytest.raises(vg.UsageError) as caught:
        objective_from(function, domain=BOX)
    checked(caught.value, kind, source, name)


def test_a_call_that_python_refuses_is_told_although_it_has_no_line():
    with pytest.raises(vg.UsageError, match=r"TypeError: .*missing 1 required"):
        objective_from(of_other_arguments, domain=BOX)


@pytest.mark.parametrize(
    "optimizer", [vg.GradientDescent(0.1), "BFGS", "Nelder-Mead", torch.optim.SGD], ids=str
)
def test_an_error_on_the_way_is_told_the_same(optimizer):
    optimizer = vg.Torch(torch.optim.SGD, lr=0.1) if optimizer is torch.optim.SGD else optimizer
    objective = objective_from(beyond_two, domain=[(-1, 1), (-1, 1)])
    with pytest.raises(vg.UsageError) as caught:
        vg.record(objective, optimizer, start=(0.0, 0.5), steps=50)
    checked(caught.value, "RuntimeError: the table ends at 2", 'raise RuntimeError("the', "beyond_two")


def test_an_error_while_planning_is_told_the_same(tmp_path):
    comparison = vg.Comparison(
        "Table", objective_from(beyond_two, domain=[(-1, 1), (-1, 1)]),
        [vg.Run(vg.GradientDescent(0.01), start=(0.0, 0.5))], steps=3, domain=BOX,
    )  # fmt: skip
    record_comparison(comparison)
    with pytest.raises(vg.UsageError) as caught:
        vg.render(comparison, tmp_path / "table.png", size=(320, 180))
    checked(caught.value, "RuntimeError: the table ends at 2", 'raise RuntimeError("the', "beyond_two")


def vectorized(points):
    return np.sum(points**2, axis=-1) / missing  # noqa: F821


@pytest.mark.parametrize("what", ["value", "gradient"])
def test_an_error_in_an_objectives_own_function_is_told_the_same(what):
    functions = {"value": lambda p: np.sum(p**2, axis=-1), "gradient": lambda p: 2 * p} | {what: vectorized}
    objective = Objective("own", **functions, domain=tuple(BOX))
    with pytest.raises(vg.UsageError) as caught:
        vg.record(objective, vg.GradientDescent(0.1), start=(1.0, 1.0), steps=3)
    checked(caught.value, "NameError: name 'missing' is not defined", "return np.sum(points**2", "vectorized")
    assert f"the {what} of 'own'" in str(caught.value)


FILE = """
def loss(x, y):
    if x < {limit}:
        return [x, y][5]
    return x**2 + y**2
"""


@pytest.mark.parametrize("limit", [100, -1.4])
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_error_in_the_code_of_a_comparison_file_is_told_the_same(tmp_path, limit, jobs):
    (tmp_path / "mine.py").write_text(FILE.format(limit=limit))
    text = (
        'title = "Mine"\nobjective = "mine:loss"\nsteps = 5\nruns = [{optimizer = "adam", start = [1, 1]}]\n'
    )
    for name in ("one", "two"):
        (tmp_path / f"{name}.toml").write_text(text)
    command = [sys.executable, "-m", "vizgd", "render", "one.toml", "two.toml", "--allow-code", "-f", "png"]
    done = subprocess.run(
        [*command, "--jobs", jobs, "-q", "l"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode in (1, 2)
    assert "IndexError: list index out of range" in done.stderr
    assert "mine.py, line 4, in loss" in done.stderr
    assert "return [x, y][5]" in done.stderr
    assert "Traceback" not in done.stderr


class _Count(NamedTuple):
    count: int


@dataclass(frozen=True)
class _Faulty(vg.Optimizer):
    learning_rate: float = 0.1

    def init(self, params):  # noqa: ARG002
        return _Count(0)

    def terms(self, gradient, state, params, *, hessian=None):  # noqa: ARG002
        if state.count == 2:
            raise ValueError("of my own")
        return {"learning_rate": 0.1, "step": -0.1 * gradient, "count": state.count + 1}


@dataclass(frozen=True)
class _Blind(View):
    def study(self, subject):
        return [subject.trajectories[5]]


def _failing(count):
    return 1 / (count - 3)


@pytest.mark.parametrize(
    ("runs", "views", "said", "line"),
    [
        (
            [_Faulty()],
            [],
            "the run cannot be recorded: ValueError: of my own",
            'raise ValueError("of my own")',
        ),
        ([_Faulty(), _Faulty(0.2)], [], "ValueError: of my own", 'raise ValueError("of my own")'),
        (
            [vg.GradientDescent(learning_rate=_failing)],
            [],
            "the schedule cannot be computed at step 3: ZeroDivisionError",
            "return 1 / (count - 3)",
        ),
        (
            [vg.GradientDescent(learning_rate=0.1)],
            [_Blind()],
            "the view cannot be drawn: IndexError",
            "return [subject.trajectories[5]]",
        ),
    ],
    ids=["optimizer", "optimizers", "schedule", "view"],
)
def test_an_error_of_an_optimizer_a_schedule_or_a_view_of_the_users_is_told_with_its_line(
    runs, views, said, line
):
    comparison = vg.Comparison(
        "t", "x**2 + y**2", [vg.Run(one, (1, 1)) for one in runs], steps=6, views=views
    )
    with pytest.raises(FunctionError) as told:
        plan(resolved(comparison), Look())
    assert said in told.value.what
    assert Path(__file__).name in told.value.where
    assert line in str(told.value)


@pytest.mark.parametrize("returned", [None, "0.1", [], object()])
def test_a_schedule_that_returns_no_number_is_refused(returned):
    descent = vg.GradientDescent(learning_rate=lambda _: returned)
    with pytest.raises(vg.UsageError, match=r"the schedule returned .* at step 0"):
        vg.record("x**2", descent, start=1.0)
