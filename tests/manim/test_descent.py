"""Points that descend on curves and contours, held against the trajectory."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from manim import DOWN, LEFT, RIGHT, UP, YELLOW, FadeIn, FadeOut, ManimColor, VGroup, smooth

import vizgd as vg
from vizgd.manim import Descend, Descent, Landscape

from .played_scenes import centre, pixel, played

VALLEY, BOWL = "x**4 - 3*x**2 + x", "x**2 + 10*y**2"
STEPS = 12
CURVE = Landscape(VALLEY, [(-2.2, 2.2)], width=8, height=5)
MAP = Landscape(BOWL, [(-6, 6), (-3, 3)], width=8, height=4)
HOPS = vg.record(VALLEY, vg.GradientDescent(learning_rate=0.05), start=-2.0, steps=STEPS)
SWING = vg.record(BOWL, vg.Momentum(learning_rate=0.05), start=(5, 2), steps=STEPS)
POSITIONS = st.floats(0, STEPS)
BLUE = (0x56, 0xA8, 0xF6)


def marked(descent):
    """The marker's middle, whatever its shape: its outline's corners are symmetrical."""
    return descent.marker.points.reshape(-1, 4, 3)[:, 0].mean(axis=0)


def expected(trajectory, position):
    """Where a run is, by NumPy's interpolation, as coordinates of its landscape."""
    at = np.arange(trajectory.steps + 1)
    columns = [*trajectory.iterates.T, trajectory.losses][:2]
    return np.array([np.interp(position, at, column) for column in columns])


@given(POSITIONS)
@settings(max_examples=30, deadline=None)
def test_the_point_is_where_the_trajectory_says(position):
    for run, landscape in ((HOPS, CURVE), (SWING, MAP)):
        descent = Descent(run, landscape).set_position(position)
        np.testing.assert_allclose(marked(descent), landscape.c2p(*expected(run, position)), atol=1e-6)
        np.testing.assert_allclose(descent.params(), expected(run, position)[: run.iterates.shape[1]])


@given(POSITIONS)
@settings(max_examples=30, deadline=None)
def test_the_trail_never_leaves_the_straight_steps(position):
    descent = Descent(SWING, MAP).set_position(position)
    trail = descent.trail.points
    corners = MAP.point(SWING.iterates)
    starts, along = corners[:-1], np.diff(corners, axis=0)
    share = np.einsum("psd,sd->ps", trail[:, None] - starts, along) / (along**2).sum(axis=1)
    feet = starts + np.clip(share, 0, 1)[..., None] * along
    assert np.linalg.norm(trail[:, None] - feet, axis=-1).min(axis=1).max(initial=0) < 1e-9
    whole = int(position)
    length = np.linalg.norm(np.diff(trail.reshape(-1, 4, 3)[:, [0, 3]], axis=1), axis=-1).sum()
    steps = np.linalg.norm(along, axis=1)
    assert length == pytest.approx(steps[:whole].sum() + (position - whole) * steps[whole : whole + 1].sum())


@given(POSITIONS, st.floats(0.3, 2), st.floats(-3, 3), st.floats(0, 6))
@settings(max_examples=30, deadline=None)
def test_a_group_is_moved_scaled_and_turned_with_all_that_is_drawn_later(position, scale, shift, angle):
    landscape = MAP.copy()
    descent = Descent(SWING, landscape)
    VGroup(landscape, descent).scale(scale).shift(shift * RIGHT + UP).rotate(angle)
    descent.set_position(position)
    np.testing.assert_allclose(marked(descent), landscape.c2p(*expected(SWING, position)), atol=1e-6)


def test_a_copy_goes_its_own_way():
    descent = Descent(SWING, MAP)
    twin = descent.copy().set_position(5)
    assert (descent.position, twin.position) == (0, 5)
    assert len(descent.trail.points) < len(twin.trail.points)


def test_outside_of_the_axes_the_point_is_hidden_and_the_trail_ends_at_the_edge():
    wild = vg.record(BOWL, vg.GradientDescent(learning_rate=0.2), start=(5, 1), steps=30)
    assert wild.status.kind == "diverged"
    descent = Descent(wild, MAP)
    assert not descent.marker.hidden
    descent.set_position(wild.steps)
    assert descent.marker.hidden
    inside = MAP.frame.unit(descent.trail.points)
    assert inside.min() > -1e-9
    assert inside.max() < 1 + 1e-9


