"""Objectives of many parameters, seen on planes: what is drawn is where it is said to be."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import vizgd as vg
from vizgd.base.errors import UsageError
from vizgd.comparisons.comparison_file import comparison_from_text
from vizgd.drawing.marks import Line, Points
from vizgd.views.slices import points_along, sliced
from vizgd.views.view import Subject

from ..gallery_films import planned

SCALES = np.array([1.0, 3.0, 10.0, 0.3, 2.0])
CENTER = np.array([1.0, -1.0, 0.5, 2.0, 0.0])


def value(params):
    return 0.5 * (SCALES * np.square(params - CENTER)).sum(axis=-1)


def gradient(params):
    return SCALES * (params - CENTER)


BOWL = vg.Objective(
    "bowl5",
    value,
    gradient,
    domain=((-4.0, 4.0),) * 5,
    start=(3.0, 2.0, -1.5, 3.0, 1.0),
    variables=("x1", "x2", "x3", "x4", "x5"),
)
KNOWN = dataclasses.replace(BOWL, minimizers=(tuple(CENTER.tolist()),), minimum=0.0)
RUNS = (
    vg.Run(vg.GradientDescent(learning_rate=0.05), label="slow"),
    vg.Run(vg.Momentum(learning_rate=0.02, beta=0.9), label="momentum"),
)


def film(view, objective=BOWL, runs=RUNS, **fields):
    views = [view, "convergence"]
    return planned(vg.Comparison("t", objective, runs, steps=40, views=views, **fields), (480, 270))


def panel(board, name="contour"):
    return next(one for one in board.panels if one.name == name)


def trails(one):
    return [mark.xy for mark in one.marks if isinstance(mark, Line) and mark.reveal is not None]


def recorded(run, objective=BOWL):
    return vg.record(objective, run.optimizer, steps=40).iterates


def test_without_a_setting_it_is_the_plane_of_all_paths_principal_components():
    shown = panel(film("contour"))
    iterates = [recorded(run) for run in RUNS]
    together = np.concatenate(iterates)
    end = iterates[1][-1] if value(iterates[1][-1]) < value(iterates[0][-1]) else iterates[0][-1]
    _, sizes, components = np.linalg.svd(together - together.mean(axis=0), full_matrices=False)
    for trail, path in zip(trails(shown), iterates, strict=True):
        expected = (path - end) @ components[:2].T
        np.testing.assert_allclose(np.abs(trail), np.abs(expected), atol=1e-9)
    share = 100 * sizes[0] ** 2 / np.square(sizes).sum()
    assert shown.axes.x.label == f"PC\u00a01 ({share:.2g}\u00a0% of variance)"
    assert shown.axes.y.label.startswith("PC\u00a02 (")


def test_what_is_shown_is_square_and_has_room_for_every_path():
    shown = panel(film("contour"))
    (left, right), (bottom, top) = shown.axes.x.limits, shown.axes.y.limits
    assert right - left == pytest.approx(top - bottom)
    places = np.concatenate(trails(shown))
    assert ((places > (left, bottom)) & (places < (right, top))).all()


@pytest.mark.parametrize("plane", [("x1", "x3"), (0, 2), [0, np.int64(2)]])
def test_two_coordinates_go_through_the_last_iterate_and_say_so(plane):
    shown = panel(film(vg.Contour(plane=plane)))
    assert (shown.axes.x.label, shown.axes.y.label) == ("x1", "x3")
    assert shown.axes.title == "the others as at the end"
    for trail, run in zip(trails(shown), RUNS, strict=True):
        np.testing.assert_allclose(trail, recorded(run)[:, [0, 2]], atol=1e-12)


def test_coordinates_of_different_size_are_shown_by_their_domains():
    wide = dataclasses.replace(BOWL, domain=((-4.0, 4.0), (-4.0, 4.0), (-80.0, 80.0), *BOWL.domain[:2]))
    axes = panel(film(vg.Contour(plane=(0, 2)), wide)).axes
    assert np.ptp(axes.y.limits) == pytest.approx(20 * np.ptp(axes.x.limits), rel=0.5)


def test_two_coordinates_go_through_a_known_minimizer_whose_star_they_show():
    shown = panel(film(vg.Contour(plane=("x1", "x3")), KNOWN))
    assert shown.axes.title == "the others as at the minimum"
    star = next(mark for mark in shown.marks if isinstance(mark, Points) and mark.name == "minimum")
    np.testing.assert_allclose(star.xy, [CENTER[[0, 2]]], atol=1e-12)


def test_a_minimum_beside_the_plane_is_not_marked():
    shown = panel(film(vg.Contour(plane=np.eye(5)[:2]), KNOWN))
    assert not [mark for mark in shown.marks if isinstance(mark, Points) and mark.name == "minimum"]


def test_directions_and_planes_are_taken_as_they_are():
    u, v = [1, 0, 1, 0, 0], [0, 2, 0, 0, 0]
    end = recorded(RUNS[1])[-1]
    ends = [recorded(run)[-1] for run in RUNS]
    origin = min(ends, key=value)
    for setting in ((u, v), vg.Plane(origin, [u, v], ("a", "b"))):
        shown = panel(film(vg.Contour(plane=setting)))
        np.testing.assert_allclose(
            trails(shown)[1][-1], [(end - origin) @ u / 2, (end - origin) @ v / 4], atol=1e-9
        )
    assert shown.axes.x.label == "a"


def test_random_directions_show_at_least_their_unit():
    axes = panel(film(vg.Contour(plane="random"))).axes
    for low, high in (axes.x.limits, axes.y.limits):
        assert low <= -1
        assert high >= 1


def test_a_run_that_diverges_leaves_the_picture_to_the_others():
    wild = (*RUNS, vg.Run(vg.GradientDescent(learning_rate=0.3), label="wild"))
    with_it, without = (panel(film("contour", runs=runs)).axes for runs in (wild, RUNS))
    assert with_it.x.limits == without.x.limits
    assert "diverges" in str(panel(film("contour", runs=wild)).notes)


def test_the_landscape_is_that_of_the_plane():
    trajectories = tuple(vg.record(BOWL, run.optimizer, steps=40) for run in RUNS)
    subject = Subject(BOWL, trajectories, ("a", "b"), None, None, BOWL.domain)
    cut = sliced(subject, ("x1", "x3"), 0).shown()
    places = np.random.default_rng(0).uniform(-2, 2, (6, 7, 2))
    base = min((one.iterates[-1] for one in trajectories), key=value)
    params = np.broadcast_to(base, (6, 7, 5)).copy()
    params[..., 0], params[..., 2] = places[..., 0], places[..., 1]
    np.testing.assert_allclose(cut.objective.value(places), value(params))
    np.testing.assert_allclose(cut.objective.gradient(places), gradient(params)[..., [0, 2]])


@pytest.mark.parametrize("plane", [None, "random", (0, 1)])
def test_a_surface_is_cut_like_contours(plane):
    board = film(vg.Surface(plane=plane, points=21))
    assert panel(board, "surface").marks
    turning = film(vg.Surface(plane=plane, points=21, orbit=True))
    assert turning.turns


def test_two_parameters_may_be_seen_along_other_directions_too():
    shown = panel(film(vg.Contour(plane=[[1, 1], [1, -1]]), "x**2 + 4*y**2", [_run(start=(3, 1))]))
    assert shown.axes.x.label == "u"


def _run(**fields):
    return vg.Run(vg.GradientDescent(learning_rate=0.1), **fields)


WRONG = [
    ("pac", "did you mean 'pca'"),
    (5, "two coordinates"),
    ((0, 1, 2), "two coordinates"),
    ([[1, 2], [3]], "two directions"),
    ([[1, "a"], [3, 4]], "two directions"),
    (("x1", "z"), "unknown variable 'z'"),
    ((0, 5), "counted from 0"),
    ((1, 1), "two different coordinates"),
    (np.eye(4)[:2], "bowl5 has 5 parameters"),
    (vg.Plane([0.0, 0.0, 0.0], np.eye(3)[:2]), "bowl5 has 5 parameters"),
    (np.ones((2, 5)), "span no plane"),
]


@pytest.mark.parametrize(("plane", "said"), WRONG, ids=[row[1] for row in WRONG])
@pytest.mark.parametrize("view", [vg.Contour, vg.Surface])
def test_a_plane_that_cannot_be_is_refused_with_what_can(view, plane, said):
    with pytest.raises(UsageError) as caught:
        film(view(plane=plane))
    assert said in str(caught.value)
    assert len(str(caught.value).splitlines()) <= 4


@pytest.mark.parametrize("plane", ['"pca"', "[0, 2]", '["W1[0,0]", "b1[0]"]', '"random"'])
def test_a_file_names_its_plane(plane):
    text = f"""
    title = "t"
    objective = {{ network = [1], data = "sine", generate = 10 }}
    steps = 3
    views = [{{ view = "contour", plane = {plane} }}]
    [[runs]]
    optimizer = "adam"
    """
    assert panel(planned(comparison_from_text(text, "f.toml"), (320, 180))).axes.x.label


def test_runs_on_objectives_of_their_own_have_landscapes_of_their_own():
    own = dataclasses.replace(
        BOWL, name="other", value=lambda p: 2 * value(p), gradient=lambda p: 2 * gradient(p)
    )
    runs = (*RUNS, vg.Run(vg.GradientDescent(learning_rate=0.05), objective=own, label="own"))
    board = film("contour", runs=runs)
    shown = [one for one in board.panels if one.name == "contour"]
    assert [one.axes.title for one in shown] == ["slow, momentum", "own"]
    assert [len(trails(one)) for one in shown] == [2, 1]
    assert "own" in board.describe()


def test_contours_side_by_side_share_the_plane_of_their_objective():
    board = film(vg.Contour(side_by_side=True))
    first, second = (one for one in board.panels if one.name == "contour")
    assert first.axes.x == second.axes.x
    together = panel(film("contour"))
    np.testing.assert_array_equal(trails(second)[0], trails(together)[1])


def test_few_points_are_told_from_many_parameters():
    def of(dimension):
        return vg.Objective("many", np.sum, np.ones_like, domain=((-1.0, 1.0),) * dimension)

    small = vg.nn.network_loss(vg.nn.Network((2, 256, 256, 1)), np.eye(2), [0, 1])
    assert points_along(small, 81) == 81
    assert points_along(of(1_000_000), 81) == 23
    assert points_along(of(10_000_000), 81) == 9
