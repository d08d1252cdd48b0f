"""A loss of a PyTorch module as a function of its flat parameters."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from vizgd.nn.tensor_history import TensorHistory, flat_array
from vizgd.objectives.objective import Array

MOST_FOR_ONE_THREAD = 2_000_000
"""Networks of fewer parameters are evaluated by one thread: while the processors are busy, as with drawing,
several threads wait for each other ten times as long as they work."""


class ModelLoss:
    """A model's loss as a function of flat parameters ``(..., d)``; each call leaves the model unchanged.

    Parameters
    ----------
    tensors : callable
        Returns the model's parameters and buffers by name.
    model : torch.nn.Module
    names : sequence of str
        The parameters that vary, in their order in the flat vector.
    histories : mapping of str to TensorHistory
        The values of all parameters and buffers over the run.
    last : callable
        Returns the iterate whose buffers and constant parameters are used at every point.
    loss : callable
    """

    def __init__(
        self,
        tensors: Callable[[], Mapping[str, Any]],
        model: Any,
        names: tuple[str, ...],
        histories: Mapping[str, TensorHistory],
        last: Callable[[], int],
        loss: Callable[[], Any],
    ) -> None:
        self._tensors, self._model, self.names = tensors, model, names
        self._histories, self._last, self._loss = histories, last, loss

    def value(self, params: Array) -> Array:
        """Return the losses ``(...)``."""
        rows = params.reshape(-1, params.shape[-1])
        return self._losses(len(rows), map(self._parts, rows)).reshape(params.shape[:-1])

    def on_plane(self, origin: Array, directions: Array, places: Array) -> Array:
        """Return the losses ``(n,)`` at origin + a·u + b·v, for directions u, v and places (a, b).

        Each point is computed by torch, in the precision and on the device of the parameters: in NumPy that
        could take as long as evaluating the network.
        """
        import torch

        tensors = self._tensors()

        def held(vector: Array) -> list[Any]:
            pairs = zip(self.names, self._parts(vector), strict=True)
            return [
                part.to(tensors[name].device, torch.promote_types(tensors[name].dtype, torch.float32))
                for name, part in pairs
            ]

        base, u, v = held(origin), held(directions[0]), held(directions[1])

        def point(place: Sequence[float]) -> list[Any]:
            a, b = place
            return [
                torch.add(start, one, alpha=a).add_(other, alpha=b)
                for start, one, other in zip(base, u, v, strict=True)
            ]

        return self._losses(len(places), map(point, places.tolist()))

    def _losses(self, count: int, points: Iterable[Sequence[Any]]) -> Array:
        """Return the losses at points, each given as tensors, one for each parameter that varies."""
        import torch

        losses = np.empty(count)
        with self._borrowed() as (tensors, generator), torch.no_grad():
            self._put(self._last(), self._histories)
            varied, buffers = [tensors[name] for name in self.names], self._buffers
            for index, point in enumerate(points):
                if buffers:
                    self._put(self._last(), buffers)
                _fill(varied, point)
                torch.set_rng_state(generator)
                losses[index] = float(self._loss())
        return losses

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
                with torch.no_grad():
                    _fill(varied, self._parts(row))
                torch.set_rng_state(generator)
                loss = self._loss()
                if not loss.requires_grad:
                    continue
                # Not backward(), which would leave gradients in the model and call a loop's hooks.
                found = torch.autograd.grad(loss, varied, allow_unused=True)
                low = 0
                for parameter, part in zip(varied, found, strict=True):
                    if part is not None:
                        gradients[index, low : low + parameter.numel()] = flat_array(part)
                    low += parameter.numel()
        return gradients.reshape(params.shape)

    @contextmanager
    def _borrowed(self) -> Iterator[tuple[Mapping[str, Any], Any]]:
        """Yield the tensors and the state of torch's generator; restore everything after the block."""
        import torch

        tensors = self._tensors()
        before = {name: tensor.detach().clone() for name, tensor in tensors.items()}
        # A module may replace a buffer by another tensor.
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
        """Buffers, which evaluating the loss may change: the running averages of batch normalization."""
        return {name for name, _ in self._model.named_buffers()} & self._histories.keys()

    def _put(self, index: int, names: Iterable[str]) -> None:
        """Set tensors of the model to their values at an iterate."""
        import torch

        tensors = self._tensors()
        with torch.no_grad():
            for name in names:
                tensors[name].copy_(self._histories[name].at(index))

    def _parts(self, vector: Array) -> list[Any]:
        """Return a flat vector ``(d,)`` as tensors, one for each parameter that varies."""
        import torch

        whole = torch.from_numpy(np.require(vector, requirements=["C", "W"]))
        shapes = [self._histories[name].shape for name in self.names]
        parts = torch.split(whole, [math.prod(shape) for shape in shapes])
        return [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]


def _fill(parameters: Sequence[Any], parts: Sequence[Any]) -> None:
    for parameter, part in zip(parameters, parts, strict=True):
        parameter.copy_(part)
