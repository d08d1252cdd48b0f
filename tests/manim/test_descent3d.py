"""Points that descend on a surface, held against the trajectory."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from manim import DEGREES, RIGHT, Group

import vizgd as vg
from vizgd.manim import Descend, Descent3D, DescentScene3D, Landscape3D, LossPlot, Readout

from .played_scenes import centre, pixel, played, seen_from, still

ANGLES = st.tuples(st.floats(20, 85), st.floats(-180, 180))
ORANGE = (0xFF, 0x8A, 0x3D)
RIDGE = "exp(-8*x**2) + y**2/100"


def test_a_path_behind_a_ridge_is_hidden_and_before_it_is_not():
    landscape = Landscape3D(RIDGE, [(-2, 2), (-2, 2)], axes=False)
    run = vg.record(RIDGE, vg.GradientDescent(learning_rate=0.1), start=(0.3, 0.0), steps=20)
    descent = Descent3D(run, landscape, run=1, behind=0.0).set_position(20)
    before = still(seen_from(75, 0), landscape, descent)  # from the side of positive x
    after = still(seen_from(75, 180), landscape, descent)
    assert np.isfinite(centre(before, ORANGE)).all()
    assert np.isnan(centre(after, ORANGE)).all()
    descent.behind = 0.28
    faded = still(seen_from(75, 180), landscape, descent)
    ground = still(seen_from(75, 180), landscape)
    assert 0 < (faded != ground).any(axis=-1).sum() < 400


@given(st.floats(0, 20), ANGLES)
@settings(max_examples=8, deadline=None)
def test_the_point_is_where_the_trajectory_says_on_the_surface(position, angles):
    landscape = Landscape3D("x**2 + y**2", [(-4, 4), (-4, 4)], resolution=17, axes=False)
    run = vg.record("x**2 + y**2", vg.GradientDescent(learning_rate=0.05), start=(3, -2), steps=20)
    group = Group(landscape, Descent3D(run, landscape, run=1)).scale(0.8).shift(0.5 * RIGHT)
    descent = group[1].set_position(position)
    at = np.array([np.interp(position, np.arange(21), column) for column in run.iterates.T])
    np.testing.assert_allclose(descent.current_point()[:2], landscape.point(at)[:2], atol=1e-6)
    np.testing.assert_allclose(descent.current_point(), landscape.point(at), atol=2e-3)
    scenes = []

    def look(scene):
        scenes.append(scene)
        seen_from(*angles)(scene)

    bright = Descent3D(run, landscape, color="#FF0000", behind=1.0).set_position(position)
    frame = still(look, bright, size=(640, 360))
    place = scenes[0].camera.project_point(bright.current_point())
    reds = np.abs(frame[..., :3].astype(int) - (255, 0, 0)).max(axis=-1) < 30
    column, row = pixel(place, (640, 360)).astype(int)
    assert reds[row - 1 : row + 2, column - 1 : column + 2].all()


def test_a_turning_camera_steps_and_numbers_go_together():
    def construct(scene):
        scene.set_camera_orientation(phi=60 * DEGREES, theta=-60 * DEGREES)
        landscape = Landscape3D("x**2 + 10*y**2", [(-6, 6), (-3, 3)])
        run = vg.record("x**2 + 10*y**2", vg.GradientDescent(learning_rate=0.05), start=(5, 2), steps=9)
        descent = Descent3D(run, landscape)
        line, losses = Readout(descent, "f = <loss>").to_corner([-1, 1, 0]), LossPlot(descent)
        scene.add_fixed_in_frame_mobjects(line, losses)
        scene.add(landscape, descent)
        scene.begin_ambient_camera_rotation(rate=0.5)
        scene.play(Descend(descent, steps=4), run_time=1)
        scene.play(descent.animate(run_time=1).set_position(6.5))
        told.extend([descent.position, line.values[0], f"{run.losses[6]:.2f}"])

    told = []
    frames = played(construct, DescentScene3D)
    assert told[0] == 6.5
    assert told[1] == told[2]
    assert len({frame.tobytes() for frame in frames}) == len(frames)
