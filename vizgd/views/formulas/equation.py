"""The rule as mathematics, with the numbers of the current step under each of its lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from vizgd.drawing.equations import SetLine, places, set_line
from vizgd.drawing.marks import Color, Mark, Text, Track
from vizgd.drawing.numbers import Numbers
from vizgd.drawing.panel import Box, Panel
from vizgd.drawing.typeset import measured, shortened
from vizgd.objectives.expressions.notation import Span, spans
from vizgd.objectives.objective import Array
from vizgd.optimizers.equations import condition_of, line_spans
from vizgd.optimizers.formula import Line, Role, holds, names_of
from vizgd.views.formulas.lit_lines import LitLines
from vizgd.views.formulas.told_rules import ToldRule, rule_of
from vizgd.views.view import Study, Subject, View

SMALLEST, LARGEST = 26.0, 42.0
"""The sizes of the letters, in thousandths of the frame's height: as large as the box allows."""
MOST_ROWS = 2
"""Coordinates that are shown one above the other; of more, these are the first."""
BETWEEN, MOST_BETWEEN, BESIDE, UNDER = 0.5, 1.8, 1.6, 0.3
"""Room in ems: between two lines, at least and at most, and between one and its numbers, beside or under."""
LOWEST_ROW = 1.1
"""The height in ems of a row of numbers in brackets, at least."""
REST = {"right": 0.0, "center": 0.5, "left": 1.0}
"""Where a number is anchored in its place, from the right of it, in parts of its width."""
HEADING = 1.5
"""The height of a run's name above its lines, and of a line of what is left out, in ems."""


@dataclass(frozen=True)
class Equation(View):
    """The update rule of each run as mathematics, with the numbers of the step that is being made.

    Symbols and numbers have the color of what they stand for: gradient, momentum, step, … Numbers have three
    digits; of two parameters those of both coordinates, one above the other. A schedule's formula comes
    first, k are the steps before. What does not fit at a legible size is left out, which is said below. Of an
    optimizer without a formula, gradient and step are shown.
    """

    def study(self, subject: Subject) -> Sequence[Study]:
        """Return the one study, of all runs."""
        return [_Equations(subject, [rule_of(subject, run) for run in _in_turn(subject)])]


def _in_turn(subject: Subject) -> list[int]:
    """Return the runs, the first one of each rule first."""
    kinds = [type(optimizer).__name__ for optimizer in subject.optimizers]
    firsts = [run for run, kind in enumerate(kinds) if kind not in kinds[:run]]
    return firsts + [run for run in range(len(kinds)) if run not in firsts]


@dataclass(frozen=True, eq=False)
class _Piece:
    """A line that is set, the color of each of its spans, and the numbers in its slots."""

    line: SetLine
    colors: list[Role | None]
    slotted: dict[int, tuple[float, list[Numbers]]]
    held: NDArray[np.bool_] | None = None

    @property
    def sign(self) -> float:
        """Where the sign between its sides begins."""
        return self.line.left_of(1)


@dataclass(frozen=True, eq=False)
class _Row:
    """A line of a rule: its symbols, where it holds, and its numbers."""

    line: Line
    symbols: _Piece
    condition: str
    numbers: _Piece | None


def _rows(rule: ToldRule, most: int) -> list[_Row]:
    """Return the lines of a rule with the numbers of the first so many coordinates."""
    rows = []
    for line in rule.lines:
        written = line_spans(line, rule.symbols, tex=True)
        said = condition_of(line, rule.symbols, tex=True)
        symbols = _Piece(set_line(written), [rule.role(span.symbol) for span in written], {})
        rows.append(_Row(line, symbols, rf"where \({said}\)" if said else "", _numbered(rule, line, most)))
    return rows


def _numbered(rule: ToldRule, line: Line, most: int) -> _Piece | None:
    """Return a line with numbers in the place of all symbols whose values are known; None if none is."""
    names = {*names_of(line.expression), line.target}
    held = _held(rule, line)
    values = {name: rule.values[name] for name in names if _fits(rule.values.get(name))}
    if held is None or not values:
        return None
    columns = {name: _columns(value, most) for name, value in values.items()}
    # In brackets where it is ever negative: else they would come and go.
    signed = {name for name, (one, *more) in columns.items() if not more and (one < 0).any()}
    told = {name: "−1" if name in signed else "1" for name in values}
    right = spans(line.expression, rule.symbols, tex=True, values=told)
    if not any(span.symbol in values for span in right):
        right = ()
    written = [*line_spans(line, rule.symbols, tex=True)[:1], Span(" = "), *right]
    if not right:
        if line.target not in values:
            return None
        written = [Span("", ""), Span("="), Span("1", line.target)]
    slotted: dict[int, tuple[float, list[Numbers]]] = {}
    for index, span in enumerate(written):
        if span.symbol in columns and (index != 1):
            shown = [Numbers(one) for one in columns[span.symbol]]
            width = max(one.width for one in shown)
            written[index] = Span(places(width, len(shown)), span.symbol)
            slotted[index] = width, shown
    colors = [rule.role(span.symbol) for span in written]
    return _Piece(set_line(written), colors, slotted, held)


