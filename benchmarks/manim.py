"""Manim's own surface against vizgd's while the camera turns, and a comparison in the plane.

``python -m benchmarks.manim VARIANT`` measures one variant in this process.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import vizgd as vg
from vizgd.films.request import storyboard_of
from vizgd.renderers import RENDERERS
from vizgd.storyboard.look import Look

from .cases import RAVINE

SIZE, FPS, FRAMES = (1280, 720), 30, 24
FASTER, RATE = 8.0, 60.0


def baseline(points: int) -> float:
    """Return the seconds a frame for a turning `Surface` with a number of faces along each side."""
    import manim
    import numpy as np

    class Turning(manim.ThreeDScene):
        def construct(self) -> None:
            self.set_camera_orientation(phi=52 * manim.DEGREES, theta=-60 * manim.DEGREES)
            surface = manim.Surface(
                lambda u, v: np.array([u, v, 0.05 * (u**2 + 10 * v**2 / 9)]),
                u_range=(-3, 3),
                v_range=(-2, 2),
                resolution=(points, points),
            )
            self.add(surface)
            begun = time.perf_counter()
            self.move_camera(theta=60 * manim.DEGREES, run_time=(FRAMES - 0.5) / FPS)
            self.taken = (time.perf_counter() - begun) / FRAMES

    settings = {"pixel_width": SIZE[0], "pixel_height": SIZE[1], "frame_rate": FPS, "format": "none"}
    quiet = {"disable_caching": True, "progress_bar": "none", "verbosity": "ERROR"}
    with manim.tempconfig(settings | quiet):
        scene = Turning()
        scene.render()
    return float(scene.taken)


def ours(points: int) -> float:
    """Return the same for vizgd's surface, with axes, paths and readouts."""
    view = vg.Surface(orbit=True, points=points)
    look = Look(size=SIZE, fps=FPS, seconds=2.0)
    storyboard = storyboard_of(replace(RAVINE, views=[view]), look)
    times: list[float] = []

    class Sink:
        def write(self, *_: Any, **__: Any) -> None:
            times.append(time.perf_counter())

    RENDERERS["manim"](storyboard, Sink())
    clock = storyboard.clock
    moving = times[clock.intro : clock.intro + clock.run]
    return (moving[-1] - moving[0]) / (len(moving) - 1)


def plane() -> float:
    """Return the same for a comparison in the plane at 1080p, from planning to the finished file."""
    RENDERERS["manim"]
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        path = Path(folder, "film.mp4")
        vg.render(RAVINE, path, renderer="manim", size=(1920, 1080), fps=60, seconds=10)
        return (time.perf_counter() - begun) / 600


VARIANTS: dict[str, Callable[[], float]] = {
    "baseline 32": lambda: baseline(32),
    "ours 32": lambda: ours(32),
    "ours 64": lambda: ours(64),
    "plane": plane,
}


def main(runs: int) -> None:
    taken: dict[str, list[float]] = {variant: [] for variant in VARIANTS}
    for _ in range(runs):
        for variant, times in taken.items():
            command = [sys.executable, "-m", "benchmarks.manim", variant]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            times.append(float(done.stdout))
    middle = {variant: statistics.median(times) for variant, times in taken.items()}
    reference = middle["baseline 32"]
    print(f"{'manim':34}{'ms a frame':>12}{'× baseline 32':>16}{'frames/s':>16}")
    print(f"{'baseline Surface, 32×32, turning 720p':34}{1000 * reference:12.1f}")
    for variant, faster in (("ours 32", FASTER), ("ours 64", 1.0)):
        name = f"ours, {variant[-2:]}×{variant[-2:]}, turning 720p"
        print(f"{name:34}{1000 * middle[variant]:12.1f}{reference / middle[variant]:10.1f} (≥{faster:2.0f})")
    rate = 1 / middle["plane"]
    name = "contour and losses, 1080p60 MP4"
    print(f"{name:34}{1000 * middle['plane']:12.1f}{'':16}{rate:10.0f} (≥{RATE:.0f})")


if __name__ == "__main__":
    sys.stdout.write(f"{VARIANTS[' '.join(sys.argv[1:])]()}\n")
