"""What is measured: comparisons, sizes and formats, one row a case."""

from __future__ import annotations

from dataclasses import dataclass, replace

import vizgd as vg


@dataclass(frozen=True)
class Case:
    """A film that is made in three variants.

    ``baseline`` names the builder in `baseline` that makes the same picture with matplotlib alone.
    """

    name: str
    comparison: vg.Comparison
    baseline: str
    size: tuple[int, int]
    suffix: str
    fps: int
    frames: int
    against_baseline: float
    against_encoding: float | None

    @property
    def seconds(self) -> float:
        return self.frames / self.fps


START = (-5.0, 3.0)
RAVINE = vg.Comparison(
    title="Three optimizers in a ravine",
    objective="x**2 + 10*y**2",
    domain=[(-6, 6), (-4, 4)],
    steps=100,
    runs=[
        vg.Run(vg.GradientDescent(learning_rate=0.09), START),
        vg.Run(vg.Momentum(learning_rate=0.03, beta=0.8), START),
        vg.Run(vg.Adam(learning_rate=0.5), START),
    ],
    views=["contour", "convergence"],
)
LONG = replace(
    RAVINE,
    title="Five thousand iterations",
    objective="rosenbrock",
    domain=[(-2, 2), (-1, 3)],
    steps=5000,
    runs=[
        vg.Run(vg.GradientDescent(learning_rate=0.001), (-1.5, 2)),
        vg.Run(vg.Momentum(learning_rate=0.0002, beta=0.9), (-1.5, 2)),
        vg.Run(vg.Adam(learning_rate=0.002), (-1.5, 2)),
    ],
)
WHY = replace(
    RAVINE,
    title="What moves momentum and Adam",
    runs=RAVINE.runs[1:],
    views=[vg.Contour(arrows="parts"), "equation", "state"],
)
SEEDS = replace(
    RAVINE,
    title="One run with fifty seeds",
    steps=500,
    runs=[vg.Run(vg.GradientDescent(learning_rate=0.03), START, noise=8.0, seeds=50)],
)
POINTS = 100
"""Along each side of a surface."""
CAMERA = {"azimuth": -60, "elevation": 38, "points": POINTS}
FIXED = replace(RAVINE, title="On the surface", views=[vg.Surface(**CAMERA)])
TURNING = replace(RAVINE, title="Around the surface", views=[vg.Surface(**CAMERA, orbit=True)])

CASES = (
    Case("contour and losses, 720p MP4", RAVINE, "contour", (1280, 720), "mp4", 25, 240, 12.0, 1.3),
    Case("contour and losses, 540p GIF", RAVINE, "contour", (960, 540), "gif", 25, 240, 25.0, 2.0),
    Case("surface, fixed camera, 720p MP4", FIXED, "surface", (1280, 720), "mp4", 25, 240, 20.0, 1.4),
    Case("surface, turning, 720p MP4", TURNING, "turning", (1280, 720), "mp4", 25, 240, 8.0, None),
    Case("parts, equation, state, 720p MP4", WHY, "why", (1280, 720), "mp4", 25, 240, 12.0, 1.3),
    Case("parts, equation, state, 540p GIF", WHY, "why", (960, 540), "gif", 25, 240, 12.0, 1.3),
    Case("fifty seeds, 720p MP4", SEEDS, "seeds", (1280, 720), "mp4", 25, 240, 12.0, 2.0),
    Case("fifty seeds, 540p GIF", SEEDS, "seeds", (960, 540), "gif", 25, 240, 12.0, 2.0),
    Case("5,000 iterations, 1080p60 MP4", LONG, "contour", (1920, 1080), "mp4", 60, 600, 20.0, 1.5),
)