def _fits(values: Array | None) -> bool:
    return values is not None and len(values) > 0 and values.ndim <= 2


def _columns(values: Array, most: int) -> list[Array]:
    return [values] if values.ndim == 1 else list(values.T[:most])


def _held(rule: ToldRule, line: Line) -> NDArray[np.bool_] | None:
    """Return at which steps a line holds, None where that is not known."""
    known = {name: one[:, None] if one.ndim == 1 else one for name, one in rule.values.items()}
    here = holds(line, known)
    if here is None:
        return None
    return np.asarray(np.atleast_2d(np.asarray(here).T).any(axis=0))


@dataclass(frozen=True, eq=False)
class _Block:
    """A run's lines, put together."""

    rule: ToldRule
    rows: list[_Row]
    beside: bool
    between: float = BETWEEN

    @property
    def signs(self) -> tuple[float, float]:
        """Where the signs between the sides of its lines and of its numbers are, from the left of each."""
        ofs = [row.symbols.sign for row in self.rows]
        numbers = [row.numbers.sign for row in self.rows if row.numbers]
        return (max(ofs), max(numbers, default=0.0)) if self.beside else (max(ofs + numbers),) * 2

    @property
    def start(self) -> float:
        """Where numbers begin that stand beside their lines."""
        return max(self._reach(row) for row in self.rows) + BESIDE if self.beside else 0.0

    def _reach(self, row: _Row) -> float:
        wide = self.signs[0] - row.symbols.sign + row.symbols.line.width
        return wide + (0.8 + measured(row.condition, 1.0)[0] if row.condition else 0.0)

    @property
    def width(self) -> float:
        """Its width in ems."""
        numbers = [row.numbers for row in self.rows if row.numbers]
        ends = [self.start + self.signs[1] - one.sign + one.line.width for one in numbers]
        return max([*(self._reach(row) for row in self.rows), *ends])

    @property
    def height(self) -> float:
        """Its height in ems."""
        return -self.placed[-1][2] if self.placed else 0.0

    @property
    def placed(self) -> list[tuple[float, float, float]]:
        """The baselines of each line and of its numbers, and where the line ends, from the top down."""
        found: list[tuple[float, float, float]] = []
        top = 0.0
        for row in self.rows:
            line, numbers = row.symbols.line, row.numbers.line if row.numbers else row.symbols.line
            if self.beside or row.numbers is None:
                first = second = top - max(line.high, numbers.high)
                end = first + min(line.low, numbers.low)
            else:
                first = top - line.high
                second = first + line.low - UNDER - numbers.high
                end = second + numbers.low
            found.append((first, second, end))
            top = end - self.between
        return found


