"""Numbers that change from step to step, as texts of three digits, and how much room they need."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from vizgd.base.formatting import number, readout
from vizgd.drawing.typeset import measured
from vizgd.objectives.objective import Array

MANY = 64
"""Values up to which each is written to find the longest."""
UNTOLD = "–"
"""In the place of a number that is none."""


@dataclass(frozen=True, eq=False)
class Numbers:
    """The texts of a number at each step, each made when it is asked for."""

    values: Array

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, step: int) -> str:
        return self.said(float(self.values[step]))

    def said(self, value: float) -> str:
        """Return a value as text; one that changes has all its digits, so that it is always as long."""
        if np.isnan(value):
            return UNTOLD
        return readout(value, 3) if self.changes and not self.whole else number(value, 3)

    @cached_property
    def changes(self) -> bool:
        """Whether it is not the same at each step."""
        return bool((self.values[1:] != self.values[:-1]).any())

    @cached_property
    def whole(self) -> bool:
        """Whether it is a count."""
        return bool((self.values == np.round(self.values)).all() and (np.abs(self.values) < 1e5).all())

    @cached_property
    def width(self) -> float:
        """The width of the widest of the texts, for an em of 1."""
        known = np.unique(self.values[np.isfinite(self.values)])
        if len(known) > MANY:
            # Those of one sign and size are as long as any; a rounded one may be of the next size.
            nonzero = known[known != 0]
            sizes = np.floor(np.log10(np.abs(nonzero)))
            kinds = np.unique(np.column_stack([np.sign(nonzero), sizes]), axis=0)
            digits = 1.0 if self.whole else 1.11
            known = np.array([sign * digits * 10.0**size for sign, size in kinds])
        rest = np.unique(self.values[~np.isfinite(self.values)])
        texts = ["0", *(self.said(float(value)) for value in (*known, *rest))]
        return max(measured(text, 1.0)[0] for text in texts)
