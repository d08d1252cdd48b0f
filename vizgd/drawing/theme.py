"""Colours, dashes, markers and sizes by role. Sizes are in thousandths of the frame's height."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import lcm
from typing import TYPE_CHECKING, Any

from vizgd.base.registry import Entry, Registry

if TYPE_CHECKING:
    from vizgd.drawing.marks import Color, Marker
    from vizgd.objectives.objective import Array


def rgba(hexadecimal: str, opacity: float = 1.0) -> Color:
    """Return a colour such as ``"#0072B2"`` as red, green, blue and opacity.

    >>> rgba("#FF0000", 0.5)
    (1.0, 0.0, 0.0, 0.5)
    """
    red, green, blue = (int(hexadecimal[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return (red, green, blue, opacity)


@dataclass(frozen=True)
class RunStyle:
    """How one run looks in every view; ``swell`` multiplies its path's width and its marker's size."""

    color: Color
    dash: tuple[float, ...]
    marker: Marker
    swell: float = 1.0


@dataclass(frozen=True)
class RoleStyle:
    """How the arrows of quantities of one role look in every view.

    Parameters
    ----------
    role : str or None
        See `vizgd.optimizers.formula.Role`; None for what has none.
    color : Color
    width : float
        Of the shaft.
    barbs : float
        The head's shape, see `vizgd.drawing.marks.Arrow`.
    """

    role: str | None
    color: Color
    width: float
    barbs: float


def roles_in(**colors: str) -> tuple[RoleStyle, ...]:
    """Return the styles of all roles in colors such as ``gradient="#B4002D"``.

    Their shapes are the same in every theme.
    """
    return tuple(
        RoleStyle(role, rgba(colors[role.replace(" ", "_")]), width, barbs)
        for role, (width, barbs) in ROLE_SHAPES.items()
    )


TRIANGLE, SWEPT, DIAMOND = 1.0, 1.45, 0.5
ROLE_SHAPES: dict[str, tuple[float, float]] = {
    "gradient": (7.0, TRIANGLE),
    "momentum": (9.0, SWEPT),
    "second moment": (7.0, DIAMOND),
    "step": (4.5, TRIANGLE),
    "learning rate": (4.5, DIAMOND),
    "model": (4.5, SWEPT),
    "decay": (9.0, DIAMOND),
}
"""The width of the shaft and the head of each role's arrow: no two have the same."""

# Thirteen steps of CIELAB from one another, from every run and from the star, in every vision; symbols in the
# colors of gradient, momentum and step, which are drawn most, can be read.
ROLES = roles_in(
    gradient="#B4002D",
    momentum="#870FFF",
    second_moment="#2D874B",
    step="#692D00",
    learning_rate="#000096",
    model="#0078C3",
    decay="#C378A5",
)

# Apart in every vision also when they have faded halfway to either ground, the first four above all.
REGIONS = tuple(rgba(c) for c in ("#2B62D9", "#F2A73B", "#3C8F5A", "#B3A6F2", "#F3E96B", "#6E2F73"))


@dataclass(frozen=True)
class Theme:
    """A look: colours by role, how runs are told apart, and sizes.

    Parameters
    ----------
    background, panel : Color
        The frame's ground, and the ground inside axes.
    text, muted : Color
        Text, and text of less weight; ``spine`` and ``grid`` are the lines of axes.
    curve : Color
        The objective itself, as a curve.
    minimum : Color
        Known minimizers; ``outline`` is the edge that lifts markers and paths off their ground.
    low, high : tuple of Color
        The anchors of the colour map from low losses to high ones, for contours and surfaces.
    regions : tuple of Color
        The parts of a map that belong to one minimum each; they fade towards the panel's ground.
    runs : tuple of RunStyle
        Runs take them in order; more runs than styles begin again with the next dash.
    roles : tuple of RoleStyle
        How arrows look, by what they stand for.
    most_swell : float
        By how much of its size the first of several runs is larger than the last.
    """

    name: str
    background: Color
    panel: Color
    text: Color
    muted: Color
    spine: Color
    grid: Color
    curve: Color
    minimum: Color
    outline: Color
    contour_map: tuple[Color, ...]
    contour_line: Color
    surface_map: tuple[Color, ...]
    surface_line: Color
    runs: tuple[RunStyle, ...]
    title_size: float = 46.0
    label_size: float = 29.0
    tick_size: float = 26.0
    legend_size: float = 30.0
    caption_size: float = 31.0
    path_width: float = 5.5
    curve_width: float = 5.0
    casing_width: float = 3.0
    iterate_size: float = 11.0
    marker_size: float = 25.0
    start_size: float = 19.0
    minimum_size: float = 44.0
    most_swell: float = 0.2
    regions: tuple[Color, ...] = REGIONS
    roles: tuple[RoleStyle, ...] = ROLES

    def role(self, name: str | None) -> RoleStyle:
        """Return how the arrows of a role look; of another one, or of none, muted."""
        found = (style for style in self.roles if style.role == name)
        return next(found, RoleStyle(name, self.muted, *ROLE_SHAPES["gradient"]))

    def run(self, index: int, count: int = 1) -> RunStyle:
        """Return the style of one of so many runs; past the last colour they repeat in another shape.

        The dashes of as many runs as there are dashes differ, whatever their colors.

        Later runs are painted over earlier ones. So the earlier a run, the larger it is: where one lies
        exactly under others, it still shows around them.
        """
        style = self.runs[index % len(self.runs)]
        shift = index // len(self.runs)
        over = max(count - 1 - index, 0) / max(count - 1, 1)
        if shift:
            # Where dashes and colors begin again together, the next round is moved by one.
            moved = shift * len(self.runs) + index // lcm(len(self.runs), len(DASHES))
            style = replace(
                style, dash=_after(DASHES, style.dash, moved), marker=_after(MARKERS, style.marker, shift)
            )
        return replace(style, swell=1.0 + self.most_swell * over)


