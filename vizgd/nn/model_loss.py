"""A loss of a PyTorch module as a function of its flat parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from vizgd.nn.histories import History, numbers
from vizgd.objectives.objective import Array

MOST_FOR_ONE_THREAD = 100_000
"""Networks of fewer parameters are evaluated by one thread: others would cost more time than they save."""


class ModelLoss:
    """A model's loss over flat parameters ``(..., d)``; the model is as before after each call.

    Parameters
    ----------
    tensors : callable
        Returns the model's parameters and buffers by name.
    model : torch.nn.Module
    names : sequence of str
        The parameters that vary, in their order in the flat vector.
    histories : mapping of str to History
        What all parameters and buffers were.
    last : callable
        Returns the iterate whose buffers, and parameters that do not vary, hold for every point.
    loss : callable
    """

    def __init__(
        self,
        tensors: Callable[[], Mapping[str, Any]],
        model: Any,
        names: tuple[str, ...],
        histories: Mapping[str, History],
        last: Callable[[], int],
        loss: Callable[[], Any],
    ) -> None:
        self._tensors, self._model, self.names = tensors, model, names
        self._histories, self._last, self._loss = histories, last, loss

    def value(self, params: Array) -> Array:
        """Return the losses ``(...)``."""
        import torch

        rows = params.reshape(-1, params.shape[-1])
        losses = np.empty(len(rows))
        with self._borrowed() as (tensors, generator), torch.no_grad():
            self._put(self._last(), self._histories)
            for index, row in enumerate(rows):
                self._put(self._last(), self._buffers)
                self._put_row(tensors, row)
                torch.set_rng_state(generator)
                losses[index] = float(self._loss())
        return losses.reshape(params.shape[:-1])

    def along(self, count: int) -> Array:
        """Return the losses of the first iterates: each with the parameters and buffers that it had."""
        import torch

        losses = np.empty(count)
        with self._borrowed() as (_, generator), torch.no_grad():
            for index in range(count):
                self._put(index, self._histories)
                torch.set_rng_state(generator)
                losses[index] = float(self._loss())
        return losses

    def gradient(self, params: Array) -> Array:
        """Return the gradients ``(..., d)``."""
        import torch

        rows = params.reshape(-1, params.shape[-1])
        gradients = np.zeros(rows.shape)
        with self._borrowed() as (tensors, generator), torch.enable_grad():
            varied = [tensors[name] for name in self.names]
            self._put(self._last(), self._histories)
            for index, row in enumerate(rows):
                self._put(self._last(), self._buffers)
                self._put_row(tensors, row)
                torch.set_rng_state(generator)
                loss = self._loss()
                if not loss.requires_grad:
                    continue
                # Not backward(): it would leave gradients, and call the hooks of a training loop.
                found = torch.autograd.grad(loss, varied, allow_unused=True)
                low = 0
                for parameter, part in zip(varied, found, strict=True):
                    if part is not None:
                        gradients[index, low : low + parameter.numel()] = numbers(part)
                    low += parameter.numel()
        return gradients.reshape(params.shape)

    @contextmanager
    def _borrowed(self) -> Iterator[tuple[Mapping[str, Any], Any]]:
        """Give the tensors and the state of torch's generator; put everything back after the block."""
        import torch

        tensors = self._tensors()
        before = {name: tensor.detach().clone() for name, tensor in tensors.items()}
        # A module may put another tensor in the place of a buffer.
        buffers = [
            (module, name, buffer)
            for module in self._model.modules()
            for name, buffer in module.named_buffers(recurse=False)
        ]
        trains = {name: tensors[name].requires_grad for name in self.names}
        generator, threads = torch.get_rng_state(), torch.get_num_threads()
        if sum(tensors[name].numel() for name in self.names) < MOST_FOR_ONE_THREAD:
            torch.set_num_threads(1)
        try:
            for name in self.names:
                tensors[name].requires_grad_(True)
            yield tensors, generator
        finally:
            torch.set_num_threads(threads)
            for name, trained in trains.items():
                tensors[name].requires_grad_(trained)
            for module, name, buffer in buffers:
                setattr(module, name, buffer)
            with torch.no_grad():
                for name, tensor in tensors.items():
                    tensor.copy_(before[name])
            torch.set_rng_state(generator)

    @property
    def _buffers(self) -> set[str]:
        """What evaluating the loss may change: the running averages of batch normalization, and the like."""
        return {name for name, _ in self._model.named_buffers()} & self._histories.keys()

    def _put(self, index: int, names: Iterable[str]) -> None:
        """Make tensors of the model what they were at an iterate."""
        import torch

        tensors = self._tensors()
        with torch.no_grad():
            for name in names:
                tensors[name].copy_(self._histories[name].at(index))

    def _put_row(self, tensors: Mapping[str, Any], row: Array) -> None:
        import torch

        low = 0
        with torch.no_grad():
            for name in self.names:
                parameter = tensors[name]
                part = torch.from_numpy(np.ascontiguousarray(row[low : low + parameter.numel()]))
                parameter.copy_(part.reshape(parameter.shape))
                low += parameter.numel()
