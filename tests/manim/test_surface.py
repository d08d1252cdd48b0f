"""Surfaces that are drawn as one piece, held against ray casting and against Manim's own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from manim import DEGREES, OUT, RIGHT, UP, FadeIn, FadeOut, Group, Surface, ThreeDScene, tempconfig

import vizgd as vg
from vizgd.base.errors import UsageError
from vizgd.drawing.projection import HeightField
from vizgd.manim import Descend, Descent3D, DescentScene3D, Landscape3D, LossPlot, Mesh, Readout
from vizgd.manim.sight import Sight

from .played_scenes import centre, pixel, played

XS = np.linspace(-1, 1, 25)
HILLS = 0.5 + 0.5 * np.cos(4 * XS)[:, None] * np.sin(3 * XS)
ANGLES = st.tuples(st.floats(20, 85), st.floats(-180, 180))
ORANGE = (0xFF, 0x8A, 0x3D)
RIDGE = "exp(-8*x**2) + y**2/100"


def seen_from(phi, theta):
    def look(scene):
        scene.set_camera_orientation(phi=phi * DEGREES, theta=theta * DEGREES)

    return look


def still(look, *mobjects, base=DescentScene3D, size=(320, 180)):
    def construct(scene):
        look(scene)
        scene.add(*mobjects)
        scene.wait(0.2)

    return played(construct, base, size)[-1]


def covered(frame):
    return (frame[..., :3] != frame[0, 0, :3]).any(axis=-1)


@given(ANGLES, st.floats(3, 40), st.data())
@settings(max_examples=20, deadline=None)
def test_what_is_hidden_is_what_rays_to_the_eye_meet(angles, distance, data):
    phi, theta = np.radians(angles)
    eye = distance * np.array([np.sin(phi) * np.cos(theta), np.sin(phi) * np.sin(theta), np.cos(phi)])
    field = HeightField(XS, XS, HILLS)
    places = np.array(
        data.draw(st.lists(st.tuples(st.floats(-1, 1), st.floats(-1, 1)), min_size=8, max_size=8))
    )
    points = np.column_stack([places, field.at(*places.T)])
    shares = np.linspace(0, 1, 4000)[1:, None]
    for point, hidden in zip(points, Sight(field, tuple(eye)).hidden(points), strict=True):
        ray = point + shares * (eye - point)
        above = field.at(ray[:, 0], ray[:, 1]) - ray[:, 2]
        away = np.linalg.norm(ray - point, axis=1) > 0.05
        # Near the rim of a hill either answer will do.
        if above.max() > 0.03:
            assert hidden
        elif above[~away].max() <= 0 and above[away].max() < -0.02:
            assert not hidden


@pytest.mark.parametrize("angles", [(60, -60), (75, 20), (50, 200), (15, 100), (85, 135)])
def test_near_faces_are_painted_over_far_ones(angles):
    """Each face has a color of its own; the judge asks in which faces a pixel lies, and which is nearest."""
    mesh = Mesh(HILLS[::2, ::2], lines=0)
    count = mesh.fills.shape[0]
    index = np.arange(count * count)
    shades = (
        np.stack([20 + index % 11 * 22, 20 + index // 11 % 11 * 22, 20 + index // 121 * 50], axis=-1) / 255
    )
    mesh.fills = np.concatenate([shades, np.ones((len(shades), 1))], axis=1).reshape(count, count, 4)
    scenes = []

    def construct(scene):
        scenes.append(scene)
        seen_from(*angles)(scene)
        scene.add(mesh)
        scene.wait(0.2)

    frame = played(construct, DescentScene3D, (640, 360))[-1]
    camera = scenes[0].camera
    world = mesh.place(mesh.field.points).reshape(-1, 3)
    flat = mesh.on_screen(camera, mesh.field.points)
    eye = np.asarray(camera.frame_center) + camera.get_rotation_matrix().T @ [
        0,
        0,
        camera.get_focal_distance(),
    ]
    far = np.linalg.norm(world - eye, axis=1).reshape(flat.shape[:2])
    quads = np.stack([flat[:-1, :-1], flat[:-1, 1:], flat[1:, 1:], flat[1:, :-1]], axis=2).reshape(-1, 4, 2)
    depths = ((far[:-1, :-1] + far[1:, 1:] + far[:-1, 1:] + far[1:, :-1]) / 4).ravel()
    edges = np.roll(quads, -1, axis=1) - quads
    after = np.roll(edges, -1, axis=1)
    turn = edges[..., 0] * after[..., 1] - edges[..., 1] * after[..., 0]
    right = total = 0
    rng = np.random.default_rng(1)
    rows, columns = np.nonzero(covered(frame))
    for pick in rng.choice(len(rows), 300, replace=False):
        at = np.array([columns[pick] + 0.5, rows[pick] + 0.5])
        edge = np.roll(quads, -1, axis=1) - quads
        side = edge[..., 0] * (at[1] - quads[..., 1]) - edge[..., 1] * (at[0] - quads[..., 0])
        lengths = np.linalg.norm(edge, axis=-1)
        inside = (side > 1.5 * lengths).all(axis=1) | (side < -1.5 * lengths).all(axis=1)
        beside = ((side > -1.5 * lengths).all(axis=1) | (side < 1.5 * lengths).all(axis=1)) & ~inside
        # A face at a rim may be folded over.
        folded = (turn > 0).any(axis=1) & (turn < 0).any(axis=1)
        near = ((quads.min(axis=1) - 2 < at) & (at < quads.max(axis=1) + 2)).all(axis=1)
        if (
            not inside.any()
            or (folded & near).any()
            or (beside & (depths < depths[inside].min() + 0.5)).any()
        ):
            continue  # on an edge, or nearly
        nearest = np.flatnonzero(inside)[np.argmin(depths[inside])]
        total += 1
        right += np.abs(frame[rows[pick], columns[pick], :3] - 255 * shades[nearest]).max() <= 2
    assert total > 20
    assert right == total


def test_it_has_the_outline_of_manims_own_surface():
    def height(u, v):
        return np.cos(1.5 * u) * np.sin(1.5 * v)

    u = np.linspace(-3, 3, 17)
    heights = height(u, u[:, None])
    low, high = heights.min(), heights.max()
    ours = Mesh(heights, width=6, depth=6, height=high - low).shift((high + low) / 2 * OUT)
    stock = Surface(
        lambda u, v: np.array([u, v, height(u, v)]), u_range=[-3, 3], v_range=[-3, 3], resolution=(16, 16)
    )
    for angles in ((65, -60), (40, 130)):
        a = covered(still(seen_from(*angles), ours))
        b = covered(still(seen_from(*angles), stock, base=ThreeDScene))
        assert (a & b).sum() / (a | b).sum() > 0.98


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


def test_it_fades_moves_and_turns_like_any_mobject():
    def construct(scene):
        scene.set_camera_orientation(phi=60 * DEGREES, theta=-60 * DEGREES)
        mesh = Mesh(HILLS)
        scene.play(FadeIn(mesh))
        scene.play(mesh.animate.scale(0.5).shift(UP))
        scene.move_camera(theta=30 * DEGREES, run_time=1)
        scene.play(mesh.animate.set_opacity(0.5))
        ends.append(scene.camera.project_point(mesh.get_center()))
        scene.play(FadeOut(mesh))
        scene.wait(0.2)

    ends = []
    frames = played(construct, DescentScene3D)
    ground = frames[0][0, 0]
    assert (frames[-1] == ground).all()
    solid, half = frames[14], frames[19]
    both = covered(solid) & covered(half)
    mixed = (solid[both].astype(int) + ground) / 2
    share = np.abs(half[both][:, :3] - mixed[:, :3]).max(axis=1)
    assert np.quantile(share, 0.9) < 25  # the last frame is short of the end
    rows, columns = np.nonzero(covered(frames[19]))
    middle = [(columns.min() + columns.max()) / 2, (rows.min() + rows.max()) / 2]
    np.testing.assert_allclose(middle, pixel(ends[0]), atol=6)


def test_a_hole_is_left_out_and_a_color_is_taken():
    heights = HILLS.copy()
    heights[8:17, 8:17] = np.nan
    mesh = Mesh(heights, lines=0).set_color("#FF0000")
    frame = still(seen_from(0, -90), mesh)
    assert not covered(frame)[90, 160]
    bright = frame[frame[..., :3].max(axis=-1) > 100].astype(int)
    assert len(bright) > 1000
    assert (bright[:, 0] > bright[:, 2] + 40).all()


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


def test_it_shows_objectives_of_two_parameters():
    with pytest.raises(UsageError, match="a surface shows 2 parameters"):
        Landscape3D("x**2")


def test_a_transparent_ground_stays_transparent_around_it():
    mesh = Mesh(HILLS)
    with tempconfig({"background_opacity": 0.0}):
        frame = still(seen_from(60, -60), mesh)
    opaque = still(seen_from(60, -60), mesh)
    assert frame[0, 0, 3] == 0
    whole = frame[..., 3] == 255
    assert whole.sum() > 1000
    assert ((frame[..., 3] > 0) == covered(opaque)).mean() > 0.995
    np.testing.assert_allclose(frame[whole].astype(int), opaque[whole], atol=3)
    assert (frame[..., :3].max(axis=-1) <= frame[..., 3]).all()  # opacity is multiplied in