def _after(kinds: tuple[Any, ...], kind: Any, count: int) -> Any:
    """Return the kind so many places after one, or after the first of them."""
    return kinds[((kinds.index(kind) if kind in kinds else 0) + count) % len(kinds)]


DASHES: tuple[tuple[float, ...], ...] = (
    (),
    (3.2, 1.7),
    (1.0, 1.4),
    (4.5, 1.5, 1.0, 1.5),
    (6.5, 1.8),
    (3.0, 1.4, 1.0, 1.4, 1.0, 1.4),
    (2.2, 3.2),
    (5.0, 1.5, 1.0, 1.5, 1.0, 1.5, 1.0, 1.5),
)
"""Drawn and open lengths in units of the line's width, told apart also where it is a pixel wide."""

MARKERS: tuple[Marker, ...] = ("circle", "square", "triangle", "diamond", "down", "pentagon")


def _styles(*colors: str) -> tuple[RunStyle, ...]:
    return tuple(
        RunStyle(rgba(color), DASHES[i % len(DASHES)], MARKERS[i % len(MARKERS)])
        for i, color in enumerate(colors)
    )


# Hues after Okabe and Ito (2008), moved as little as keeps every two of them 20 steps of CIELAB apart, also
# for viewers without red or green cones, and nearly as far from the star's yellow, at a contrast of 3 with
# the ground.
LIGHT = Theme(
    name="light",
    background=rgba("#FFFFFF"),
    panel=rgba("#F7F8FA"),
    text=rgba("#1B1F27"),
    muted=rgba("#5A6270"),
    spine=rgba("#6C7483"),
    grid=rgba("#E0E4EA"),
    curve=rgba("#4A5160"),
    minimum=rgba("#FFD23F"),
    outline=rgba("#FFFFFF"),
    contour_map=tuple(rgba(c) for c in ("#FBFCFE", "#E4EBF4", "#C9D7E8", "#ABBFD8", "#8FA8C8")),
    contour_line=rgba("#6E8BB0", 0.55),
    surface_map=tuple(rgba(c) for c in ("#F4F8FD", "#CFDDF0", "#A3BDDF", "#7799CB", "#5479B5")),
    surface_line=rgba("#3F5F94", 0.35),
    runs=_styles("#005CBD", "#BE421E", "#00896A", "#B0459A", "#1B1F27", "#D07A00"),
)

DARK = Theme(
    name="dark",
    background=rgba("#11151C"),
    panel=rgba("#171C25"),
    text=rgba("#F1F3F6"),
    muted=rgba("#A9B2C0"),
    spine=rgba("#7C8798"),
    grid=rgba("#2A323F"),
    curve=rgba("#C3CAD6"),
    minimum=rgba("#FFD23F"),
    outline=rgba("#11151C"),
    contour_map=tuple(rgba(c) for c in ("#151A23", "#1D2838", "#27394F", "#334C68", "#426283")),
    contour_line=rgba("#7FA0C6", 0.45),
    surface_map=tuple(rgba(c) for c in ("#20304A", "#2C476C", "#3B6190", "#5080B4", "#74A5D6")),
    surface_line=rgba("#B9D3F0", 0.22),
    runs=_styles("#56A8F6", "#FF8A3D", "#2FD3A2", "#F291CE", "#F4F6F8", "#CCFF99"),
    roles=roles_in(
        gradient="#FF4B5A",
        momentum="#F0C3FF",
        second_moment="#D2FFC3",
        step="#FFFF00",
        learning_rate="#E11EC3",
        model="#009696",
        decay="#6969FF",
    ),
)


def blended(anchors: tuple[Color, ...], fractions: Array) -> Array:
    """Return colours ``(..., 4)`` at fractions from 0 to 1 along a row of anchor colours."""
    import numpy as np  # only here: help names the themes without it

    places = np.linspace(0.0, 1.0, len(anchors))
    channels = np.array(anchors)
    return np.stack([np.interp(fractions, places, channels[:, c]) for c in range(4)], axis=-1)


def _themes() -> Mapping[str, Entry[Any]]:
    return {
        "light": Entry(lambda: LIGHT, "dark ink on white, for slides and papers"),
        "dark": Entry(lambda: DARK, "light ink on near-black, for talks and video"),
    }


THEMES: Registry[Theme] = Registry("theme", "vizgd.themes", _themes)


def theme_from(theme: str | Theme) -> Theme:
    """Return the theme that something stands for: itself, or that of the table with its name.

    Raises
    ------
    UsageError
        For a name that the table does not have.
    """
    return theme if isinstance(theme, Theme) else THEMES[theme]
