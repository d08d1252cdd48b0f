"""The losses of a recorded run are those that the model had at each step, while it was trained."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
import torch

import vizgd as vg
from vizgd.base.errors import UsageError
from vizgd.nn import Recorder, recorder

from .test_recorder import data, full_loss, model

functional = torch.nn.functional


def deep():
    torch.manual_seed(1)
    return torch.nn.Sequential(
        torch.nn.Linear(3, 6), torch.nn.BatchNorm1d(6), torch.nn.Tanh(), torch.nn.Linear(6, 1)
    )


def trained(module, optimizer, steps=12, *, loss=None, before=int, after=int):
    """Train, and return the full loss before and after each step, asked in the way that is asked later."""
    inputs, targets = data()
    asked = full_loss(module) if loss is None else loss

    def true():
        held = copy.deepcopy(module.state_dict()), torch.get_rng_state()
        with torch.no_grad():
            value = float(asked())
        module.load_state_dict(held[0])
        torch.set_rng_state(held[1])
        return value

    losses = [true()]
    for step in range(steps):
        before(step)
        module.train()
        batch = torch.arange(8) + 8 * (step % 3)
        optimizer.zero_grad()
        functional.binary_cross_entropy_with_logits(module(inputs[batch])[:, 0], targets[batch]).backward()
        optimizer.step()
        after(step)
        losses.append(true())
    return np.array(losses)


def judged(module):
    ask = full_loss(module)

    def loss():
        module.eval()
        return ask()

    return loss


def test_running_averages_are_those_of_each_iterate():
    module = deep()
    optimizer = torch.optim.Adam(module.parameters(), lr=0.05)
    recording = Recorder(module, optimizer)
    losses = trained(module, optimizer, loss=judged(module))
    objective = recording.objective(judged(module))
    run = recording.trajectory(objective)
    np.testing.assert_allclose(run.losses, losses, rtol=1e-6)
    # The landscape is that of the end of training: there both are one, and at the start they are not.
    assert objective.value(run.iterates[-1]) == pytest.approx(losses[-1], rel=1e-6)
    assert abs(objective.value(run.iterates[0]) - losses[0]) > 1e-3


def test_a_layer_that_is_thawed_was_frozen_before():
    module = deep()
    module[0].requires_grad_(False)
    optimizer = torch.optim.SGD([p for p in module.parameters() if p.requires_grad], lr=0.3)
    recording = Recorder(module, optimizer)

    def thaw(step):
        if step == 5:
            module[0].requires_grad_(True)
            optimizer.add_param_group({"params": module[0].parameters()})

    early = recording.objective(judged(module))
    losses = trained(module, optimizer, loss=judged(module), before=thaw)
    run = recording.trajectory(recording.objective(judged(module)))
    np.testing.assert_allclose(run.losses, losses, rtol=1e-6)
    assert run.iterates.shape[1] == sum(p.numel() for p in module.parameters())
    assert np.ptp(run.iterates[:6, :24], axis=0).max() == 0
    assert (np.ptp(run.iterates[5:, :18], axis=0) > 0).all()
    assert (run.gradients[:5, :24] == 0).all()
    with pytest.raises(UsageError, match=r"(?s)thawed.*after training"):
        recording.trajectory(early)


def test_what_changes_without_an_optimizer_is_recorded_too():
    module = torch.nn.ModuleDict({"student": model(normalized=False), "teacher": model(normalized=False)})
    module["teacher"].requires_grad_(False)
    optimizer = torch.optim.SGD(module["student"].parameters(), lr=0.5)
    recording = Recorder(module, optimizer)
    inputs, targets = data()

    def averaged(step):
        del step
        for old, new in zip(module["teacher"].parameters(), module["student"].parameters(), strict=True):
            old.data.mul_(0.9).add_(new.data, alpha=0.1)

    def loss():
        return functional.binary_cross_entropy_with_logits(module["teacher"](inputs)[:, 0], targets)

    losses = [loss().item()]
    for step in range(6):
        optimizer.zero_grad()
        full_loss(module["student"])().backward()
        averaged(step)
        optimizer.step()
        losses.append(loss().item())
    run = recording.trajectory(recording.objective(loss))
    np.testing.assert_allclose(run.losses, losses, rtol=1e-6)


def test_a_parameter_beside_the_model_is_recorded_when_the_optimizer_gets_it():
    module, scale = model(normalized=False), torch.nn.Parameter(torch.tensor(1.0))
    optimizer = torch.optim.SGD(module.parameters(), lr=0.5)
    recording = Recorder(module, optimizer)
    inputs, targets = data()

    def loss():
        return functional.binary_cross_entropy_with_logits(scale * module(inputs)[:, 0], targets)

    losses = [loss().item()]
    for step in range(6):
        if step == 2:
            optimizer.add_param_group({"params": [scale]})
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()
        losses.append(loss().item())
    run = recording.trajectory(recording.objective(loss))
    np.testing.assert_allclose(run.losses, losses, rtol=1e-6)
    assert run.iterates.shape[1] == 27


def test_a_model_that_grows_cannot_be_one_landscape():
    module = model(normalized=False)
    optimizer = torch.optim.SGD(module.parameters(), lr=0.5)
    recording = Recorder(module, optimizer)
    trained(module, optimizer, 2)
    module.append(torch.nn.Linear(1, 1))
    optimizer.add_param_group({"params": module[-1].parameters()})
    trained(module, optimizer, 2)
    with pytest.raises(UsageError, match=r"new parameter, 3\.weight"):
        recording.trajectory(recording.objective(full_loss(module)))


@pytest.mark.parametrize("steps", [20, 23, 38])
def test_every_second_iterate_that_is_dropped_takes_its_buffers_along(steps, monkeypatch):
    monkeypatch.setattr(recorder, "MOST_BYTES", 3000)
    module = deep()
    optimizer = torch.optim.SGD(module.parameters(), lr=0.1)
    recording = Recorder(module, optimizer)
    losses = trained(module, optimizer, steps, loss=judged(module))
    run = recording.trajectory(recording.objective(judged(module)))
    assert run.every in (4, 8)
    np.testing.assert_allclose(run.losses, losses[run.iterations], rtol=1e-6)
    again = recording.trajectory(recording.objective(judged(module)))
    np.testing.assert_array_equal(again.iterates, run.iterates)
    np.testing.assert_array_equal(again.gradients, run.gradients)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float64])
def test_any_precision_is_kept_as_it_is(dtype):
    module = model(normalized=False).to(dtype)
    optimizer = torch.optim.SGD(module.parameters(), lr=0.5)
    recording = Recorder(module, optimizer)
    inputs, targets = data()

    def loss():
        return functional.mse_loss(module(inputs.to(dtype))[:, 0], targets.to(dtype))

    losses, points = (
        [loss().item()],
        [[v for p in module.parameters() for v in p.detach().flatten().tolist()]],
    )
    for _ in range(4):
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()
        losses.append(loss().item())
        points.append([v for p in module.parameters() for v in p.detach().flatten().tolist()])
    run = recording.trajectory(recording.objective(loss))
    np.testing.assert_array_equal(run.losses, losses)
    np.testing.assert_array_equal(run.iterates, points)
    assert run.iterates.dtype == (np.float64 if dtype == torch.float64 else np.float32)


@pytest.mark.filterwarnings("ignore:Sparse invariant checks")
@pytest.mark.parametrize("kind", [torch.optim.SGD, torch.optim.SparseAdam, torch.optim.Adagrad])
def test_sparse_gradients_are_taken(kind):
    torch.manual_seed(0)
    module = torch.nn.EmbeddingBag(20, 4, sparse=True)
    words, targets = torch.arange(12).reshape(3, 4) % 5, torch.randn(3, 4)
    optimizer = kind(module.parameters(), lr=0.1)
    recording = Recorder(module, optimizer)

    def loss():
        return functional.mse_loss(module(words), targets)

    losses, gradients = [loss().item()], []
    for _ in range(4):
        optimizer.zero_grad()
        loss().backward()
        gradients.append(module.weight.grad.to_dense().numpy().ravel())
        optimizer.step()
        losses.append(loss().item())
    objective = recording.objective(loss)
    run = recording.trajectory(objective)
    np.testing.assert_allclose(run.losses, losses, rtol=1e-6)
    np.testing.assert_allclose(run.gradients[:-1], gradients, rtol=1e-6)
    assert (run.gradients[-1] != 0).sum() == 20


def logged(module, optimizer, where, *, every=1, micro=1, skip=()):
    """Train with losses that the loop logs, and return those, by the parameters that they are of."""
    inputs, targets = data()
    recording = Recorder(module, optimizer, every=every)
    losses = []
    for step in range(7):
        optimizer.zero_grad()
        parts = []
        for part in range(micro):
            batch = torch.arange(4) + 4 * ((step + part) % 3)
            loss = functional.binary_cross_entropy_with_logits(module(inputs[batch])[:, 0], targets[batch])
            loss.backward()
            parts.append(loss.item())
            if where == "before" or part < micro - 1:
                recording.log(loss)
        if step not in skip:
            optimizer.step()
        if where == "after":
            with torch.no_grad():
                module(inputs)  # what is asked for validation has nothing to do with it
            recording.log(parts[-1])
        losses.append(np.mean(parts))
    return recording, losses


@pytest.mark.parametrize("where", ["before", "after"])
@pytest.mark.parametrize("micro", [1, 3])
def test_losses_that_the_loop_logs_are_the_losses(where, micro):
    module = model(normalized=False)
    recording, losses = logged(module, torch.optim.SGD(module.parameters(), lr=0.5), where, micro=micro)
    run = recording.trajectory()
    assert run.steps == 6  # the loop has no loss of the last parameters
    np.testing.assert_allclose(run.losses, losses, rtol=1e-6)
    assert len(run.gradients) == 7


@pytest.mark.parametrize("where", ["before", "after"])
def test_a_loss_whose_step_was_skipped_is_of_the_same_parameters_as_the_next(where):
    module = model(normalized=False)
    recording, losses = logged(module, torch.optim.SGD(module.parameters(), lr=0.5), where, skip=(0, 3))
    expected = [np.mean(losses[:2]), losses[2], np.mean(losses[3:5]), *losses[5:]]
    np.testing.assert_allclose(recording.trajectory().losses, expected, rtol=1e-6)


def test_a_model_of_which_only_parts_are_called_is_logged_as_well():
    for late in (False, True):
        module = model(normalized=False)
        optimizer = torch.optim.SGD(module.parameters(), lr=0.5)
        recording = Recorder(module, optimizer)
        inputs, targets = data()
        losses = []
        for _ in range(4):
            optimizer.zero_grad()
            loss = functional.mse_loss(module[2](module[1](module[0](inputs)))[:, 0], targets)
            loss.backward()
            losses.append(loss.item())
            if late:
                optimizer.step()
            recording.log(loss)
            if not late:
                optimizer.step()
        np.testing.assert_allclose(recording.trajectory().losses, losses, rtol=1e-6)


def test_losses_that_are_not_known_are_not_made_up():
    module = model(normalized=False)
    optimizer = torch.optim.SGD(module.parameters(), lr=0.5)
    recording = Recorder(module, optimizer)
    trained(module, optimizer, 3)
    with pytest.raises(UsageError, match=r"(?s)not known.*recorder\.log"):
        recording.trajectory()
    recording.log(1.0)
    with pytest.raises(UsageError, match=r"not known|no loss was logged"):
        recording.trajectory()
    with pytest.raises(UsageError, match="expected one number"):
        recording.log(torch.zeros(3))


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
    losses = trained(module, optimizer, 5)
    run = recording.trajectory(recording.objective(full_loss(module)))
    np.testing.assert_allclose(run.losses, losses, rtol=1e-6)
    recording.close()
    trained(module, optimizer, 2)
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
    jax, optax = pytest.importorskip("jax"), pytest.importorskip("optax")
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


@pytest.mark.parametrize("logged", [True, False])
def test_losses_of_mini_batches_are_called_so_in_pictures_and_files(logged, tmp_path):
    import torch

    import vizgd as vg
    from vizgd.films.look import look_for
    from vizgd.films.order import storyboard_of

    model = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Linear(2, 1)).double()
    inputs, optimizer = torch.randn(10, 2, dtype=torch.float64), torch.optim.SGD(model.parameters(), lr=0.01)
    recorder = vg.nn.Recorder(model, optimizer)
    for _ in range(4):
        optimizer.zero_grad()
        loss = model(inputs).square().mean()
        loss.backward()
        recorder.log(loss)
        optimizer.step()
    objective = recorder.objective(lambda: model(inputs).square().mean())
    run = vg.Run(recorder.trajectory(None if logged else objective), label="SGD")
    comparison = vg.Comparison(title="", objective=objective, runs=[run])
    with pytest.warns(UserWarning, match="only charts"):  # a model is not saved
        vg.save(comparison, tmp_path / "run.npz")
    again = vg.load(tmp_path / "run.npz")
    assert again.runs[0].trajectory.batch_losses == logged
    shown = repr(storyboard_of(comparison, look_for("png")))
    assert ("mini-batch loss" in shown) == logged


def test_a_run_in_single_precision_comes_back_bit_for_bit(tmp_path):
    torch.manual_seed(0)
    model = torch.nn.Linear(2, 1)
    inputs, optimizer = torch.randn(10, 2), torch.optim.SGD(model.parameters(), lr=0.01)
    recorder = vg.nn.Recorder(model, optimizer)
    for _ in range(3):
        optimizer.zero_grad()
        model(inputs).square().mean().backward()
        optimizer.step()
    run = recorder.trajectory(recorder.objective(lambda: model(inputs).square().mean()))
    loaded = vg.load(vg.save(run, tmp_path / "run.npz")).runs[0].trajectory
    assert loaded.iterates.dtype == run.iterates.dtype == np.float32
    np.testing.assert_array_equal(loaded.iterates, run.iterates)
