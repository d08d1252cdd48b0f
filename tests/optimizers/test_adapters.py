"""What stands for an optimizer, in any process, and how it is told from another."""

from __future__ import annotations

import functools
import subprocess
import sys

import cloudpickle
import numpy as np
import optax
import pytest
import torch
from torch.optim.lr_scheduler import StepLR

import vizgd as vg
from vizgd.base.hashing import fingerprint
from vizgd.optimizers.adapters import optimizer_from

START = (3.0, 2.0)


class Own(torch.optim.Optimizer):
    """As a user writes one."""

    def __init__(self, params, lr=0.1):
        super().__init__(params, {"lr": lr})

    @torch.no_grad()
    def step(self, closure=None):
        del closure
        for params in self.param_groups[0]["params"]:
            params -= self.signed(self.param_groups[0]["lr"], params.grad)

    @staticmethod
    def signed(rate, gradient):
        return rate * gradient.sign()


def step(params, gradient):
    return params - 0.1 * gradient


def given():
    """One of each kind, each with other settings than the others."""
    return [
        vg.Adam(0.1),
        "BFGS",
        "CG",
        vg.Scipy("CG", {"gtol": 1e-3}),
        step,
        lambda params, gradient: params - 0.2 * gradient,
        torch.optim.Adam,
        torch.optim.AdamW,
        functools.partial(torch.optim.Adam, lr=0.1),
        vg.Torch(torch.optim.Adam, lr=0.2),
        vg.Torch(torch.optim.SGD, lr=0.1, scheduler=lambda optimizer: StepLR(optimizer, 3)),
        vg.Torch(torch.optim.SGD, lr=0.1, scheduler=lambda optimizer: StepLR(optimizer, 4)),
        Own,
        vg.Torch(Own, lr=0.2),
        optax.adam(0.1),
        optax.adam(0.2),
        optax.adam(0.1, b1=0.8),
        optax.adamw(0.1),
        optax.chain(optax.clip(1.0), optax.adam(0.1)),
        optax.chain(optax.clip(2.0), optax.adam(0.1)),
        optax.sgd(optax.cosine_decay_schedule(0.1, 10)),
        optax.sgd(optax.cosine_decay_schedule(0.1, 20)),
        optax.polyak_sgd(),
        vg.Optax(optax.adam, learning_rate=0.1),
    ]


def test_optimizers_that_differ_in_anything_make_other_films():
    marks = [fingerprint(optimizer_from(one)) for one in given()]
    assert len(set(marks)) == len(marks)
    assert marks == [fingerprint(optimizer_from(one)) for one in given()]


@pytest.mark.parametrize("index", range(len(given())))
def test_a_run_survives_the_way_to_another_process(index):
    run = vg.Run(given()[index], START)
    copy = cloudpickle.loads(cloudpickle.dumps(run))
    assert copy.optimizer.label == run.optimizer.label
    np.testing.assert_array_equal(
        vg.record("x**2 + y**2", copy.optimizer, START, 3).iterates,
        vg.record("x**2 + y**2", run.optimizer, START, 3).iterates,
    )


@pytest.mark.parametrize("thing", [vg.Adam, None, 3, [vg.Adam()]])
def test_what_stands_for_no_optimizer_is_refused(thing):
    with pytest.raises(vg.UsageError, match="is not an optimizer"):
        vg.record("x**2 + y**2", thing, START, 3)


def test_to_find_out_what_something_is_loads_no_library():
    code = (
        "import sys, vizgd as vg;"
        "from vizgd.optimizers.adapters import optimizer_from;"
        "vg.Run(vg.Adam(0.1)), vg.Run(lambda p, g: p), vg.Run('BFGS');"
        "print({'torch', 'optax', 'jax', 'scipy', 'autograd'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize(
    ("library", "make"),
    [("torch", lambda: vg.Torch(step)), ("optax", lambda: vg.Optax(step)), ("jax", lambda: vg.Optax(step))],
)
def test_a_library_that_is_missing_is_told_with_the_line_that_installs_it(library, make, monkeypatch):
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(vg.MissingDependency, match=r"pip install 'vizgd\[(torch|optax)\]'") as caught:
        vg.record("x**2 + y**2", make(), START, 3)
    assert caught.value.exit_code == 3
