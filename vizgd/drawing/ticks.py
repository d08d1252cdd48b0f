"""Where ticks stand and what they say."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from vizgd.base.formatting import number, superscript
from vizgd.drawing.panel import Axis


def linear_axis(
    limits: tuple[float, float], label: str = "", most: int = 6, *, integer: bool = False
) -> Axis:
    """Return a linear axis with round ticks inside its limits: about so many at most, two at least."""
    from matplotlib.ticker import MaxNLocator

    low, high = limits
    locator = MaxNLocator(nbins=most - 1, steps=[1, 2, 5, 10], integer=integer, min_n_ticks=2)
    margin = 1e-9 * (high - low)
    places = [float(t) for t in locator.tick_values(low, high) if low - margin <= t <= high + margin]
    step = places[1] - places[0] if len(places) > 1 else high - low
    return Axis(limits, label, "linear", tuple(places), tuple(_label(place, step) for place in places))


def _label(place: float, step: float) -> str:
    if abs(place) < 1e-9 * step:
        return "0"
    largest = max(abs(place), step)
    if step >= 1e-4 and largest < 1e5:
        digits = max(0, -math.floor(math.log10(step) + 1e-9))
        return f"{place:.{digits}f}".replace("-", "−")
    return number(place, 1 + max(1, math.ceil(math.log10(abs(place) / step) - 1e-9)))


def log_axis(limits: tuple[float, float], label: str = "", most: int = 6) -> Axis:
    """Return a logarithmic axis with ticks at powers of ten, or also between where these are too few."""
    low, high = (math.log10(limit) for limit in limits)
    decades = np.arange(math.ceil(low - 1e-9), math.floor(high + 1e-9) + 1)
    if len(decades) >= 3:
        stride = math.ceil(len(decades) / most)
        kept = decades[(decades % stride) == 0]
        if len(kept) < 2:
            kept = decades[::stride]
        return Axis(
            limits,
            label,
            "log",
            tuple(10.0 ** float(d) for d in kept),
            tuple(_power(int(d)) for d in kept),
        )
    for multiples in ((1, 2, 5), (1, 3), (1,)):
        places = [
            m * 10.0**d
            for d in range(math.floor(low), math.ceil(high) + 1)
            for m in multiples
            if limits[0] <= m * 10.0**d <= limits[1] * (1 + 1e-9)
        ]
        if len(places) <= most:
            break
    return Axis(limits, label, "log", tuple(places), tuple(number(p) for p in places))


def _power(exponent: int) -> str:
    return {0: "1", 1: "10", 2: "100"}.get(exponent, f"10{superscript(exponent)}")


def axis(
    scale: Literal["linear", "log"],
    limits: tuple[float, float],
    label: str,
    most: int = 6,
    *,
    integer: bool = False,
) -> Axis:
    """Return an axis of either scale."""
    if scale == "log":
        return log_axis(limits, label, most)
    return linear_axis(limits, label, most, integer=integer)