@dataclass(frozen=True, eq=False)
class _Equations(Study):
    """The rules of some runs, the most telling first."""

    subject: Subject
    rules: list[ToldRule]

    def panel(self, box: Box) -> Panel:
        """Return as many of the rules as fit, as large as they can be."""
        blocks, notes, size = self._fitting(box)
        theme = self.subject.theme
        marks: list[Mark] = []
        named = len(self.subject.trajectories) > 1
        free = box.height / size - sum(self._tall(block) for block in blocks) - HEADING * len(notes)
        spread = min(max(free, 0.0) / sum(len(block.rows) for block in blocks), MOST_BETWEEN - BETWEEN)
        left, top = box.left, box.top
        for block in (replace(block, between=BETWEEN + spread) for block in blocks):
            run = block.rule.run
            if named:
                label = shortened(self.subject.labels[run], size, box.width, bold=True)
                color = self.subject.style(run).color
                marks.append(Text(np.array([left, top - size]), label, size, color, bold=True))
                top -= HEADING * size
            lit = LitLines(self.subject, run, block.rule.beats)
            for row, drawn in _drawn(block, theme.text, self._color, (left, top), size):
                marks += lit(row.line, drawn)
            top -= (block.height + block.between) * size
        for index, note in enumerate(notes):
            level = box.bottom + HEADING * SMALLEST * (len(notes) - 1 - index) + 0.24 * SMALLEST
            words = shortened(note, SMALLEST, box.width)
            marks.append(Text(np.array([left, level]), words, SMALLEST, theme.muted))
        return Panel("equation", box, tuple(marks))

    def _color(self, role: Role | None) -> Color:
        theme = self.subject.theme
        return theme.role(role).color if role else theme.text

    def _tall(self, block: _Block) -> float:
        return block.height + BETWEEN + HEADING * (len(self.subject.trajectories) > 1)

    def _fitting(self, box: Box) -> tuple[list[_Block], list[str], float]:
        """Return what is shown, what is said of the rest, and the size of the letters.

        First the numbers of the second coordinate are left out, then schedules, then runs, and then, of one
        run that does not fit, what comes first, for the step comes last.
        """
        made: dict[tuple[int, int], list[_Row]] = {}

        def block(index: int, rows: int, beside: bool, scheduled: bool = True) -> _Block:
            rule = self.rules[index]
            if (index, rows) not in made:
                made[index, rows] = _rows(rule, rows)
            return _Block(rule, made[index, rows][0 if scheduled else rule.scheduled :], beside)

        def sized(blocks: Sequence[_Block], notes: Sequence[str]) -> float:
            height = sum(self._tall(one) for one in blocks) + HEADING * len(notes)
            return min(LARGEST, box.width / max(one.width for one in blocks), box.height / height)

        told = (True, False) if any(rule.scheduled for rule in self.rules) else (True,)
        for count, scheduled, rows in product(range(len(self.rules), 0, -1), told, range(MOST_ROWS, 0, -1)):
            lines = sum(len(rule.lines) - (not scheduled) * rule.scheduled for rule in self.rules[:count])
            if rows > 1 and lines * (LOWEST_ROW * rows + BETWEEN) * SMALLEST > box.height:
                continue  # without setting them, which takes long
            options = [
                [block(index, rows, beside, scheduled) for index in range(count)] for beside in (False, True)
            ]
            notes = list(self._notes(count, rows, "" if scheduled else "not shown: how the rate changes"))
            blocks = max(options, key=lambda one: sized(one, notes))
            if sized(blocks, notes) >= SMALLEST:
                return blocks, notes, sized(blocks, notes)
        notes = list(self._notes(1, 1, "of the rule, the last of its lines that fit"))
        for bare in (False, True):
            rows_left = block(0, 1, False).rows
            if bare:
                rows_left = [replace(row, numbers=None) for row in rows_left]
            for first in range(len(rows_left)):
                last = [_Block(self.rules[0], rows_left[first:], False)]
                if sized(last, notes) >= SMALLEST:
                    return last, notes, sized(last, notes)
        return last, [], sized(last, [])

    def _notes(self, count: int, rows: int, more: str = "") -> Iterator[str]:
        labels = [self.subject.labels[rule.run] for rule in self.rules[count:]]
        if labels:
            yield f"not shown: {', '.join(labels)}"
        dimension = self.subject.trajectories[0].iterates.shape[1]
        if dimension > rows:
            first = "first of" if rows == 1 else f"first {rows} of"
            yield f"numbers: the {first} {dimension} coordinates"
        if more:
            yield more


def _drawn(
    block: _Block,
    plain: Color,
    color_of: Callable[[Role | None], Color],
    corner: tuple[float, float],
    size: float,
) -> Iterator[tuple[_Row, list[Mark]]]:
    """Yield a run's lines with the marks of each, from their upper left corner on."""
    left, top = corner
    run = block.rule.run
    of_lines, of_numbers = block.signs
    for row, (first, second, _) in zip(block.rows, block.placed, strict=True):
        x, y = left + (of_lines - row.symbols.sign) * size, top + first * size
        marks = [*_set(row.symbols, run, (x, y), size, plain, color_of)]
        if row.condition:
            after = x + (row.symbols.line.width + 0.8) * size
            marks.append(Text(np.array([after, y]), row.condition, size, plain))
        if row.numbers:
            x = left + (block.start + of_numbers - row.numbers.sign) * size
            marks += _set(row.numbers, run, (x, top + second * size), size, plain, color_of)
        yield row, marks


def _set(
    piece: _Piece,
    run: int,
    origin: tuple[float, float],
    size: float,
    plain: Color,
    color_of: Callable[[Role | None], Color],
) -> Iterator[Mark]:
    """Yield the marks of a line: its signs color by color, and its numbers."""

    def at(x: float, y: float) -> Any:
        place = np.array([origin[0] + x * size, origin[1] + y * size])
        if piece.held is None or piece.held.all():
            return place
        return Track(run, np.where(piece.held[:, None], place, np.nan), held=True)

    by_color: dict[Color, list[int]] = {plain: list(piece.line.standing(-1, slotted=False))}
    for span, role in enumerate(piece.colors):
        by_color.setdefault(color_of(role), []).extend(
            piece.line.standing(span, slotted=span in piece.slotted)
        )
    for color, signs in by_color.items():
        if signs:
            yield Text(at(0.0, 0.0), piece.line.text, size, color, signs=tuple(signs))
    for span, (width, numbers) in piece.slotted.items():
        color = color_of(piece.colors[span])
        for slot, shown in zip(piece.line.slots(span, width), numbers, strict=True):
            text = Track(run, shown, held=True) if shown.changes else shown[0]
            # Numbers end before the sign, exponents begin at their base; others have room on both sides.
            side: Literal["left", "center", "right"] = (
                "right" if span == 0 else "left" if slot.scale < 1.0 else "center"
            )
            place = at(slot.right - REST[side] * width * slot.scale, slot.baseline)
            yield Text(place, text, size * slot.scale, color, side)
