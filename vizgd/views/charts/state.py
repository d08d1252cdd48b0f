"""What a rule carries along, step by step: signed bars by coordinate, or squares of as much area."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Literal, TypeAlias

import numpy as np

from vizgd.base.errors import UsageError
from vizgd.base.settings import Between, check_settings
from vizgd.drawing.marks import Mark, Text
from vizgd.drawing.panel import Box, Panel, filled_box
from vizgd.drawing.typeset import measured, shortened
from vizgd.objectives.objective import Array
from vizgd.optimizers.adapters import optimizer_from
from vizgd.optimizers.formula import Role
from vizgd.recording.quantities import Quantities, Series, quantities_of
from vizgd.recording.recorded import Recorded
from vizgd.views.charts.bars import SQUARE, Slots
from vizgd.views.charts.chart import checked_quantities
from vizgd.views.charts.measures import no_quantity
from vizgd.views.charts.state_groups import StateGroup, carried, kept_coordinates, scaled, squared
from vizgd.views.overlays.acts import Showing
from vizgd.views.overlays.beat_vectors import GROWING, step_beat
from vizgd.views.overlays.growth import moments_of
from vizgd.views.view import Study, Subject, View

BETWEEN = 0.9
"""From one quantity to the next, in slots: the room of a coordinate."""
WIDEST_SLOT = 0.6
"""A slot is no wider than this part of the height that bars have."""
PAD = 12.0
WIDEST_NUMBER = 3.4
"""But so wide, in sizes of their text, that numbers fit in."""
NUMBERED = 6.0
"""Where bars have less height than this, in sizes of text, numbers would leave nothing of them."""
SMALL = 360.0
"""In a box that is less high than this, symbols stand alone."""
SMALLEST = 220.0
"""In one that is less high than this, text is smaller in proportion."""
CARRYING: tuple[Role, ...] = ("momentum", "second moment")
"""The roles of what a rule carries from one step to the next."""

Kind: TypeAlias = Literal["bars", "squares"]


@dataclass(frozen=True)
class State(View):
    """What the rule of one run has at hand at each step, coordinate by coordinate.

    Parameters
    ----------
    quantity : str or sequence of str, optional
        Quantities of the rule by their names: ``gradient``, ``velocity``, ``first_moment``, ``step`` … By
        default gradient, velocity or first moment, the effective rate where it is not the same for all
        coordinates, and the step; of squares the first that the rule keeps.
    kind : {"bars", "squares"}, default "bars"
        Bars from a line at zero; or squares whose areas are the values, for sums and means of squares. In the
        gradient's color, beside them are the squares of the gradient and at their edges what that has just
        added.
    run : int, optional
        The run's number, from 1 on; by default the first that carries a momentum or a second moment along, or
        has what is asked for.

    Notes
    -----
    Scales stay as they are over the film. Gradient and momentum, which have one unit, share theirs. Of more
    than six coordinates, those are shown of which the first quantity is the largest at the end.
    """

    quantity: str | Sequence[str] | None = None
    kind: Kind = "bars"
    run: Annotated[int, Between(1, 1000)] | None = None

    def __post_init__(self) -> None:
        check_settings(self)
        if self.quantity is not None:
            object.__setattr__(self, "quantity", checked_quantities(self.quantity))

    def study(self, subject: Subject) -> Sequence[Study]:
        """Return the one study.

        Raises
        ------
        UsageError
            When there is no such run, or none has what is to be shown.
        """
        runs = self._runs(subject)
        shown = [_quantities(subject, run) for run in runs]
        chosen = [self._chosen(one.series) for one in shown]
        found = [index for index, series in enumerate(chosen) if series]
        if not found:
            raise self._refused(shown)
        carrying = [index for index in found if any(one.role in CARRYING for one in chosen[index])]
        index = (carrying or found)[0]
        run, series = runs[index], chosen[index]
        groups = [StateGroup.of(one) for one in series]
        if self.kind == "squares":
            optimizer = optimizer_from(subject.optimizers[run]) if subject.optimizers else Recorded()
            groups = [
                replace(one, carried=carried(optimizer.own_formula, shown[index], one)) for one in groups
            ]
            if any(one.role == "second moment" for one in groups):
                groups.insert(0, squared(shown[index].series["gradient"]))
        kept, note = kept_coordinates(
            groups[0].values if groups[0].values.shape[1] > 1 else groups[-1].values
        )
        names = _coordinate_names(subject, run)
        groups = [one.of_coordinates(kept, names) for one in groups]
        groups = [replace(one, grown=_grown(subject, run, shown[index], one)) for one in groups]
        lost = subject.trajectories[run].status.kind == "diverged"
        return [_State(subject, run, self.kind, scaled(groups, lost=lost), note)]

    def _runs(self, subject: Subject) -> list[int]:
        count = len(subject.trajectories)
        if self.run is None:
            return list(range(count))
        if self.run > count:
            raise UsageError(f"there is no run {self.run}", why=f"the comparison has {count}")
        return [self.run - 1]

    def _chosen(self, series: Mapping[str, Series]) -> list[Series]:
        """Return what is shown of a run; nothing where it has not all of it."""
        if self.quantity is not None:
            names = [self.quantity] if isinstance(self.quantity, str) else self.quantity
            wanted = [series[name] for name in names if name in series and self._fits(series[name])]
            return wanted if len(wanted) == len(names) else []
        if self.kind == "squares":
            return [one for one in series.values() if one.kind == "square"][:1]
        by_role: dict[Role | None, Series] = {}
        for one in series.values():
            varies = one.kind == "scaling" and bool((np.ptp(one.values, axis=1) > 0).any())
            if (one.kind == "vector" and one.role) or (varies and one.role == "learning rate"):
                by_role.setdefault(one.role, one)
        step = [by_role.pop("step")] if "step" in by_role else []
        return [*by_role.values(), *step]

    def _fits(self, one: Series) -> bool:
        return one.kind == "square" or (self.kind == "bars" and one.kind != "other")

    def _refused(self, shown: Sequence[Quantities]) -> UsageError:
        names = [self.quantity] if isinstance(self.quantity, str) else self.quantity or ()
        series = [dict(one.series) for one in shown]
        for name in names:
            if not any(name in one and one[name].kind != "other" for one in series):
                return no_quantity(name, series)
        squares = {one.name: None for each in series for one in each.values() if one.kind == "square"}
        if self.kind == "squares":
            return UsageError(
                "no run has squares to show" + (f" by the name of {', '.join(names)}" if names else ""),
                why=f"sums and means of squares are {', '.join(squares)}"
                if squares
                else "their rules keep no sum or mean of squares, as AdaGrad and Adam do",
            )
        return UsageError(f"no run has all of {', '.join(names)}" if names else "no run has a state to show")


@dataclass(frozen=True, eq=False)
class _State(Study):
    """What is shown of a run, in groups."""

    subject: Subject
    run: int
    kind: Kind
    groups: list[StateGroup]
    note: str

    def panel(self, box: Box) -> Panel:
        """Return bars or squares as they change."""
        subject, theme = self.subject, self.subject.theme
        shrink = min(1.0, box.height / SMALLEST)
        size, symbol_size = shrink * theme.tick_size, shrink * theme.legend_size
        marks: list[Mark] = [filled_box(box, theme.panel)]
        top = box.top - PAD
        if len(subject.trajectories) > 1:
            top -= 1.4 * symbol_size
            label = shortened(subject.labels[self.run], symbol_size, box.width - 2 * PAD, bold=True)
            color = subject.style(self.run).color
            place = np.array([(box.left + box.right) / 2, top + 0.4 * symbol_size])
            marks.append(Text(place, label, symbol_size, color, "center", bold=True))
        bottom = box.bottom + PAD
        if self.note:
            note = shortened(self.note, size, box.width - 2 * PAD)
            middle = np.array([(box.left + box.right) / 2, bottom + 0.25 * size])
            marks.append(Text(middle, note, size, theme.muted, "center"))
            bottom += 1.4 * size
        worded = box.height >= SMALL
        rows = (3.0 if worded else 1.9) * symbol_size + 1.4 * size
        area = Box(
            box.left + PAD, bottom + rows, box.right - PAD, max(top - 1.3 * size, bottom + rows + size)
        )
        slots = sum(len(group.names) for group in self.groups) + BETWEEN * (len(self.groups) - 1)
        if self.kind == "squares":
            slot = min(area.width / slots, area.height / SQUARE)
            # What is less high than its room stands in the middle of it.
            area = area.inset(0.0, (area.height - SQUARE * slot) / 2, 0.0, 0.0)
        else:
            slot = min(area.width / slots, max(WIDEST_SLOT * area.height, WIDEST_NUMBER * size))
        left = (area.left + area.right - slot * slots) / 2
        positions = subject.clock.positions(self.run, np.linspace(0.0, 1.0, subject.clock.run + 1))
        texts = [group.texts(positions) for group in self.groups]
        widest = max(measured(text, size)[0] for own in texts for one in own for text in {*one})
        numbered = widest <= slot and (self.kind == "squares" or area.height >= NUMBERED * size)
        signed = any(group.signed for group in self.groups)
        moving: list[Mark] = []
        for group, told in zip(self.groups, texts, strict=True):
            own = Box(left, area.bottom, left + slot * len(group.names), area.top)
            scene = Slots(theme, own, slot, size, positions, told if numbered else [])
            marks += self._words(scene, group, symbol_size, worded=worded)
            if self.kind == "squares":
                moving += scene.squares(group)
            else:
                still, bars = scene.bars(group, signed=signed)
                marks += still
                moving += bars
            left = own.right + BETWEEN * slot
        return Panel("state", box, (*marks, *moving))

    def _words(self, scene: Slots, group: StateGroup, size: float, *, worded: bool) -> list[Mark]:
        """Return the names of coordinates and the symbol under a group."""
        theme, box = self.subject.theme, scene.box
        marks: list[Mark] = []
        line = box.bottom - 1.05 * scene.size
        if max(measured(name, scene.size)[0] for name in group.names) <= scene.slot:
            for slot, name in enumerate(group.names):
                place = np.array([box.left + (slot + 0.5) * scene.slot, line])
                marks.append(Text(place, name, scene.size, theme.muted, "center"))
        symbol = rf"\({group.tex}\)"
        room = box.width + 0.9 * BETWEEN * scene.slot
        middle, color = (box.left + box.right) / 2, theme.role(group.role).color
        place = np.array([middle, line - 1.35 * size])
        marks.append(Text(place, shortened(symbol, size, max(room, 2 * size)), size, color, "center"))
        if worded and measured(group.words, scene.size)[0] <= room:
            below = np.array([middle, place[1] - 1.2 * size])
            marks.append(Text(below, group.words, scene.size, color, "center"))
        return marks


def _quantities(subject: Subject, run: int) -> Quantities:
    """Return what is known of a run's steps; of a run that was recorded elsewhere, what that shows."""
    optimizer = subject.optimizers[run] if subject.optimizers else Recorded()
    return quantities_of(optimizer, subject.trajectories[run])


def _grown(subject: Subject, run: int, told: Quantities, group: StateGroup) -> Array | None:
    """Return how much of a quantity there is in each frame; None where no step is played in parts."""
    if subject.clock.played_of(run) is None:
        return None
    name = "gradient" if group.name == "squared_gradient" else group.name
    own = [k for k, beat in enumerate(told.beats) if any(one.name == name for one in beat.series)]
    # What no beat comes to, such as the effective rate, is there when the step is to be made.
    beat = own[0] if own else max(step_beat(told) - 1, 0)
    return np.nan_to_num(moments_of(subject.clock, run, Showing(beat, beat + GROWING)).grown)


def _coordinate_names(subject: Subject, run: int) -> Sequence[str]:
    dimension = subject.trajectories[run].iterates.shape[1]
    names = subject.objectives[run].variables
    return names if len(names) == dimension else [f"x{k + 1}" for k in range(dimension)]
