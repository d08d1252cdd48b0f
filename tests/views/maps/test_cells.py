"""What maps of starts and of hyper-parameters have in common."""

from __future__ import annotations

import pytest

import vizgd as vg
from tests.gallery_films import planned
from tests.views.cells import mapped
from vizgd.base.errors import UsageError
from vizgd.base.progress import listening, part
from vizgd.comparisons.comparison_file import comparison_from_text
from vizgd.recording.many.sweeps import sweep
from vizgd.views.maps import cells


def test_optimizers_and_starts_have_maps_of_their_own():
    runs = [
        vg.Run(vg.Momentum(learning_rate=0.1), start=(1, 1)),
        vg.Run(vg.Momentum(learning_rate=0.1), start=(2, 1)),
        vg.Run(vg.Adam(learning_rate=0.1), start=(1, 1)),
    ]
    for view, count in ((vg.Basins(points=3), 2), (vg.Sensitivity(points=3), 3)):
        comparison = vg.Comparison(title="m", objective="sphere", runs=runs, steps=5, views=[view])
        assert sum(panel.axes is not None for panel in planned(comparison).panels) == count


def test_a_grid_is_swept_once_and_tells_how_far_it_is(monkeypatch):
    calls, told = [], []
    monkeypatch.setattr(cells, "sweep", lambda *given, **more: calls.append(given) or sweep(*given, **more))
    with listening(told.append), part(0, 1):
        mapped(vg.Basins(points=60))
    assert len(calls) == 1
    assert told == sorted(told)
    assert told[-1] == 1.0


REFUSED = [
    ('{ view = "basins", optimizer = 5 }', "expected an optimizer", "$.views[0].optimizer"),
    ('{ view = "basins", optimizer = { learning_rate = 1 } }', "which optimizer", "$.views[0].optimizer"),
    ('{ view = "basins", points = 1 }', "from 2 to 400", "$.views[0].points"),
    ('{ view = "basins", optimizer = "l-bfgs" }', "many starts at once", "$.views[0]"),
    (
        '{ view = "sensitivity", optimizer = "adam", y = "beta3" }',
        "unknown hyper-parameter of Adam",
        "$.views[0]",
    ),
    ('{ view = "sensitivity", optimizer = "adagrad" }', "no momentum to vary", "$.views[0]"),
    ('"sensitivity"', "Gradient descent has no two hyper-parameters to vary", "$.views[0]"),
    ('{ view = "sensitivity", optimizer = "adam", y_limits = [1, 2] }', "beta1", "$.views[0]"),
    ('{ view = "sensitivity", optimizer = "adam", x_limits = [1, 0.5] }', "lower one first", "$.views[0]"),
    (
        '{ view = "sensitivity", optimizer = { optimizer = "adam", '
        'learning_rate = { schedule = "cosine", learning_rate = 0.1, steps = 5 } } }',
        "give x_limits",
        "$.views[0]",
    ),
]


@pytest.mark.parametrize(("view", "said", "where"), REFUSED, ids=[row[1] for row in REFUSED])
def test_what_a_map_cannot_show_is_refused_in_four_lines(view, said, where):
    text = f"""
    title = "t"
    objective = "sphere"
    views = [{view}]
    steps = 5
    [[runs]]
    optimizer = "gradient-descent"
    """
    with pytest.raises(UsageError, match=said) as caught:
        planned(comparison_from_text(text, "f.toml"))
    assert where in str(caught.value)
    assert len(str(caught.value).splitlines()) <= 4


def test_a_map_is_of_the_runs_on_the_objective_that_it_shows():
    solid = vg.Objective("solid", lambda p: (p**2).sum(axis=-1), lambda p: 2 * p, ((-1, 1),) * 3)
    runs = [
        vg.Run(vg.Momentum(learning_rate=0.1), start=(1, 1)),
        vg.Run(vg.Adam(learning_rate=0.1), start=(1, 1, 1), objective=solid),
    ]
    for view in (vg.Basins(points=3), vg.Sensitivity(points=3)):
        comparison = vg.Comparison("m", "sphere", runs, steps=5, views=[view])
        assert sum(panel.axes is not None for panel in planned(comparison).panels) == 1
        with pytest.raises(UsageError, match="no run descends sphere"):
            planned(vg.Comparison("m", "sphere", runs[1:], steps=5, views=[view]))
