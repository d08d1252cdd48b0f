"""How runs look on a landscape: what leaves the axes, what hides behind a hill, what is marked."""

from __future__ import annotations

import numpy as np
import pytest

import vizgd as vg
from vizgd.base.errors import UsageError
from vizgd.drawing.marks import Arrow, Line, Points, Text
from vizgd.drawing.theme import THEMES
from vizgd.drawing.typeset import measured, placed
from vizgd.renderers.matplotlib.compositor import AggCompositor

from ..gallery_films import in_pixels, planned


def _comparison(*rates, views=("contour",), objective="x**2 + y**2", start=(3, 2), **settings):
    runs = [vg.Run(vg.GradientDescent(learning_rate=rate), start) for rate in rates]
    return vg.Comparison(title="t", objective=objective, runs=runs, views=views, **settings)


def _panel(board, name):
    return next(panel for panel in board.panels if panel.name == name)


def _last(board, name):
    return [
        mark
        for layer in board.frame(board.clock.frames - 1)
        for mark in layer.marks
        if getattr(mark, "name", "") == name
    ]


def test_a_diverging_run_is_shown_leaving_with_the_step_at_which_it_diverged():
    board = planned(_comparison(1.2, steps=60))
    box = _panel(board, "contour").box
    (cross,) = _last(board, "departure")
    on_edge = min(
        abs(cross.xy[0] - box.left),
        abs(cross.xy[0] - box.right),
        abs(cross.xy[1] - box.bottom),
        abs(cross.xy[1] - box.top),
    )
    assert on_edge < 1e-6
    status = vg.record("x**2 + y**2", vg.GradientDescent(learning_rate=1.2), (3, 2), 60).status
    notes = [m for layer in board.frame(board.clock.frames - 1) for m in layer.marks if isinstance(m, Text)]
    (note,) = [m for m in notes if m.text.endswith(f"diverges at {status.iteration}")]
    half = measured(note.text, note.size, bold=True)[0] / 2
    assert box.left <= note.xy[0] - half
    assert note.xy[0] + half <= box.right
    assert box.bottom < note.xy[1] < box.top


def test_nothing_is_said_of_leaving_before_the_run_leaves():
    board = planned(_comparison(1.2, steps=60))
    names = [getattr(m, "name", "") for layer in board.frame(0) for m in layer.marks if _drawn(m)]
    assert "departure" not in names


def _drawn(mark):
    return not isinstance(mark, Points) or np.isfinite(mark.xy).all()


@pytest.mark.parametrize("view", ["contour", "convergence"])
def test_a_diverging_run_does_not_stretch_the_axes(view):
    alone = _panel(planned(_comparison(0.1, views=[view], steps=40)), view).axes
    beside = _panel(planned(_comparison(0.1, 1.4, views=[view], steps=40)), view).axes
    assert beside.x.limits == alone.x.limits
    assert beside.y.limits[1] <= 1e4 * alone.y.limits[1]


def test_start_current_point_and_minimum_are_marked():
    board = planned(_comparison(0.1, steps=10))
    for name in ("start", "current 0", "minimum"):
        assert _last(board, name)
    np.testing.assert_allclose(_last(board, "minimum")[0].xy, _to_frame(board, [[0.0, 0.0]]), atol=1e-6)
    np.testing.assert_allclose(_last(board, "start")[0].xy, _to_frame(board, [3.0, 2.0]), atol=1e-6)


def _to_frame(board, point):
    return _panel(board, "contour").to_frame(np.array(point))


def test_the_path_is_the_straight_steps_that_were_taken():
    board = planned(_comparison(0.3, steps=6, objective="x**2 + 3*y**2"))
    path = next(m for m in _panel(board, "contour").marks if isinstance(m, Line) and m.reveal is not None)
    taken = vg.record("x**2 + 3*y**2", vg.GradientDescent(learning_rate=0.3), (3, 2), 6)
    np.testing.assert_array_equal(path.xy, taken.iterates)


