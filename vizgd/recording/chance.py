"""Where a run's chance comes from: runs of one seed share it, step by step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from vizgd.objectives.datasets.samplers import Sampler


@dataclass(frozen=True, eq=False)
class Chances:
    """The generators of a run.

    Parameters
    ----------
    noise, batches : numpy.random.Generator
        From which the noise of each step is drawn, and its batch.
    """

    noise: np.random.Generator
    batches: np.random.Generator


def chances(seed: int, sampler: Sampler | None, noise: float) -> Chances:
    """Return the generators of a run with a seed.

    Noise has one of its own, so that runs over different batches are under the same noise, and runs under
    noise with the same sampler see the same batches.
    """
    rng = np.random.default_rng(seed)
    both = sampler is not None and noise > 0
    return Chances(rng, np.random.default_rng(seed).spawn(1)[0] if both else rng)
