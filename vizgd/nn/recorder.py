"""A recorder for a network that PyTorch trains: it hooks into the optimizer; the loop stays as it is."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vizgd.base.errors import UsageError
from vizgd.base.values import is_whole
from vizgd.nn.model_loss import ModelLoss
from vizgd.nn.tensor_history import TensorHistory, copy_of, flat_array, iterate_matrix, size_of
from vizgd.nn.torch_hooks import (
    CallHook,
    check_torch_model,
    check_torch_optimizer,
    hook_steps,
    unwrapped_optimizer,
)
from vizgd.objectives.objective import Array, Objective
from vizgd.recording.trajectory import Status, Trajectory

if TYPE_CHECKING:
    import torch

MOST_BYTES = 1 << 28
"""The limit for iterates and gradients; beyond it every second one is dropped, and no longer stored."""


class Recorder:
    """Keeps what a module is after each step of its optimizer: parameters, buffers, and the step's gradients.

    Parameters that several layers share count once. Those that are frozen count from the moment that they
    change, by the optimizer or otherwise, and what never changes is held once. Mixed precision, sparse
    gradients and steps that a scaler skips are supported.

    Parameters
    ----------
    model : torch.nn.Module
        On any device and of any floating type.
    optimizer : torch.optim.Optimizer
        The one that trains it, also as Accelerate or Lightning wrap it. A hook is put on its ``step``.
    every : int, default 1
        How many steps lie between two iterates that are kept. When what is kept fills 256 MiB, every second
        iterate is dropped and this is doubled.

    Raises
    ------
    UsageError
        When the model or the optimizer is none of torch's, or nothing can be trained.

    Examples
    --------
    >>> import torch, vizgd as vg
    >>> _ = torch.manual_seed(0)
    >>> model = torch.nn.Sequential(torch.nn.Linear(2, 4), torch.nn.Tanh(), torch.nn.Linear(4, 1))
    >>> inputs, targets = torch.randn(20, 2), torch.randn(20, 1)
    >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    >>> recorder = vg.nn.Recorder(model, optimizer)
    >>> for _ in range(5):
    ...     optimizer.zero_grad()
    ...     torch.nn.functional.mse_loss(model(inputs), targets).backward()
    ...     _ = optimizer.step()
    >>> objective = recorder.objective(lambda: torch.nn.functional.mse_loss(model(inputs), targets))
    >>> recorder.trajectory(objective).iterates.shape
    (6, 17)
    """

    def __init__(self, model: torch.nn.Module, optimizer: torch.optim.Optimizer, *, every: int = 1) -> None:
        check_torch_model(model)
        check_torch_optimizer(optimizer)
        if not is_whole(every) or every < 1:
            raise UsageError(f"every is {every!r}", why="expected a whole number of steps, at least 1")
        self._model, self._optimizer = model, unwrapped_optimizer(optimizer)
        self._known = {name for name, _ in model.named_parameters()}
        self._grown = ""
        self._histories = {name: TensorHistory(tensor) for name, tensor in self._tensors().items()}
        if not any(parameter.requires_grad for parameter in model.parameters()):
            raise UsageError(
                "there is nothing to record", why="no parameter of the model requires a gradient"
            )
        self.every = int(every)
        self._taken, self._count = 0, 1
        self._broken: int | None = None
        self._before: dict[str, Any] = {}
        self._gradients: list[dict[str, Any]] = []
        self._rates: list[float] = []
        self._logged: dict[int, list[float]] = {}
        self._late = False
        self._rows: tuple[Any, NDArray[Any]] = (None, np.empty((0, 0)))
        self._calls = CallHook()
        self._hooks = [
            hook_steps(self._optimizer, self._before_step, self._after_step),
            model.register_forward_pre_hook(self._calls).remove,
        ]

    def close(self) -> None:
        """Stop recording: remove the hooks."""
        for remove in self._hooks:
            remove()
        self._hooks = []

    def log(self, loss: Any) -> None:
        """Keep a loss that the training loop has, so that none has to be computed afterwards.

        Call it once a mini-batch, before or after ``optimizer.step()``. It belongs to the parameters with
        which the model was called last; of several for the same parameters, as where gradients are
        accumulated, the mean is kept. ``trajectory()`` has these losses, and pictures call them mini-batch
        losses.

        Parameters
        ----------
        loss : float or tensor of one number

        Raises
        ------
        UsageError
            When it is not one number.
        """
        try:
            number = float(loss.detach()) if hasattr(loss, "detach") else float(loss)
        except (TypeError, ValueError, RuntimeError):
            raise UsageError(f"the loss is {loss!r:.60}", why="expected one number") from None
        if self._calls.ever:
            at = self._taken - (not self._calls.seen)
        else:
            # The loop calls only parts of the model: the first loss shows whether they come before the step.
            self._late = self._taken > 0 if not self._logged else self._late
            at = self._taken - self._late
        if at % self.every == 0:
            self._logged.setdefault(at, []).append(number)

    def objective(self, loss: Callable[[], Any], *, name: str = "training loss") -> Objective:
        """Return a loss of the model as a function of its flat parameters.

        Each point is put into the model, one after another, and the loss asked for; then everything is put
        back: parameters, gradients, buffers such as the running averages of batch normalization, and torch's
        random generator, from which each point draws the same (dropout). Buffers, and parameters that never
        change, are everywhere as at the last iterate that was recorded, so the landscape is that of the end
        of training. The losses of a trajectory are not read from it: each iterate has buffers of its own.

        Ask for it after training: a layer that is unfrozen later adds to the parameters.

        Parameters
        ----------
        loss : callable
            Takes nothing and returns the loss, a tensor of one number: ``lambda: criterion(model(x), y)``.
            The model is in the mode, ``train()`` or ``eval()``, that it has then.
        name : str, default "training loss"
        """
        names = self._varied()
        space = ModelLoss(
            self._tensors,
            self._model,
            names,
            self._histories,
            lambda: self._finite - 1,
            self._uncounted(loss),
        )
        iterates = self._iterates(names)
        low, high = float(iterates.min()) - 1.0, float(iterates.max()) + 1.0
        return Objective(
            name=name,
            value=space.value,
            gradient=space.gradient,
            domain=((low, high),) * iterates.shape[1],
            start=tuple(iterates[0].tolist()),
            variables=self._names(names),
            filters=self._filters(names),
        )

    def trajectory(self, objective: Objective | None = None) -> Trajectory:
        """Return what was recorded so far, with the loss at each iterate.

        Given the recorder's objective, each loss is that of the iterate's own parameters and buffers.
        Without, they are those that the loop has logged, of its mini-batches, and the last iterate, for which
        the loop has computed none, is left out.

        Gradients are those with which the optimizer stepped, of a mini-batch where there was one; learning
        rates are the means over its parameter groups. It ends before the first iterate that is not finite.

        Parameters
        ----------
        objective : Objective, optional

        Raises
        ------
        UsageError
            When the optimizer has taken no step, or the losses cannot be known.
        """
        if self._count == 1:
            raise UsageError("there is nothing to show", why="the optimizer has taken no step yet")
        if self._grown:
            raise UsageError(
                f"the model has got a new parameter, {self._grown}",
                why="before that it was another model, whose losses cannot be known",
                hint="start a Recorder when the model is complete",
            )
        names = self._varied()
        steps = self._finite - 1
        if objective is None:
            # The loop has logged no loss for the last iterate, or there is no gradient.
            steps = min(steps, self._count - 2)
            losses = self._logged_losses(steps + 1)
        if steps == 0:
            raise UsageError("there is nothing to show", why="no step has led to finite parameters")
        iterates = self._iterates(names)[: steps + 1]
        gradients = self._step_gradients(names, iterates, steps + (objective is None))
        if objective is not None:
            if objective.dimension != iterates.shape[1]:
                raise UsageError(
                    f"the objective has {objective.dimension} parameters, and the run {iterates.shape[1]}",
                    why="a layer was thawed, or a parameter added, since it was made",
                    hint="ask the recorder for the objective after training: recorder.objective(loss)",
                )
            own = getattr(objective.value, "__self__", None)
            # Another objective is simply evaluated: only our own knows the buffers of each iterate.
            losses = own.along(steps + 1) if isinstance(own, ModelLoss) else objective.value(iterates)
            gradients[steps] = objective.gradient(iterates[-1:])[0]
        ended = (
            Status("moving") if self._broken is None else Status("diverged", steps * self.every, "not finite")
        )
        return Trajectory(
            iterates=iterates,
            losses=losses,
            gradients=gradients,
            learning_rates=np.array(self._rates[:steps]),
            terms={},
            status=ended,
            examples=np.zeros(steps + 1, dtype=np.int64),
            every=self.every,
            batch_losses=objective is None,
        )

    @property
    def _finite(self) -> int:
        """How many iterates there are before the first that is not finite."""
        return self._count if self._broken is None else min(self._broken, self._count)

    def _tensors(self) -> dict[str, Any]:
        """Return parameters and buffers by name, and tensors that only the optimizer has."""
        named = {**dict(self._model.named_parameters()), **dict(self._model.named_buffers())}
        inside = {id(tensor) for tensor in named.values()}
        groups = self._optimizer.param_groups
        outside = [one for group in groups for one in group["params"] if id(one) not in inside]
        return named | {f"optimizer[{index}]": tensor for index, tensor in enumerate(outside)}

    def _before_step(self, *_: Any) -> None:
        """Note the gradients that the optimizer steps with, and parameters added since its last step."""
        for name, tensor in self._tensors().items():
            if name not in self._histories:
                self._histories[name] = TensorHistory(tensor)
        self._before = {name: tensor.grad for name, tensor in self._tensors().items() if tensor.is_leaf}

    def _after_step(self, *_: Any) -> None:
        tensors = self._tensors()
        grown = [name for name, _ in self._model.named_parameters() if name not in self._known]
        self._grown = self._grown or next(iter(grown), "")
        if self._taken % self.every == 0:
            # The step from the last iterate that was kept: its gradient is there, unless it was cleared.
            gradients = {name: tensor.grad for name, tensor in tensors.items() if tensor.is_leaf}
            self._gradients.append(
                {
                    name: copy_of(gradient)
                    for name, now in gradients.items()
                    if (gradient := self._before.get(name) if now is None else now) is not None
                }
            )
            rates = [float(group.get("lr", np.nan)) for group in self._optimizer.param_groups]
            self._rates.append(sum(rates) / len(rates))
        self._before = {}
        self._taken += 1
        self._calls.seen = False
        if self._taken % self.every == 0:
            self._keep(tensors)
            if self._size() > MOST_BYTES and self._count > 2:
                self._halve()

    def _keep(self, tensors: Mapping[str, Any]) -> None:
        parameters = {
            id(parameter) for group in self._optimizer.param_groups for parameter in group["params"]
        }
        parameters |= {id(parameter) for parameter in self._model.parameters()}
        for name, tensor in tensors.items():
            if name not in self._histories:  # a buffer that the first call of the model created
                self._histories[name] = TensorHistory(tensor)
            finite = self._histories[name].keep(tensor, self._count)
            if not finite and id(tensor) in parameters and self._broken is None:
                self._broken = self._count
        self._count += 1

    def _halve(self) -> None:
        self.every *= 2
        self._count = (self._count + 1) // 2
        for history in self._histories.values():
            history.halve()
        del self._gradients[1::2], self._rates[1::2]
        self._logged = {at: losses for at, losses in self._logged.items() if at % self.every == 0}
        if self._broken is not None:
            self._broken = (self._broken + 1) // 2

    def _size(self) -> int:
        kept = sum(history.size for history in self._histories.values())
        return kept + sum(size_of(gradient) for step in self._gradients for gradient in step.values())

    def _varied(self) -> tuple[str, ...]:
        """Return the names of the parameters that are trained or have changed."""
        buffers = {name for name, _ in self._model.named_buffers()}
        return tuple(
            name
            for name, history in self._histories.items()
            if name not in buffers and (history.trains or history.changed)
        )

    def _iterates(self, names: tuple[str, ...]) -> NDArray[Any]:
        wanted = names, self._taken
        if self._rows[0] != wanted:
            self._rows = wanted, iterate_matrix([self._histories[name] for name in names], self._count)
        return self._rows[1][: self._finite]

    def _step_gradients(self, names: Sequence[str], like: NDArray[Any], steps: int) -> NDArray[Any]:
        """Return the gradients of some steps, 0 where the loss did not depend on a parameter."""
        import torch

        rows = np.zeros_like(like)
        for row, step in zip(rows, self._gradients[:steps], strict=False):
            low = 0
            for name in names:
                shape = self._histories[name].shape
                part = row[low : low + math.prod(shape)]
                if name in step:
                    part[:] = flat_array(step[name])
                    if not step[name].is_sparse:
                        step[name] = torch.from_numpy(part).reshape(shape)  # nothing is held twice
                low += len(part)
        return rows

    def _logged_losses(self, count: int) -> Array:
        missing = [index * self.every for index in range(count) if index * self.every not in self._logged]
        if missing:
            raise UsageError(
                "the losses are not known"
                if len(missing) == count
                else f"no loss was logged for step {missing[0]}",
                why="without an objective, they are those that the loop logs, one for each step",
                hint="call recorder.log(loss) in the loop, or give recorder.objective(loss)",
            )
        return np.array([np.mean(self._logged[index * self.every]) for index in range(count)])

    def _uncounted(self, loss: Callable[[], Any]) -> Callable[[], Any]:
        """Return the loss so that evaluating it does not count as a call of the training loop's."""

        def evaluate() -> Any:
            seen, ever = self._calls.seen, self._calls.ever
            try:
                return loss()
            finally:
                self._calls.seen, self._calls.ever = seen, ever

        return evaluate

    def _names(self, names: Sequence[str]) -> tuple[str, ...]:
        return tuple(
            f"{name}[{index}]" for name in names for index in range(math.prod(self._histories[name].shape))
        )

    def _filters(self, names: Sequence[str]) -> NDArray[np.intp]:
        """Return for each weight the number of its filter, a row of its tensor; -1 for biases."""
        parts, count = [], 0
        for name in names:
            shape = self._histories[name].shape
            rows = shape[0] if len(shape) > 1 else 0
            owners = np.arange(count, count + rows) if rows else np.array([-1])
            parts.append(np.repeat(owners, math.prod(shape) // len(owners)))
            count += rows
        return np.concatenate(parts).astype(np.intp)