def _hill(azimuth):
    """Return a film of a path that lies on the far or near slope of a ridge, as the azimuth says."""
    return planned(
        _comparison(
            0.2,
            objective="3*exp(-x**2) + 0.02*y**2",
            start=(1.5, 2),
            domain=[(-3, 3), (-3, 3)],
            views=[vg.Surface(azimuth=azimuth, elevation=20)],
            steps=5,
        )
    )


def test_a_path_behind_a_hill_is_faded_and_not_painted_over_it():
    near, far = _hill(0.0), _hill(180.0)
    assert [m.fill[3] for m in _last(near, "current 0") if np.isfinite(m.xy).all()] == [1.0]
    assert not [m for m in _last(far, "current 0") if np.isfinite(m.xy).all()]
    (behind,) = [m for m in _last(far, "behind 0") if np.isfinite(m.xy).all()]
    assert behind.fill[3] < 0.6
    compositor = AggCompositor(far)
    pixels = compositor.frame(far.clock.frames - 1)
    x, y = in_pixels(far, behind.xy).round().astype(int)
    full = np.round(255 * np.array(behind.fill[:3]))
    assert np.abs(pixels[y, x, :3] - full).sum() > 60


def test_a_turning_surface_keeps_its_size():
    board = planned(_comparison(0.1, views=[vg.Surface(orbit=True)], steps=20))
    widths = []
    for number in (0, board.clock.intro + board.clock.run // 2, board.clock.frames - 1):
        layers = [layer for layer in board.moving(number) for m in layer.marks if type(m).__name__ == "Mesh"]
        (mesh,) = [m for layer in layers[:1] for m in layer.marks if type(m).__name__ == "Mesh"]
        widths.append(np.ptp(mesh.vertices[..., 1]))
    assert np.ptp(widths) < 0.35 * max(widths)


@pytest.mark.parametrize(
    ("view", "objective", "start"),
    [("contour", "x**2", 3), ("surface", "x**2", 3), ("curve", "x**2 + y**2", (3, 2)), ("data", "x**2", 3)],
)
def test_a_view_that_cannot_show_an_objective_says_which_can(view, objective, start):
    with pytest.raises(UsageError) as caught:
        planned(_comparison(0.1, objective=objective, start=start, views=[view]))
    assert caught.value.hint


def test_a_run_under_another_shows_around_it_and_through_it():
    """Two runs that differ in nothing: the first is larger, and its outline lies over the second's marker."""
    board = planned(_comparison(0.1, 0.1, steps=10))
    lines = [m for m in _panel(board, "contour").marks if isinstance(m, Line) and m.reveal is not None]
    assert lines[0].width > lines[1].width
    marks = [m for layer in board.frame(board.clock.frames - 1) for m in layer.marks if isinstance(m, Points)]
    names = [mark.name for mark in marks]
    under, over = marks[names.index("current 0")], marks[names.index("current 1")]
    np.testing.assert_array_equal(under.xy, over.xy)
    assert under.size > over.size
    (outline,) = [
        m for m in marks[names.index("current 1") :] if (m.edge, m.marker) == (under.fill, "circle")
    ]
    np.testing.assert_array_equal(outline.xy, under.xy)
    assert outline.fill[3] == 0


def test_one_run_alone_has_the_sizes_of_the_theme():
    board = planned(_comparison(0.1, steps=10))
    assert _last(board, "current 0")[0].size == THEMES["light"].marker_size


def test_a_minimum_is_seen_around_the_trails_that_end_in_it_and_hides_none():
    board = planned(_comparison(0.1, steps=10))
    marks = _panel(board, "contour").marks
    stars = [k for k, m in enumerate(marks) if isinstance(m, Points) and m.marker == "star"]
    (trail,) = [k for k, m in enumerate(marks) if isinstance(m, Line) and m.reveal is not None]
    assert stars[0] < trail < stars[1]
    assert marks[stars[0]].fill[3] == 1.0
    assert marks[stars[1]].fill[3] == 0.0
    assert marks[stars[1]].edge[3] == 1.0


@pytest.mark.parametrize(("start", "rings"), [((2, 0), 1), ((-2, 2), 1), ((1.99, 0), 1), ((1, 1), 0)])
def test_a_start_at_the_edge_has_a_whole_ring(start, rings):
    run = vg.Run(vg.GradientDescent(learning_rate=0.1), start=start)
    views = ["contour"]
    comparison = vg.Comparison("t", "x**2 + y**2", [run], steps=5, domain=[(-2, 2)] * 2, views=views)
    notes = [m for m in _panel(planned(comparison), "contour").notes if isinstance(m, Points)]
    whole = [m for m in notes if m.size == THEMES["light"].start_size and m.marker == "circle"]
    assert len(whole) == rings
    for ring in whole:
        np.testing.assert_allclose(ring.xy, start)
        assert ring.fill[3] == 0.0


def test_a_minimum_has_a_name_where_one_is_given():
    board = planned(_comparison(0.1, steps=10, views=[vg.Contour(minimum_label="best fit")]))
    (name,) = [m for m in _panel(board, "contour").notes if isinstance(m, Text)]
    assert name.text == "best fit"
    np.testing.assert_allclose(name.xy, [0.0, 0.0], atol=1e-6)


@pytest.mark.parametrize("start", [(-4, -4), (4, -4), (4, 4), (-4, 4)])
def test_names_of_points_are_written_beside_the_paths_that_lead_there(start):
    view = vg.Contour(reference=(0.2, 0), reference_label="truth", minimum_label="best fit")
    board = planned(_comparison(0.1, start=start, views=[view], domain=[(-5, 5), (-5, 5)]))
    panel = _panel(board, "contour")
    names = [m for m in panel.notes if isinstance(m, Text)]
    assert sorted(m.text for m in names) == ["best fit", "truth"]
    iterates = vg.record("x**2 + y**2", vg.GradientDescent(learning_rate=0.1), start, 40).iterates
    weights = np.linspace(0, 1, 50)[:, None, None]
    fine = panel.to_frame(((1 - weights) * iterates[:-1] + weights * iterates[1:]).reshape(-1, 2))
    shown = {m.text: m for layer in board.frame(0) for m in layer.marks if isinstance(m, Text)}
    for name in names:
        corners = placed(shown[name.text])[0]
        low, high = corners.min(axis=0), corners.max(axis=0)
        assert panel.box.left <= low[0]
        assert high[0] <= panel.box.right
        assert not ((fine > low) & (fine < high)).all(axis=1).any()


def test_the_arrow_of_a_step_stays_from_when_it_is_taken_if_it_is_long_enough():
    settings = {"objective": "x**2", "start": 8, "domain": [(-9, 9)], "views": [vg.Curve(arrows=True)]}
    board = planned(_comparison(0.1, steps=20, **settings))
    panel = _panel(board, "curve")
    arrows = [m for m in panel.layers[2].marks if isinstance(m, Arrow)]
    iterates = vg.record("x**2", vg.GradientDescent(learning_rate=0.1), 8, 20).iterates
    places = panel.to_frame(np.column_stack([iterates[:, 0], iterates[:, 0] ** 2]))
    assert 4 <= len(arrows) < 20
    for step, arrow in enumerate(arrows):
        for position in (step, step + 0.5, 20):
            np.testing.assert_allclose(arrow.tail.at(position), places[step])
            np.testing.assert_allclose(arrow.head.at(position), places[step + 1])
        assert step == 0 or np.isnan(arrow.head.at(step - 0.01)).all()
    lengths = np.hypot(*np.diff(places, axis=0).T)
    assert len(arrows) == np.count_nonzero(lengths >= 24)


def test_what_is_named_but_lies_outside_the_axes_is_said_to_and_is_not_written_over_what_stands_beside():
    view = vg.Contour(reference=(-400, 1), reference_label="the truth", minimum_label="the minimum")
    board = planned(_comparison(0.1, views=[view], domain=[(2, 6), (1, 4)]))
    panel = _panel(board, "contour")
    (cross,) = _last(board, "reference")
    np.testing.assert_allclose(cross.xy, [panel.box.left, panel.box.bottom], atol=1e-6)
    texts = [m.text for layer in board.frame(0) for m in layer.marks if isinstance(m, Text)]
    assert "the truth (outside)" in texts
    assert "the minimum" not in texts
