"""A recorder for a network that PyTorch trains: it hangs on the optimizer, and the loop stays as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vizgd.errors import UsageError
from vizgd.objectives.objective import Array, Objective
from vizgd.trajectory import Status, Trajectory
from vizgd.values import is_whole

if TYPE_CHECKING:
    import torch

MOST_BYTES = 1 << 29
"""What iterates and gradients may take; then every second one is let go, and from then on not kept."""
MOST_FOR_ONE_THREAD = 100_000
"""Networks of fewer parameters are evaluated by one thread: others would cost more time than they save."""


class Recorder:
    """Keeps the trainable parameters of a module, and their gradients, after each step of its optimizer.

    Parameters
    ----------
    model : torch.nn.Module
        On any device and of any floating type; parameters that several layers share count once, those
        without ``requires_grad`` not at all.
    optimizer : torch.optim.Optimizer
        The one that trains it. A hook is hung on its ``step``.
    every : int, default 1
        How many steps lie between two iterates that are kept. When what is kept fills 512 MiB, every second
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
        for given, method, kind in (
            (model, "parameters", "Module"),
            (optimizer, "param_groups", "Optimizer"),
        ):
            if isinstance(given, type) or not hasattr(given, method):
                raise UsageError(f"{given!r:.60} is no torch {kind}", hint="Recorder(model, optimizer)")
        if not is_whole(every) or every < 1:
            raise UsageError(f"every is {every!r}", why="expected a whole number of steps, at least 1")
        self._model, self._optimizer = model, optimizer
        self._parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
        if not self._parameters:
            raise UsageError(
                "there is nothing to record", why="no parameter of the model requires a gradient"
            )
        self.every = int(every)
        self._taken = 0
        self._iterates = [self._flat(self._parameters)]
        self._gradients: list[NDArray[Any]] = []
        self._rates: list[float] = []
        self._hook: Any = optimizer.register_step_post_hook(self._stepped)

    def close(self) -> None:
        """Record no more: take the hook away."""
        self._hook.remove()

    def objective(self, loss: Callable[[], Any], *, name: str = "training loss") -> Objective:
        """Return a loss of the model as a function of its flat parameters.

        Each point is put into the model, one after another, and the loss asked for; then everything is put
        back: parameters, gradients, buffers such as the running averages of batch normalization, and torch's
        random generator, from which each point draws the same (dropout).

        Parameters
        ----------
        loss : callable
            Takes nothing and returns the loss, a tensor of one number: ``lambda: criterion(model(x), y)``.
            The model is in the mode, ``train()`` or ``eval()``, that it has then.
        name : str, default "training loss"
        """
        space = _Space(self._model, self._parameters, loss)
        iterates = self._kept()
        ends = iterates.min(axis=0).tolist(), iterates.max(axis=0).tolist()
        return Objective(
            name=name,
            value=space.value,
            gradient=space.gradient,
            domain=tuple((low - 1.0, high + 1.0) for low, high in zip(*ends, strict=True)),
            start=tuple(iterates[0].tolist()),
            variables=self._names(),
            filters=self._filters(),
        )

    def trajectory(self, objective: Objective) -> Trajectory:
        """Return what was recorded so far, with the objective's loss at each iterate.

        Gradients are those with which the optimizer stepped, of a mini-batch where there was one; learning
        rates are the means over its parameter groups. It ends before the first iterate that is not finite.

        Raises
        ------
        UsageError
            When the optimizer has taken no step.
        """
        iterates = self._kept()
        steps = len(iterates) - 1
        if steps == 0:
            raise UsageError("there is nothing to show", why="the optimizer has taken no step yet")
        whole = len(iterates) == len(self._iterates)
        last = objective.gradient(iterates[-1:])
        return Trajectory(
            iterates=iterates,
            losses=np.asarray(objective.value(iterates)),
            gradients=np.concatenate([np.array(self._gradients[:steps], dtype=np.float64), last]),
            learning_rates=np.array(self._rates[:steps]),
            terms={},
            status=Status("moving") if whole else Status("diverged", steps, "not finite"),
            examples=np.zeros(steps + 1, dtype=np.int64),
            every=self.every,
        )

    def _stepped(self, *_: Any) -> None:
        if self._taken % self.every == 0:
            # The step from the last iterate that was kept: its gradient is still there.
            self._gradients.append(self._flat([_gradient(parameter) for parameter in self._parameters]))
            rates = [float(group.get("lr", np.nan)) for group in self._optimizer.param_groups]
            self._rates.append(sum(rates) / len(rates))
        self._taken += 1
        if self._taken % self.every == 0:
            self._iterates.append(self._flat(self._parameters))
            if 2 * len(self._iterates) * self._iterates[0].nbytes > MOST_BYTES and len(self._iterates) > 2:
                self.every *= 2
                del self._iterates[1::2], self._gradients[1::2], self._rates[1::2]

    def _kept(self) -> Array:
        """Return the iterates up to the first that is not finite."""
        iterates = np.array(self._iterates, dtype=np.float64)
        finite = np.isfinite(iterates).all(axis=1)
        return iterates if finite.all() else iterates[: int(np.argmin(finite))]

    def _flat(self, tensors: list[Any]) -> NDArray[Any]:
        # Copied: torch changes its tensors in place, and all iterates would be the last.
        return np.concatenate([tensor.detach().cpu().double().numpy().ravel() for tensor in tensors]).astype(
            np.float64 if any(tensor.element_size() > 4 for tensor in tensors) else np.float32
        )

    def _names(self) -> tuple[str, ...]:
        known = {id(parameter): name for name, parameter in self._model.named_parameters()}
        return tuple(
            f"{known[id(parameter)]}[{index}]"
            for parameter in self._parameters
            for index in range(parameter.numel())
        )

    def _filters(self) -> NDArray[np.intp]:
        """Return for each weight its tensor's row, which leads into one unit or channel; -1 for biases."""
        parts, count = [], 0
        for parameter in self._parameters:
            rows = parameter.shape[0] if parameter.dim() > 1 else 0
            owners = np.arange(count, count + rows) if rows else np.array([-1])
            parts.append(np.repeat(owners, parameter.numel() // len(owners)))
            count += rows
        return np.concatenate(parts).astype(np.intp)


class _Space:
    """A model's loss over flat parameters ``(..., d)``; the model is as before after each call."""

    def __init__(self, model: Any, parameters: list[Any], loss: Callable[[], Any]) -> None:
        self.model, self.parameters, self.loss = model, parameters, loss

    def value(self, params: Array) -> Array:
        """Return the losses ``(...)``."""
        import torch

        rows = params.reshape(-1, params.shape[-1])
        losses = np.empty(len(rows))
        with self._borrowed() as generator, torch.no_grad():
            for index, row in enumerate(rows):
                self._put(row, generator)
                losses[index] = float(self.loss())
        return losses.reshape(params.shape[:-1])

    def gradient(self, params: Array) -> Array:
        """Return the gradients ``(..., d)``."""
        import torch

        rows = params.reshape(-1, params.shape[-1])
        gradients = np.empty(rows.shape)
        with self._borrowed() as generator, torch.enable_grad():
            for index, row in enumerate(rows):
                self._put(row, generator)
                for parameter in self.parameters:
                    parameter.grad = None
                self.loss().backward()
                parts = [_gradient(parameter).double().cpu().numpy().ravel() for parameter in self.parameters]
                gradients[index] = np.concatenate(parts)
        return gradients.reshape(params.shape)

    @contextmanager
    def _borrowed(self) -> Iterator[Any]:
        """Give the state of torch's random generator; after the block put it and the model back."""
        import torch

        tensors = [*self.parameters, *self.model.buffers()]
        before = [tensor.detach().clone() for tensor in tensors]
        gradients = [parameter.grad for parameter in self.parameters]
        generator, threads = torch.get_rng_state(), torch.get_num_threads()
        if sum(parameter.numel() for parameter in self.parameters) < MOST_FOR_ONE_THREAD:
            torch.set_num_threads(1)
        try:
            yield generator
        finally:
            torch.set_num_threads(threads)
            with torch.no_grad():
                for tensor, old in zip(tensors, before, strict=True):
                    tensor.copy_(old)
            for parameter, gradient in zip(self.parameters, gradients, strict=True):
                parameter.grad = gradient
            torch.set_rng_state(generator)

    def _put(self, row: Array, generator: Any) -> None:
        import torch

        torch.set_rng_state(generator)
        low = 0
        with torch.no_grad():
            for parameter in self.parameters:
                part = row[low : low + parameter.numel()].reshape(tuple(parameter.shape))
                parameter.copy_(torch.from_numpy(np.ascontiguousarray(part)))
                low += parameter.numel()


def _gradient(parameter: Any) -> Any:
    """Return a parameter's gradient; 0 where it had no part in the loss."""
    import torch

    return torch.zeros_like(parameter) if parameter.grad is None else parameter.grad.detach()
