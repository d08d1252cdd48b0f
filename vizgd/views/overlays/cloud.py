"""The cloud of gradients that a step might have been given, where each would have taken the run's point.

Beside it are, as arrows, the exact gradient and the one that was drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from vizgd.base.errors import UsageError
from vizgd.drawing.marks import Arrow, Mark, Points, faded
from vizgd.drawing.panel import Axes, Box
from vizgd.objectives.objective import Array
from vizgd.optimizers.descent import GradientDescent
from vizgd.recording.draws import cloud_of, is_drawn
from vizgd.views.departure import fractions
from vizgd.views.overlays.acts import Acting, Placed, factor_symbol
from vizgd.views.overlays.arrows import flat_arrows, level_arrows, reaching, static_arrow
from vizgd.views.overlays.chance import MOST_STEPS, Chance, chances_of
from vizgd.views.overlays.names import name_marks
from vizgd.views.overlays.vectors import free_factor
from vizgd.views.paths import Path
from vizgd.views.view import Subject

DOTS = 200
DOT = 7.5
OPACITY = 0.7
EXACT_WIDTH = 13.0
"""The exact gradient lies beneath the one that was drawn, and is wider: both are seen where they are one."""
SEEN = 12.0
"""A cloud whose dots are not farther than this from their middle lies under the marker."""
HIGHEST = 18
"""The height of a stack, in dots."""
GROUND = 600.0
"""About how long a side of a surface's ground is, in thousandths of the frame's height."""
EXACT, DRAWN = r"\nabla f", "g"


@dataclass(frozen=True, eq=False)
class CloudSeen:
    """A run's cloud, as seen in the panel, at each of the m steps that are shown.

    Parameters
    ----------
    chance : Chance
    possible : array, shape (m, dots, d)
        The gradients that might have been drawn.
    exact, drawn : arrays, shape (m, d)
    rates : array, shape (m,), or None
        By which plain gradient descent multiplies them; None for other rules.
    """

    chance: Chance
    possible: Array
    exact: Array
    drawn: Array
    rates: Array | None

    def scaled(self, factors: Array) -> tuple[Array, Array, Array]:
        """Return the ways downhill: gradients times factors ``(m,)``."""
        column = -factors[:, None]
        return column[..., None] * self.possible, column * self.exact, column * self.drawn


def clouds_of(
    subject: Subject, runs: Sequence[int], seen: Callable[[Array], Array], chances: dict[int, Chance]
) -> tuple[CloudSeen, ...]:
    """Return the clouds of some runs, of those that have one.

    Parameters
    ----------
    subject : Subject
        With the runs as they were recorded.
    runs : sequence of int
    seen : callable
        Vectors ``(n, d)`` to what is seen of them.
    chances : dict of int to Chance
        As `cloud_chances` returns them.
    """
    found = (_cloud_seen(subject, chances[run], seen) for run in runs if run in chances)
    return tuple(one for one in found if one is not None)


def cloud_chances(subject: Subject, *, arrows: bool) -> dict[int, Chance]:
    """Return what chance gave the steps of those runs that have a cloud.

    Raises
    ------
    UsageError
        Where none has, or where ``arrows`` say that others are drawn at the points.
    """
    if arrows:
        raise UsageError(
            "a cloud has arrows of its own", hint="leave arrows out, or show them in another view beside it"
        )
    return chances_of(subject, "a cloud", is_drawn, "a sampler or noise", lambda _: MOST_STEPS)


def _cloud_seen(subject: Subject, chance: Chance, seen: Callable[[Array], Array]) -> CloudSeen | None:
    cloud = cloud_of(chance.task, chance.draws, DOTS)
    if cloud is None:
        return None
    places = chance.trajectory.iterates[chance.rows]
    objective, drawn = chance.task.objective, zip(places, chance.draws, strict=True)
    with np.errstate(all="ignore"):
        return CloudSeen(
            chance,
            np.stack([seen(cloud.gradients(place, draw)) for place, draw in drawn]),
            np.concatenate([seen(objective.gradient(place)[None]) for place in places]),
            seen(chance.trajectory.gradients[chance.rows]),
            _rates(subject, chance),
        )


def _rates(subject: Subject, chance: Chance) -> Array | None:
    if type(subject.optimizers[chance.run]) is not GradientDescent:
        return None
    rates = chance.trajectory.terms.get("learning_rate", np.empty((0, 0)))
    return rates[chance.rows] if rates.ndim == 1 else None


def cloud_marks(
    subject: Subject, clouds: Sequence[CloudSeen], paths: Sequence[Path], axes: Axes, box: Box
) -> tuple[tuple[Mark, ...], tuple[Mark, ...]]:
    """Return clouds with their arrows, to be cut off at the axes, and what these are called, which is not.

    Of plain gradient descent each dot is where that gradient would have taken the point. Of other rules, and
    where such steps are too short to be seen, gradients are as long as their names say.
    """
    unit = np.array([box.width, box.height])
    places = {path.run: path.places for path in paths}
    lengths = _lengths(clouds, places, np.array([axes.x.limits, axes.y.limits]), unit)
    dots: list[Mark] = []
    exact: list[Placed] = []
    drawn: list[Placed] = []
    for one in clouds:
        chance, path = one.chance, places[one.chance.run]
        possible, *acts = lengths.of(one)
        dots.append(_dots(subject, one, path[chance.rows][:, None] + possible, alone=len(clouds) == 1))
        for into, placed in zip((exact, drawn), flat_arrows(chance.run, acts, path), strict=True):
            into.append(placed)
    arrows, names = _arrow_marks(subject, [*exact, *drawn], paths, axes, unit)
    return (*dots, *arrows), names


def standing_marks(
    subject: Subject, clouds: Sequence[CloudSeen], paths: Sequence[Path], axes: Axes, box: Box
) -> tuple[tuple[Mark, ...], tuple[Mark, ...]]:
    """Return clouds on a curve, arrows along its axis, and what these are called: see `cloud_marks`.

    Where a dot is where a gradient would have taken the point, it stands on the curve, else on the height of
    the point; dots that would cover one another are stacked, so that stacks are as high as places are likely,
    unless nearly all are in one, where they cover one another after all.
    """
    unit = np.array([box.width, box.height])
    along = {path.run: path.places[:, :1] for path in paths}
    lengths = _lengths(clouds, along, np.array([axes.x.limits]), unit[:1])
    dots: list[Mark] = []
    exact: list[Placed] = []
    drawn: list[Placed] = []
    size = DOT / unit * np.ptp([axes.x.limits, axes.y.limits], axis=1)
    for one, path in zip(clouds, (path for path in paths if path.run in _runs(clouds)), strict=True):
        possible, *acts = lengths.of(one)
        begins = path.places[one.chance.rows]
        across = begins[:, :1] + possible[..., 0]
        ground = begins[:, 1:] if lengths.factor else subject.values(across[..., None])
        beneath = _beneath(across, size[0])
        most = np.maximum(beneath.max(axis=1, keepdims=True), HIGHEST)
        up = size[1] * (0.5 + beneath * HIGHEST / most)
        stacked = np.stack([across, ground + up], axis=-1)
        dots.append(_dots(subject, one, stacked, alone=len(clouds) == 1))
        # Beneath the point: above it are dots.
        placed = level_arrows(path.run, acts, path.places, axes, box, beneath=True)
        for into, arrow in zip((exact, drawn), placed, strict=True):
            into.append(arrow)
    arrows, names = _arrow_marks(subject, [*exact, *drawn], paths, axes, unit)
    return (*dots, *arrows), names


def raised_clouds(
    subject: Subject, clouds: Sequence[CloudSeen], on_surface: Callable[[Array], Array]
) -> tuple[tuple[Points, ...], tuple[Placed, ...]]:
    """Return clouds that lie on a surface, and the arrows of each over its ground.

    Parameters
    ----------
    subject : Subject
        As it is shown, of two dimensions.
    clouds : sequence of CloudSeen
    on_surface : callable
        Places ``(m, 2)`` to points of the surface ``(m, 3)``.
    """
    paths = {run: subject.path(run) for run in _runs(clouds)}
    lengths = _lengths(clouds, paths, np.array(subject.domain), np.full(2, GROUND))
    dots: list[Points] = []
    exact: list[Placed] = []
    drawn: list[Placed] = []
    for one in clouds:
        run, path = one.chance.run, paths[one.chance.run]
        possible, *acts = lengths.of(one)
        places = path[one.chance.rows][:, None] + possible
        raised = on_surface(places.reshape(-1, 2)).reshape(*places.shape[:-1], 3)
        dots.append(_dots(subject, one, raised, alone=len(clouds) == 1))
        for into, placed in zip((exact, drawn), flat_arrows(run, acts, path), strict=True):
            into.append(placed)
    return tuple(dots), (*exact, *drawn)


def _runs(clouds: Sequence[CloudSeen]) -> list[int]:
    return [one.chance.run for one in clouds]


def _beneath(across: Array, width: float) -> Array:
    """Return how many dots are beneath each: those before it that are as far along, in widths of a dot."""
    columns = np.floor(np.where(np.isfinite(across), across, 0.0) / width)
    order = np.argsort(columns, axis=1, kind="stable")
    ordered = np.take_along_axis(columns, order, axis=1)
    numbers = np.broadcast_to(np.arange(across.shape[1]), across.shape)
    begins = np.concatenate([np.ones((len(across), 1), bool), ordered[:, 1:] != ordered[:, :-1]], axis=1)
    ranks = numbers - np.maximum.accumulate(np.where(begins, numbers, 0), axis=1)
    stacked = np.empty_like(across)
    np.put_along_axis(stacked, order, ranks.astype(float), axis=1)
    return stacked


def _dots(subject: Subject, one: CloudSeen, places: Array, *, alone: bool) -> Points:
    """Return the dots of a cloud; of several each has the color of its run."""
    run = one.chance.run
    color = subject.theme.role("gradient").color if alone else subject.style(run).color
    return Points(one.chance.track(places), "circle", DOT, faded(color, OPACITY), name=f"cloud {run}")


def _arrow_marks(
    subject: Subject, placed: Sequence[Placed], paths: Sequence[Path], axes: Axes, unit: Array
) -> tuple[tuple[Mark, ...], tuple[Mark, ...]]:
    """Return arrows and what they are called."""
    shown = [reaching(one, axes, unit) for one in placed]
    shown = [one for one in shown if np.isfinite(one.heads).any()]
    ways = [fractions(axes, path.places) * unit for path in paths]
    return tuple(cloud_arrow(subject, one) for one in shown), tuple(
        name_marks(subject, shown, ways, axes, unit)
    )


def cloud_arrow(subject: Subject, one: Placed) -> Arrow:
    """Return an arrow of a cloud: that of the exact gradient, which has no role, is wide."""
    return static_arrow(subject.theme, one, width=EXACT_WIDTH if one.acting.role is None else None)


@dataclass(frozen=True)
class _Lengths:
    """By which factor gradients are drawn, 0 for the learning rate, and how that is written."""

    factor: float
    symbol: str

    def of(self, one: CloudSeen) -> tuple[Array, Acting, Acting]:
        """Return where gradients lead, as seen from the point: a run's cloud, the exact and the drawn one.

        The latter two at each step, of those that are shown.
        """
        rows, which = len(one.chance.rows), one.chance.which[:-1]
        factors = np.full(rows, self.factor) if self.factor or one.rates is None else one.rates
        possible, exact, drawn = one.scaled(factors)
        still = np.zeros_like(exact[which])
        return (
            possible,
            Acting(f"-{self.symbol}{EXACT}", None, still, exact[which], whole=True),
            Acting(f"-{self.symbol}{DRAWN}", "gradient", still, drawn[which]),
        )


def _lengths(clouds: Sequence[CloudSeen], places: dict[int, Array], limits: Array, unit: Array) -> _Lengths:
    """Return how long gradients are drawn from places ``(n + 1, d)`` of runs."""
    if _steps_are_seen(clouds, places, limits, unit):
        return _Lengths(0.0, r"\alpha\,")
    factor = free_factor([(_free(one), places[one.chance.run]) for one in clouds], limits, unit)
    return _Lengths(factor, factor_symbol(factor))


def _steps_are_seen(
    clouds: Sequence[CloudSeen], places: dict[int, Array], limits: Array, unit: Array
) -> bool:
    """Say whether the steps of plain gradient descent make clouds that markers do not hide."""
    spreads = []
    for one in clouds:
        if one.rates is None:
            return False
        begins = places[one.chance.run][one.chance.rows]
        inside = ((begins >= limits[:, 0]) & (begins <= limits[:, 1])).all(axis=1)
        possible, exact, _ = one.scaled(one.rates)
        with np.errstate(all="ignore"):
            away = np.linalg.norm((possible - exact[:, None]) * (unit / np.ptp(limits, axis=1)), axis=-1)
        spreads.append(np.median(away[inside], axis=1))
    usual = np.concatenate(spreads) if spreads else np.empty(0)
    usual = usual[np.isfinite(usual)]
    return len(usual) > 0 and float(np.median(usual)) >= SEEN


def _free(one: CloudSeen) -> tuple[Acting, ...]:
    """Return the gradients of a run at each iterate, as vectors of free length."""
    which = one.chance.which[:-1]
    return tuple(
        Acting("", None, np.zeros_like(vectors[which]), vectors[which], scaled=True)
        for vectors in (one.exact, one.drawn)
    )
