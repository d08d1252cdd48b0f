"""The cloud of gradients that a step might have been given, where each would have taken the run's point.

Beside it are, as arrows, the exact gradient and the one that was drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from vizgd.drawing.marks import Mark, Points, faded
from vizgd.drawing.panel import Axes, Box
from vizgd.objectives.objective import Array
from vizgd.optimizers.descent import GradientDescent
from vizgd.recording.draws import cloud_of, is_drawn
from vizgd.views.departure import fractions
from vizgd.views.overlays.arrows import arrow_mark, reaching
from vizgd.views.overlays.chance import MOST_STEPS, Chance, chances_of
from vizgd.views.overlays.names import name_marks
from vizgd.views.overlays.vectors import Acting, Placed, factor_symbol, free_factor
from vizgd.views.paths import Path
from vizgd.views.view import Subject

DOTS = 200
DOT = 7.5
OPACITY = 0.55
EXACT_WIDTH = 13.0
"""The exact gradient lies beneath the one that was drawn, and is wider: both are seen where they are one."""
SEEN = 12.0
"""A cloud whose dots are not farther than this from their middle lies under the marker."""
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


def clouds_of(subject: Subject) -> dict[int, Chance]:
    """Return what chance gave the steps of those runs that have a cloud.

    Raises
    ------
    UsageError
        Where none has.
    """
    return chances_of(subject, "a cloud", is_drawn, "a sampler or noise", lambda _: MOST_STEPS)


def cloud_seen(subject: Subject, chance: Chance, seen: Callable[[Array], Array]) -> CloudSeen | None:
    """Return the cloud of a run; None where its sampler has nothing else to give.

    Parameters
    ----------
    subject : Subject
        With the runs as they were recorded.
    chance : Chance
    seen : callable
        Vectors ``(n, d)`` to what is seen of them.
    """
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
    theme, unit = subject.theme, np.array([box.width, box.height])
    limits = np.array([axes.x.limits, axes.y.limits])
    places = {path.run: path.places for path in paths}
    factor, symbol = 0.0, r"\alpha\,"
    if not _steps_are_seen(clouds, places, limits, unit):
        pairs = [(_free(one), places[one.chance.run]) for one in clouds]
        factor = free_factor(pairs, limits, unit)
        symbol = factor_symbol(factor)
    dots: list[Mark] = []
    exact: list[Placed] = []
    drawn: list[Placed] = []
    for one in clouds:
        chance, path = one.chance, places[one.chance.run]
        factors = np.full(len(chance.rows), factor) if factor or one.rates is None else one.rates
        possible, *arrows = one.scaled(factors)
        begins = path[chance.rows]
        # Of several clouds each has the color of its run.
        color = theme.role("gradient").color if len(clouds) == 1 else subject.style(chance.run).color
        dots.append(
            Points(
                chance.track(begins[:, None] + possible),
                "circle",
                DOT,
                faded(color, OPACITY),
                name=f"cloud {chance.run}",
            )
        )
        for into, what, role, vectors in zip(
            (exact, drawn), (EXACT, DRAWN), (None, "gradient"), arrows, strict=True
        ):
            act = Acting(rf"-{symbol}{what}", role, np.zeros_like(vectors), vectors)
            ends = begins[chance.which], (begins + vectors)[chance.which]
            into.append(reaching(Placed(chance.run, act, *ends), axes, unit))
    placed = [one for one in (*exact, *drawn) if np.isfinite(one.heads).any()]
    ways = [fractions(axes, path.places) * unit for path in paths]
    wide = [arrow_mark(theme, one, width=EXACT_WIDTH if one.acting.role is None else None) for one in placed]
    return (*dots, *wide), tuple(name_marks(theme, placed, ways, axes, unit))


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
