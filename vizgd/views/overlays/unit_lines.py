"""The units of a first layer as lines in the data: where what enters their activation is zero."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from vizgd.base.errors import UsageError
from vizgd.drawing.marks import Polygons, Track, faded
from vizgd.drawing.panel import Axes, Box
from vizgd.nn.first_layer import FirstLayer
from vizgd.nn.losses import NetworkLoss, network_loss_of
from vizgd.objectives.objective import Array
from vizgd.views.view import Subject

MOST_LINES = 16
"""More could not be told apart: those of the largest outgoing weights at the end are shown."""
WIDEST, THINNEST = 6.0, 1.0
SIDE = 18.0
"""The length of the triangle that points to a line's positive side."""
OPACITY = 0.7
APART = 0.618
"""From one unit's triangle to the next one's along their lines, modulo 1: no two neighbors are near."""
BESIDE = -1.0
"""Where a line is put that is not to be seen, in lengths of the axes from their lower left."""


def network_with_units(subject: Subject, run: int) -> NetworkLoss:
    """Return the network of a run.

    Raises
    ------
    UsageError
        When its objective is none of a network with a hidden layer.
    """
    objective = subject.objectives[run]
    loss = network_loss_of(objective)
    if loss is None or len(loss.network.sizes) < 3:
        raise UsageError(
            f"there is no first layer to draw of {objective.title or objective.name}",
            why="it has no hidden units" if loss else "its weights are not known as those of layers",
            hint='use a network, such as objective = { network = [8], data = "moons" }',
        )
    return loss


def joined(parts: Sequence[FirstLayer]) -> tuple[FirstLayer, str]:
    """Return first layers as one, of many units the strongest, and how many those are."""
    names = ("weights", "offsets", "strengths")
    layer = FirstLayer(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))
    units = layer.strengths.shape[1]
    if units <= MOST_LINES:
        return layer, f"{units} unit{'s'[: units != 1]}"
    order = np.argsort(-np.nan_to_num(layer.strengths[-1]), kind="stable")
    kept = np.sort(order[:MOST_LINES])
    chosen = replace(layer, **{name: getattr(layer, name)[:, kept] for name in names})
    return chosen, f"{MOST_LINES} of {units} units"


@dataclass(frozen=True, eq=False)
class _Seen:
    """Lines in a box: the middle of each, its direction, half its length, and the normal to its side."""

    middle: Array
    along: Array
    half: Array
    normal: Array
    visible: Array


def unit_marks(subject: Subject, layer: FirstLayer, axes: Axes, box: Box) -> Polygons:
    """Return the line of each unit, as wide as it counts, with a triangle towards its positive side.

    They are polygons, because the width of a line changes with its outgoing weights.
    """
    size = np.array([box.width, box.height])
    low, span = np.array([(one.limits[0], np.ptp(one.limits)) for one in (axes.x, axes.y)]).T
    with np.errstate(all="ignore"):
        seen = _seen(layer.weights * span / size, layer.offsets + layer.weights @ low, size)
        largest = np.nanmax(layer.strengths)
        width = np.maximum(WIDEST * layer.strengths / (largest if largest > 0 else 1.0), THINNEST)
    middle, along, normal = seen.middle, seen.along, seen.normal
    # Beyond the ends, so that the box cuts them.
    reach, across = (seen.half + WIDEST)[..., None] * along, width[..., None] / 2 * normal
    shift = 0.6 * (np.arange(seen.half.shape[1]) * APART % 1.0 - 0.5)
    foot = middle + (2.0 * shift * seen.half)[..., None] * along
    base = 0.55 * SIDE * along
    corners = [
        *(middle - reach - across, middle + reach - across, middle + reach + across, middle - reach + across),
        *(foot - base, foot + base, foot + across + SIDE * normal),
    ]
    places = np.stack(corners, axis=2) / size
    places = np.where(seen.visible[..., None, None], places, BESIDE)
    moments, units = seen.half.shape
    vertices = low + span * places.reshape(moments, units * len(corners), 2)
    starts = (len(corners) * np.arange(units)[:, None] + (0, 4)).ravel()
    color = faded(subject.theme.text, OPACITY)
    return Polygons(
        Track(None, vertices, density=moments - 1, nearest=True),
        starts,
        np.arange(2 * units),
        np.tile(color, (2 * units, 1)),
    )


def _seen(normals: Array, offsets: Array, size: Array) -> _Seen:
    """Return where the lines n·u + c = 0 lie in a box from 0 to its ``size``."""
    center = size / 2
    lengths = np.linalg.norm(normals, axis=-1)
    unit = normals / lengths[..., None]
    foot = center - ((offsets + normals @ center) / lengths)[..., None] * unit
    along = np.stack([-unit[..., 1], unit[..., 0]], axis=-1)
    # In each coordinate the part of the line within the box; a line along a side is within it or not.
    ends = np.stack([-foot / along, (size - foot) / along])
    level = np.abs(along) < 1e-12
    inside = (foot >= 0) & (foot <= size)
    first = np.where(level, np.where(inside, -np.inf, np.inf), ends.min(axis=0)).max(axis=-1)
    last = np.where(level, np.where(inside, np.inf, -np.inf), ends.max(axis=0)).min(axis=-1)
    visible = np.isfinite(first) & np.isfinite(last) & (first < last)
    first, last = np.where(visible, first, 0.0), np.where(visible, last, 0.0)
    middle = foot + ((first + last) / 2)[..., None] * along
    return _Seen(middle, along, (last - first) / 2, unit, visible)
