"""Models and optimizers that are not bare ones of PyTorch: followed, or told their route."""

from __future__ import annotations

import copy
import pickle

import jax
import numpy as np
import optax
import pytest
import torch

import vizgd as vg
from vizgd.base.errors import UsageError
from vizgd.nn import Recorder

from .models import data, full_loss, model, trained_losses


def test_a_recorded_model_can_be_copied_and_pickled():
    module = model()
    Recorder(module, torch.optim.SGD(module.parameters(), lr=0.5))
    for other in (copy.deepcopy(module), pickle.loads(pickle.dumps(module))):
        assert torch.equal(other[0].weight, module[0].weight)
        other(data()[0])


def test_an_optimizer_around_another_is_followed_to_the_end_of_its_step():
    class Lookahead(torch.optim.Optimizer):
        def __init__(self, optimizer):
            self.optimizer = optimizer
            self.param_groups = optimizer.param_groups
            self.slow = [p.detach().clone() for g in self.param_groups for p in g["params"]]

        def step(self, closure=None):
            self.optimizer.step(closure)
            with torch.no_grad():
                for slow, p in zip(self.slow, self.param_groups[0]["params"], strict=True):
                    p.lerp_(slow, 0.5)

        def zero_grad(self):
            self.optimizer.zero_grad()

    module = model(normalized=False)
    optimizer = Lookahead(torch.optim.SGD(module.parameters(), lr=0.5))
    recording = Recorder(module, optimizer)
    losses = trained_losses(module, optimizer, 5)
    run = recording.trajectory(recording.objective(full_loss(module)))
    np.testing.assert_allclose(run.losses, losses, rtol=1e-6)
    recording.close()
    trained_losses(module, optimizer, 2)
    assert recording.trajectory(recording.objective(full_loss(module))).steps == 5


@pytest.mark.parametrize(
    ("package", "words"),
    [("flax.linen", "vg.Optax"), ("optax._src", "vg.Optax"), ("keras.src", "Trajectory")],
)
def test_models_of_other_libraries_are_told_their_route(package, words):
    guest = type("Model", (), {"__module__": package})()
    with pytest.raises(UsageError, match=words) as caught:
        Recorder(guest, None)
    assert len(str(caught.value).splitlines()) <= 4
    module = model()
    with pytest.raises(UsageError, match=words):
        Recorder(module, guest)


def test_the_route_for_flax_works():
    params = {"kernel": jax.numpy.array([[0.3], [-0.2]]), "bias": jax.numpy.zeros(1)}
    start, unravel = jax.flatten_util.ravel_pytree(params)
    inputs, targets = jax.numpy.array([[1.0, 2.0], [3.0, 1.0]]), jax.numpy.array([1.0, 0.0])

    def loss(flat):
        tree = unravel(flat)
        return jax.numpy.mean((jax.numpy.tanh(inputs @ tree["kernel"] + tree["bias"])[:, 0] - targets) ** 2)

    domain = [(-3, 3)] * 3
    run = vg.record(
        vg.objective_from(loss, domain=domain), vg.Optax(optax.adam(0.01)), start=start.tolist(), steps=5
    )
    assert run.losses[-1] < run.losses[0]
