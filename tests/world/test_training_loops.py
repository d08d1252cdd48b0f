"""The recorder in the loops that people have: of Lightning, Accelerate and Hugging Face, as they are.

The models are small and random: nothing is downloaded. The judge is the model itself, asked after each step.
"""

from __future__ import annotations

import copy
import itertools

import accelerate
import lightning
import numpy as np
import pytest
import torch
import torch._dynamo.testing
import transformers

from vizgd.nn import Recorder

functional = torch.nn.functional


def examples(count=24):
    generator = torch.Generator().manual_seed(0)
    inputs = torch.randn(count, 3, generator=generator)
    return inputs, (inputs[:, :1] * inputs[:, 1:2] > 0).float()


def network():
    torch.manual_seed(1)
    return torch.nn.Sequential(
        torch.nn.Linear(3, 5), torch.nn.BatchNorm1d(5), torch.nn.Tanh(), torch.nn.Linear(5, 1)
    )


def batches():
    return torch.utils.data.DataLoader(torch.utils.data.TensorDataset(*examples()), batch_size=8)


def judged(module):
    """Return the loss over all examples as it is judged, in a mode of its own."""
    inputs, targets = examples()

    def loss():
        training = module.training
        module.eval()
        try:
            return functional.binary_cross_entropy_with_logits(module(inputs), targets)
        finally:
            module.train(training)

    return loss


def now(module, loss):
    """Return the parameters and the loss, as they are."""
    with torch.no_grad():
        value = loss().item()
    return torch.nn.utils.parameters_to_vector(module.parameters()).detach().clone().numpy(), value


class Told(lightning.LightningModule):
    """A module that trains automatically or by hand, and asks for its loss after each step."""

    def __init__(self, *, automatic):
        super().__init__()
        self.automatic_optimization = automatic
        self.net, self.seen = network(), []

    def configure_optimizers(self):
        return torch.optim.Adam(self.net.parameters(), lr=0.05)

    def on_train_start(self):
        self.recorder = Recorder(self.net, self.optimizers())
        self.seen.append(now(self.net, judged(self.net)))

    def training_step(self, batch, _index):
        loss = functional.binary_cross_entropy_with_logits(self.net(batch[0]), batch[1])
        self.recorder.log(loss)
        if not self.automatic_optimization:
            optimizer = self.optimizers()
            optimizer.zero_grad()
            self.manual_backward(loss)
            optimizer.step()
        return loss

    def on_train_batch_end(self, *_):
        self.seen.append(now(self.net, judged(self.net)))


@pytest.mark.filterwarnings("ignore")  # they are about the number of workers, and the like
@pytest.mark.parametrize("automatic", [True, False])
def test_lightning(automatic, tmp_path):
    module = Told(automatic=automatic)
    lightning.Trainer(
        max_epochs=3,
        accelerator="cpu",
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        gradient_clip_val=0.5 if automatic else None,
        default_root_dir=tmp_path,
    ).fit(module, batches())
    check(module.recorder, module.net, judged(module.net), module.seen, steps=9)
    assert module.recorder.trajectory().steps == 8  # of the last parameters the loop has no loss


def check(recorder, module, loss, seen, steps):
    run = recorder.trajectory(recorder.objective(loss))
    assert run.steps == steps
    np.testing.assert_array_equal(run.iterates, [point for point, _ in seen])
    np.testing.assert_allclose(run.losses, [value for _, value in seen], rtol=1e-6)
    before = copy.deepcopy(module.state_dict())
    recorder.objective(loss).gradient(run.iterates[0])
    assert all(torch.equal(before[name], tensor) for name, tensor in module.state_dict().items())


