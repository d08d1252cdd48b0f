"""Vectors that act at a run's point: what they are, when they are there, and where a panel has them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from vizgd.objectives.objective import Array


@dataclass(frozen=True)
class Showing:
    """When an arrow is there in a step that is played in parts: counted in beats.

    Parameters
    ----------
    begin, grown : float
        When it begins to grow, and when it is as long as it will be.
    until : float, default inf
        When it goes; one that goes is there in steps in parts alone.
    """

    begin: float
    grown: float
    until: float = math.inf


@dataclass(frozen=True, eq=False)
class Acting:
    """A vector at each of a run's n steps, which begins where those before it end.

    Parameters
    ----------
    symbol : str
        As TeX writes it.
    role : str or None
        See `vizgd.optimizers.formula.Role`.
    begins, vectors : arrays, shape (n, d)
        Where it begins, as seen from the iterate, and what it is.
    scaled : bool, default False
        Whether its length is free: a gradient is no way in the space of the parameters.
    whole : bool, default False
        Whether it is what the others add up to.
    showing : Showing, optional
        When it is there in steps that are played in parts; by default from their start on.
    sign : {-1, 1}, default -1
        Which way it is drawn where its length is free: downhill a gradient.
    """

    symbol: str
    role: str | None
    begins: Array
    vectors: Array
    scaled: bool = False
    whole: bool = False
    showing: Showing | None = None
    sign: int = -1

    def by(self, factor: float) -> Acting:
        """Return it in another length where that is free, with the factor in its name, and downhill."""
        if not self.scaled:
            return self
        return replace(
            self,
            symbol=f"{'-' if self.sign < 0 else ''}{factor_symbol(factor)}{self.symbol}",
            begins=self.sign * factor * self.begins,
            vectors=self.sign * factor * self.vectors,
        )


@dataclass(frozen=True, eq=False)
class Placed:
    """The arrows of a vector in the coordinates of a panel, one for each iterate, the last step's twice."""

    run: int
    acting: Acting
    tails: Array
    heads: Array


def factor_symbol(factor: float) -> str:
    """Return a round factor before a symbol, as TeX writes it: nothing for 1."""
    if factor == 1.0:
        return ""
    digit, power = f"{factor:.0e}".split("e")
    if -3 <= int(power) <= 3:
        return rf"{factor:g}\,"
    return (rf"{digit} \cdot " if digit != "1" else "") + rf"10^{{{int(power)}}}\,"
