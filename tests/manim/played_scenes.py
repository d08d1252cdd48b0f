"""Plays scenes into memory, and finds things in their frames."""

from __future__ import annotations

import tempfile

import numpy as np
from manim import DEGREES, CairoRenderer, SceneFileWriter, tempconfig

from vizgd.manim import DescentScene, DescentScene3D

SIZE = (320, 180)


def played(construct, base=DescentScene, size=SIZE, rate=5):
    """Return the frames of a scene whose ``construct`` is a function of the scene."""
    frames = []

    class Sink(SceneFileWriter):
        def write_frame(self, pixels, *, repeat=1):
            frames.extend([pixels.copy()] * repeat)

    quiet = {"format": "none", "disable_caching": True, "progress_bar": "none", "verbosity": "ERROR"}
    small = {"pixel_width": size[0], "pixel_height": size[1], "frame_rate": rate}
    with tempfile.TemporaryDirectory() as folder, tempconfig(quiet | small | {"media_dir": folder}):
        scene = type("Played", (base,), {"construct": construct})
        camera = base().camera.__class__
        scene(renderer=CairoRenderer(file_writer_class=Sink, camera_class=camera)).render()
    return frames


def pixel(point, size=SIZE):
    """Return the column and the row, real-valued, of a point of the scene."""
    unit = size[1] / 8
    return np.array([size[0] / 2 + point[0] * unit, size[1] / 2 - point[1] * unit])


def centre(frame, color, near=40):
    """Return the mean place of the pixels that have nearly a color, from 0 to 255; nan without any."""
    rows, columns = np.nonzero(np.abs(frame[..., :3].astype(int) - color).max(axis=-1) < near)
    return np.array([columns.mean() + 0.5, rows.mean() + 0.5]) if len(rows) else np.array([np.nan, np.nan])


def seen_from(phi, theta):
    """Return what turns a scene's camera to two angles in degrees."""

    def look(scene):
        scene.set_camera_orientation(phi=phi * DEGREES, theta=theta * DEGREES)

    return look


def still(look, *mobjects, base=DescentScene3D, size=SIZE):
    """Return one frame of mobjects in space, once the camera has been turned."""

    def construct(scene):
        look(scene)
        scene.add(*mobjects)
        scene.wait(0.2)

    return played(construct, base, size)[-1]


def covered(frame):
    """Return which pixels have another color than the corner."""
    return (frame[..., :3] != frame[0, 0, :3]).any(axis=-1)