@pytest.mark.parametrize("accumulated", [1, 3])
@pytest.mark.parametrize("precision", ["no", "bf16"])
@pytest.mark.filterwarnings("ignore")
def test_accelerate(accumulated, precision):
    accelerate.state.AcceleratorState._reset_state(reset_partial_state=True)  # it is one of a process
    accelerator = accelerate.Accelerator(
        cpu=True, gradient_accumulation_steps=accumulated, mixed_precision=precision
    )
    module = network()
    module, optimizer, loader = accelerator.prepare(
        module, torch.optim.AdamW(module.parameters(), lr=0.05), batches()
    )
    recorder = Recorder(module, optimizer)
    seen, losses = [now(module, judged(module))], []
    for _ in range(3):
        for inputs, targets in loader:
            with accelerator.accumulate(module):
                loss = functional.binary_cross_entropy_with_logits(module(inputs), targets)
                recorder.log(loss)
                losses.append(loss.item())
                accelerator.backward(loss)
                optimizer.step()
                optimizer.zero_grad()
            if accelerator.sync_gradients:
                seen.append(now(module, judged(module)))
    check(recorder, module, judged(module), seen, steps=9 // accumulated)
    means = np.mean(np.reshape(losses, (-1, accumulated)), axis=1)
    np.testing.assert_allclose(recorder.trajectory().losses, means, rtol=1e-6)


def test_steps_that_a_scaler_skips_are_none():
    module = network()
    optimizer = torch.optim.SGD(module.parameters(), lr=0.1)
    scaler = torch.amp.GradScaler("cpu", init_scale=2.0**127)
    recorder = Recorder(module, optimizer)
    inputs, targets = examples()
    seen = [now(module, judged(module))]
    for _ in range(30):
        optimizer.zero_grad()
        scaler.scale(functional.binary_cross_entropy_with_logits(module(inputs), targets) * 10).backward()
        scaler.step(optimizer)
        scaler.update()
        seen.append(now(module, judged(module)))
    moved = [seen[0]] + [
        later for earlier, later in itertools.pairwise(seen) if (later[0] != earlier[0]).any()
    ]
    assert 1 < len(moved) < 31
    points = recorder.trajectory(recorder.objective(judged(module))).iterates
    np.testing.assert_array_equal(points, [point for point, _ in moved])


class Watching(transformers.TrainerCallback):
    def __init__(self, loss):
        self.loss, self.seen, self.recorder = loss, [], None

    def on_train_begin(self, *_, model=None, optimizer=None, **__):
        self.recorder = Recorder(model, optimizer)
        self.seen.append(now(model, lambda: self.loss(model)))

    def on_step_end(self, *_, model=None, **__):
        self.seen.append(now(model, lambda: self.loss(model)))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("accumulated", [1, 2])
def test_hugging_face(accumulated, tmp_path):
    torch.manual_seed(0)
    config = transformers.GPT2Config(
        vocab_size=20, n_positions=8, n_embd=8, n_layer=1, n_head=2, bos_token_id=0, eos_token_id=0
    )
    model = transformers.GPT2LMHeadModel(config)
    words = torch.randint(0, 20, (16, 8), generator=torch.Generator().manual_seed(0))

    def loss(model):
        training = model.training
        model.eval()
        try:
            return model(input_ids=words, labels=words).loss
        finally:
            model.train(training)

    watching = Watching(loss)
    transformers.Trainer(
        model,
        transformers.TrainingArguments(
            output_dir=str(tmp_path),
            max_steps=4,
            per_device_train_batch_size=4,
            gradient_accumulation_steps=accumulated,
            learning_rate=0.01,
            use_cpu=True,
            report_to=[],
            save_strategy="no",
            disable_tqdm=True,
        ),
        train_dataset=[{"input_ids": row, "labels": row} for row in words],
        callbacks=[watching],
    ).train()
    check(watching.recorder, model, lambda: loss(model), watching.seen, steps=4)


def test_a_compiled_model_is_compiled_once():
    module = network()
    counted = torch._dynamo.testing.CompileCounter()
    optimizer = torch.optim.SGD(module.parameters(), lr=0.1)
    recorder = Recorder(module, optimizer)
    compiled = torch.compile(module, backend=counted, fullgraph=True)
    inputs, targets = examples()
    losses = []
    for _ in range(5):
        optimizer.zero_grad()
        loss = functional.binary_cross_entropy_with_logits(compiled(inputs), targets)
        loss.backward()
        optimizer.step()
        recorder.log(loss)
        losses.append(loss.item())
    assert counted.frame_count == 1
    np.testing.assert_allclose(recorder.trajectory().losses, losses, rtol=1e-6)
