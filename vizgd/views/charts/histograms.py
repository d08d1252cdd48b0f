"""Histograms of a network's hidden layers over a film: how activations, or what enters them, are spread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from vizgd.base.formatting import readout
from vizgd.nn.activations import HiddenLayer, hidden_layers
from vizgd.nn.losses import NetworkLoss
from vizgd.objectives.objective import Array
from vizgd.views.moments import moment_count, passing
from vizgd.views.view import Subject

MOST_EXAMPLES = 1000
"""Of more examples some are looked at, evenly spread over the data set."""
MOST_WORK = 2e10
"""Products that may be computed: where they would be more, a network is looked at at fewer moments."""
RANGED = 24
"""At about so many moments it is found out how far signals reach."""
REACH = (0.1, 99.9)
"""The percentiles of signals between which they are shown."""
SATURATED = 0.99
"""Beyond this a tanh has a slope below 0.02."""
MOST_OF_USUAL = 3.0
"""In sizes of the usual largest bar: what is higher is cut."""
TELLING = 0.005
"""The part of the signals beyond what is shown from which on it is told of."""

Normalized: TypeAlias = Literal["before", "after", "both"]


@dataclass(frozen=True, eq=False)
class Histogram:
    """The shares of signals in equal bins at each moment, ``(moments, bins)``."""

    limits: tuple[float, float]
    shares: Array


@dataclass(frozen=True, eq=False)
class LayerHistograms:
    """What is shown of a layer of a run.

    Parameters
    ----------
    run, layer : int
        Layers are counted from 1.
    filled : Histogram
    outlined : Histogram or None
        The same before normalization, where both are shown.
    ceiling : float
        The largest share that is shown.
    cut : bool
        Whether there are larger ones.
    said : tuple of str
        What is said at each moment.
    zeros : tuple of str or None
        Of a relu, how many activations are zero at each moment.
    """

    run: int
    layer: int
    filled: Histogram
    outlined: Histogram | None
    ceiling: float
    cut: bool
    said: tuple[str, ...]
    zeros: tuple[str, ...] | None = None


def layer_histograms(
    subject: Subject, run: int, loss: NetworkLoss, bins: int, normalized: Normalized | None
) -> list[LayerHistograms]:
    """Return the histograms of each hidden layer of a run over the film."""
    count = len(loss.inputs)
    inputs = None
    if count > MOST_EXAMPLES:
        inputs = loss.inputs[np.linspace(0, count - 1, MOST_EXAMPLES).round().astype(np.intp)]
    shown = count if loss.network.batch_norm or inputs is None else MOST_EXAMPLES
    work = float(loss.network.dimension * shown)
    moments = max(1, min(moment_count(subject), int(MOST_WORK / work)))
    signals = _signals(loss, normalized)

    def seen(params: Array) -> list[list[Array]]:
        return [signals(layer) for layer in hidden_layers(loss, params, inputs)]

    ranging = [seen(one) for one in passing(subject, run, min(moments, RANGED))]
    bounds = [_bounds([one[layer] for one in ranging]) for layer in range(len(ranging[0]))]
    if normalized is None and loss.network.activation == "tanh":
        bounds = [(-1.0, 1.0)] * len(bounds)
    shares: list[list[list[Array]]] = [[[] for _ in own] for own in ranging[0]]
    said: list[list[str]] = [[] for _ in bounds]
    zeros: list[list[str]] = [[] for _ in bounds]
    tells = _words(loss, normalized)
    spiked = normalized is None and loss.network.activation == "relu"
    for params in passing(subject, run, moments):
        for layer, own in enumerate(seen(params)):
            counts = [_shares(values, bounds[layer], bins) for values in own]
            for kept, one in zip(shares[layer], counts, strict=True):
                kept.append(one)
            beyond = 1.0 - min(float(one.sum()) for one in counts)
            words = tells(own)
            if spiked:
                zeros[layer].append(f"{percent(float((own[0] == 0).mean()))} zero")
            said[layer].append(f"{words}, {percent(beyond)} beyond" if beyond > TELLING else words)
    return [
        _layer(run, layer, bounds[layer], shares[layer], said[layer], zeros[layer])
        for layer in range(len(bounds))
    ]


def _layer(
    run: int,
    layer: int,
    limits: tuple[float, float],
    shares: list[list[Array]],
    said: list[str],
    zeros: list[str],
) -> LayerHistograms:
    found = [Histogram(limits, np.array(one)) for one in shares]
    # The many zeros of a relu are in its first bin: they are told of in words, and would press the rest flat.
    others = [one.shares[:, bool(zeros) :] for one in found]
    tops = np.concatenate([one.max(axis=1) for one in others])
    usual = float(np.median(tops))
    ceiling = min(float(tops.max()), MOST_OF_USUAL * usual if usual > 0 else np.inf) or 1.0
    cut = any(bool((one > ceiling).any()) for one in others)
    outlined = found[1] if len(found) > 1 else None
    told = tuple(zeros) if zeros else None
    return LayerHistograms(run, layer + 1, found[0], outlined, ceiling, cut, tuple(said), told)


def _signals(loss: NetworkLoss, normalized: Normalized | None) -> Callable[[HiddenLayer], list[Array]]:
    """Return what is shown of a layer: what is filled, and perhaps what is outlined."""
    if normalized is None:
        return lambda layer: [layer.activations]
    if normalized == "before":
        return lambda layer: [layer.before]
    if normalized == "after" or not loss.network.batch_norm:
        return lambda layer: [layer.entering]
    return lambda layer: [layer.entering, layer.before]


def _words(loss: NetworkLoss, normalized: Normalized | None) -> Callable[[Sequence[Array]], str]:
    """Return what says something of signals as `_signals` returns them."""
    if normalized is not None:
        return _spread
    return _saturated if loss.network.activation == "tanh" else _dead


def _spread(signals: Sequence[Array]) -> str:
    with np.errstate(all="ignore"):
        deviations = [readout(float(values.std()), 2) for values in reversed(signals)]
    return f"σ {' → '.join(deviations)}"


def _saturated(signals: Sequence[Array]) -> str:
    (values,) = signals
    return f"{percent(float((np.abs(values) > SATURATED).mean()))} saturated"


def _dead(signals: Sequence[Array]) -> str:
    (values,) = signals
    dead = int((values == 0).all(axis=0).sum())
    return f"{dead} of {values.shape[1]} dead"


def percent(share: float) -> str:
    """Return a share in whole percent; what is not quite nothing or everything does not become that."""
    rounded = round(100 * share)
    if rounded == 0 and share > 0:
        return "<1 %"
    if rounded == 100 and share < 1:
        return ">99 %"
    return f"{rounded} %"


def _bounds(moments: Sequence[Sequence[Array]]) -> tuple[float, float]:
    """Return between what the signals of a layer are shown, at least as far as at each of some moments."""
    ends = []
    for signals in moments:
        for values in signals:
            finite = values[np.isfinite(values)]
            if len(finite):
                ends.append(np.percentile(finite, REACH))
    if not ends:
        return -1.0, 1.0
    lows, highs = np.array(ends).T
    low, high = float(lows.min()), float(highs.max())
    # A run that diverges must not make a speck of what there was before.
    usual = float(np.median(highs - lows))
    middle = float(np.median((lows + highs) / 2))
    reach = 5.0 * usual if usual > 0 else np.inf
    low, high = max(low, middle - reach), min(high, middle + reach)
    if not high > low:
        return low - 0.5, low + 0.5
    return low, high


def _shares(values: Array, limits: tuple[float, float], bins: int) -> Array:
    """Return the shares of all values that are in each bin; the last one has the upper limit in it."""
    low, high = limits
    flat = values.ravel()
    inside = flat[(flat >= low) & (flat <= high)]
    at = np.minimum(((inside - low) * (bins / (high - low))).astype(np.intp), bins - 1)
    return np.asarray(np.bincount(at, minlength=bins) / len(flat))