def test_a_frame_shows_point_curve_and_contours_in_their_places():
    def construct(scene):
        curve, ground = CURVE.copy().scale(0.6).to_edge(LEFT), MAP.copy().scale(0.6).to_edge(RIGHT)
        places.update(curve=curve, ground=ground)
        descent = Descent(HOPS, curve, dots=False).set_position(2)
        descent.trail.set_stroke(opacity=0)
        descent.trail.set_stroke(opacity=0, background=True)
        descent.start.hidden = True
        scene.add(curve, ground, descent)
        places["descent"] = descent
        scene.wait(0.2)

    places = {}
    *_, frame = played(construct, size=(960, 540))
    size = frame.shape[1], frame.shape[0]
    found = centre(frame, BLUE)
    np.testing.assert_allclose(found, pixel(places["descent"].place(), size), atol=1.0)
    xs = np.linspace(0.3, 2.1, 9)
    for place in places["curve"].point(xs):
        column, row = pixel(place, size).astype(int)
        assert frame[row - 2 : row + 3, column - 2 : column + 3, :3].max() > 150
    low, high = (pixel(places["ground"].point(xy), size).astype(int) for xy in ((0.8, 0.3), (5.5, 2.7)))
    assert frame[high[1], high[0], 2] > frame[low[1], low[0], 2] + 30  # higher is lighter in the dark theme


def test_descending_takes_the_steps_in_the_time_it_is_given():
    def construct(scene):
        descent = Descent(HOPS, CURVE, dots=False)
        descent.trail.set_stroke(opacity=0)
        descent.start.hidden = True
        scene.add(descent)
        scene.play(Descend(descent, steps=4), run_time=2)
        ends.append(descent.position)
        scene.play(descent.animate(run_time=1).set_position(3.5))
        ends.append(descent.position)

    ends = []
    frames = played(construct, size=(640, 360), rate=10)
    assert len(frames) == 30
    assert ends == [4, 3.5]
    for number in (0, 7, 14, 19):
        place = CURVE.c2p(*expected(HOPS, 4 * number / 20))
        np.testing.assert_allclose(centre(frames[number], BLUE), pixel(place, (640, 360)), atol=1.0)


def test_each_step_may_have_a_pace_of_its_own():
    descent = Descent(HOPS, CURVE)
    animation = Descend(descent, to=2, step_func=smooth)
    animation.begin()
    seen = []
    for alpha in np.linspace(0, 1, 9):
        animation.interpolate(alpha)
        seen.append(descent.position)
    assert seen[4] == 1
    assert seen[-1] == 2
    assert seen[1] == pytest.approx(smooth(0.25))


def test_a_run_ends_at_its_last_iterate():
    descent = Descent(HOPS, CURVE)
    assert Descend(descent, steps=1000)._end(descent) == STEPS
    assert descent.set_position(1e9).position == STEPS
    assert descent.set_position(-1).position == 0


def test_color_and_opacity_are_the_users():
    descent = Descent(HOPS, CURVE, color=YELLOW)
    assert descent.trail.get_stroke_color() == ManimColor(YELLOW)
    descent.set_color("#FF0000").set_position(5)
    assert descent.trail.get_stroke_color() == ManimColor("#FF0000")
    assert descent.marker.get_fill_color() == ManimColor("#FF0000")
    CURVE.copy().set_opacity(1).set_stroke(width=9)
    assert CURVE.frame.get_stroke_width() == CURVE.frame.get_fill_opacity() == 0


def test_it_fades_in_and_out():
    def construct(scene):
        landscape = MAP.copy().scale(0.8)
        descent = Descent(SWING, landscape)
        scene.play(FadeIn(landscape, descent))
        scene.play(Descend(descent, steps=3), run_time=1)
        scene.play(FadeOut(landscape, descent, shift=DOWN))
        scene.wait(0.2)

    frames = played(construct)
    ground = frames[0][0, 0]
    assert (frames[-1] == ground).all()
    assert (frames[9][..., :3] != ground[:3]).any(axis=-1).mean() > 0.15
