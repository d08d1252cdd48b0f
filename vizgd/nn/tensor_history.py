"""The values of a model's tensors while it is trained: each is stored when it changes, and only then."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from mmap import mmap
from typing import Any

import numpy as np
from numpy.typing import NDArray

LARGE = 1 << 16
"""Copies of tensors of at least so many bytes get memory pages of their own."""


class TensorHistory:
    """One tensor, a parameter or a buffer, at each iterate that is kept.

    A frozen layer is stored once, however long the others are trained.
    """

    def __init__(self, tensor: Any) -> None:
        self._since = [0]
        self._values = [copy_of(tensor)]
        self.shape = tuple(tensor.shape)
        self.trains = bool(tensor.requires_grad)

    @property
    def changed(self) -> bool:
        """Whether it has changed since the start."""
        return len(self._values) > 1

    @property
    def size(self) -> int:
        """How many bytes it takes beyond those of the model itself."""
        return sum(map(size_of, self._values)) if self.changed else 0

    def keep(self, tensor: Any, index: int) -> bool:
        """Store its value at an iterate; return whether that is finite, where it has changed."""
        self.trains |= bool(tensor.requires_grad)
        last = self._values[-1]
        now = tensor.detach().cpu()
        if now.shape != last.shape or not now.to(last.dtype).equal(last):
            if self._since[-1] == index:
                del self._since[-1], self._values[-1]
            self._since.append(index)
            self._values.append(copy_of(tensor))
            return bool(now.isfinite().all())
        return True

    def at(self, index: int) -> Any:
        """Return its value at an iterate."""
        return self._values[bisect_right(self._since, index) - 1]

    def halve(self) -> None:
        """Drop every second iterate."""
        kept = {(since + 1) // 2: value for since, value in zip(self._since, self._values, strict=True)}
        self._since, self._values = list(kept), list(kept.values())

    def write(self, rows: NDArray[Any]) -> None:
        """Write it into columns of a matrix, a row an iterate, and refer to them from then on."""
        import torch

        ends = [*self._since[1:], len(rows)]
        for number, (low, high) in enumerate(zip(self._since, ends, strict=True)):
            if low < high:
                rows[low:high] = flat_array(self._values[number])
                if self.changed:
                    # Nothing is stored twice: neither this nor the trajectory changes it any more.
                    self._values[number] = torch.from_numpy(rows[low]).reshape(self.shape)


def iterate_matrix(histories: Sequence[TensorHistory], count: int) -> NDArray[Any]:
    """Return the iterates ``(count, d)``, in single precision unless a tensor is more precise."""
    columns = sum(math.prod(history.shape) for history in histories)
    precise = any(history.at(0).element_size() > 4 for history in histories)
    rows = np.empty((count, columns), dtype=np.float64 if precise else np.float32)
    low = 0
    for history in histories:
        high = low + math.prod(history.shape)
        history.write(rows[:, low:high])
        low = high
    return rows


def copy_of(tensor: Any) -> Any:
    """Return a copy, because torch changes its tensors in place.

    A large one gets memory pages of its own, which are freed with it: what is kept is moved once, into the
    matrix of all iterates, and would otherwise take memory twice.
    """
    import torch

    if tensor.is_sparse or tensor.nbytes < LARGE:
        return tensor.detach().to("cpu", copy=True)
    pages = torch.frombuffer(mmap(-1, tensor.nbytes), dtype=tensor.dtype)
    return pages.reshape(tensor.shape).copy_(tensor.detach())


def flat_array(tensor: Any) -> NDArray[Any]:
    """Return a tensor as a flat array; NumPy has neither bfloat16 nor sparse tensors."""
    dense = (tensor.to_dense() if tensor.is_sparse else tensor).detach().cpu().reshape(-1)
    return np.asarray((dense if dense.element_size() > 4 else dense.float()).numpy())


def size_of(tensor: Any) -> int:
    """Return how many bytes a tensor takes."""
    if tensor.is_sparse:
        return int(tensor._indices().nbytes + tensor._values().nbytes)
    return int(tensor.nbytes)
