"""A surface drawn as one piece, held against Manim's own."""

from __future__ import annotations

import numpy as np
import pytest
from manim import DEGREES, OUT, UP, FadeIn, FadeOut, Surface, ThreeDScene, tempconfig

from vizgd.manim import DescentScene3D, Mesh

from .played_scenes import covered, pixel, played, seen_from, still

XS = np.linspace(-1, 1, 25)
HILLS = 0.5 + 0.5 * np.cos(4 * XS)[:, None] * np.sin(3 * XS)


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
