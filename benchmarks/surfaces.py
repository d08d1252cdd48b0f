"""A turning surface at 720p: Manim's own `Surface` and vizgd's mesh take turns."""

from __future__ import annotations

import statistics
import tempfile
import time

import numpy as np

FRAMES = 10
ROWS = {"baseline 32×32": (32, False), "ours 32×32": (32, True), "ours 64×64": (64, True)}
AT_LEAST = {"ours 32×32": 8.0, "ours 64×64": 1.0}


def height(x: float, y: float) -> float:
    return 0.6 * np.cos(1.5 * x) * np.sin(1.5 * y) + 0.15 * x**2


def milliseconds(count: int, ours: bool) -> float:
    """Return how long a frame takes, Manim's own work on each frame included."""
    import manim

    from vizgd.manim import DescentScene3D, Mesh

    class Unwritten(manim.SceneFileWriter):
        def write_frame(self, pixels, *, repeat=1):
            pass

    class Turning(DescentScene3D):
        def construct(self):
            places = np.linspace(-3, 3, count + 1)
            surface = (
                Mesh(height(places, places[:, None]))
                if ours
                else manim.Surface(
                    lambda u, v: np.array([u, v, height(u, v)]),
                    u_range=[-3, 3],
                    v_range=[-3, 3],
                    resolution=(count, count),
                )
            )
            self.set_camera_orientation(phi=1.1, theta=-1.0)
            self.add(surface)
            self.begin_ambient_camera_rotation(rate=0.3)
            begun = time.perf_counter()
            self.wait(FRAMES / 10)
            self.taken = time.perf_counter() - begun

    quiet = {"format": "none", "disable_caching": True, "progress_bar": "none", "verbosity": "ERROR"}
    size = {"pixel_width": 1280, "pixel_height": 720, "frame_rate": 10}
    with tempfile.TemporaryDirectory() as folder, manim.tempconfig(quiet | size | {"media_dir": folder}):
        camera = type(Turning().camera)
        renderer = manim.CairoRenderer(file_writer_class=Unwritten, camera_class=camera)
        scene = Turning(renderer=renderer)
        scene.render()
    return 1000 * scene.taken / FRAMES


def main(runs: int) -> None:
    taken: dict[str, list[float]] = {row: [] for row in ROWS}
    for _ in range(runs):
        for row, case in ROWS.items():
            taken[row].append(milliseconds(*case))
    middle = {row: statistics.median(times) for row, times in taken.items()}
    print(f"{'a frame of a surface in Manim':34}{'ms':>8}{'× baseline':>14}")
    for row, median in middle.items():
        ratio = middle["baseline 32×32"] / median
        target = f" (≥{AT_LEAST[row]:3.0f})" if row in AT_LEAST else ""
        print(f"{row:34}{median:8.1f}{ratio:8.1f}{target}")
