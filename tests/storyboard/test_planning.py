"""From a comparison to its storyboard: what is recorded, what is drawn, what is refused and where."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

import vizgd as vg
from vizgd.base.errors import UsageError
from vizgd.comparisons.resolving import resolved
from vizgd.drawing.panel import Axes, Axis, Panel
from vizgd.drawing.typeset import measured
from vizgd.storyboard.look import Look
from vizgd.storyboard.planning import plan
from vizgd.views.view import Study, Subject, View


def planned(**fields):
    given = {
        "title": "t",
        "objective": "x**2 + y**2",
        "runs": [vg.Run(vg.GradientDescent(learning_rate=0.1), start=(5, 2))],
        "steps": 5,
    } | fields
    return plan(resolved(vg.Comparison(**given)), Look(size=(320, 180), fps=10))


def refusal(**fields):
    with pytest.raises(UsageError) as caught:
        planned(**fields)
    text = str(caught.value)
    assert len(text.splitlines()) <= 4
    return text


def run(*start, learning_rate=0.1):
    return vg.Run(vg.GradientDescent(learning_rate=learning_rate), start=start)


def drawn(storyboard, panel="contour"):
    (axes,) = [one.axes for one in storyboard.panels if one.name == panel]
    return [axes.x.limits, axes.y.limits]


def test_a_start_anywhere_in_the_domain_that_was_asked_for_is_fine():
    wide = [(-500, 500), (-500, 500)]
    assert drawn(planned(domain=wide, runs=[run(400, 300)])) == wide
    assert planned(domain=wide, runs=[run(500, -500)])  # its edge, too


def test_a_run_has_diverged_by_the_domain_that_was_asked_for():
    runs = [run(4.0, 3.0, learning_rate=1.5)]  # doubles its distance each step
    ended = {
        width: _caption(planned(domain=[(-width, width)] * 2, runs=runs, steps=30)) for width in (5, 50_000)
    }
    assert "diverge" in ended[5]
    assert "diverge" not in ended[50_000]


def _caption(storyboard):
    return str(storyboard.panels)


def test_a_start_that_would_not_be_seen_is_refused_with_its_run():
    text = refusal(domain=[(-6, 6), (-4, 4)], runs=[run(5, 2), run(30, 3)])
    assert "start is (30, 3)" in text
    assert "$.runs[1].start" in text
    assert "[-6, 6] × [-4, 4]" in text


def test_without_a_domain_the_picture_widens_to_hold_every_start():
    (left, right), (bottom, top) = drawn(planned(runs=[run(30, 3)]))
    assert right > 30
    assert (left, bottom, top) == (-5, -5, 5)


def test_a_domain_of_another_dimension_is_refused():
    assert "domain has 1 axes" in refusal(domain=[(0, 1)])


@pytest.mark.parametrize("view", [vg.Contour, 3, None])
def test_what_is_no_view_is_refused_with_its_place(view):
    text = refusal(views=["convergence", view])
    assert "$.views[1]" in text
    assert "Contour(level_count=20)" in text


@pytest.mark.parametrize(
    ("view", "said"), [("contur", "did you mean 'contour'"), (vg.Curve(), "use the view"), ("data", "data")]
)
def test_a_view_that_does_not_fit_is_refused_with_its_place(view, said):
    text = refusal(views=["convergence", view])
    assert "$.views[1]" in text
    assert said in text


def test_a_run_descends_its_own_objective_and_is_labelled_by_it():
    runs = [run(5, 2), vg.Run(vg.GradientDescent(learning_rate=0.1), start=(5, 2), objective="x**2 + 3*y**2")]
    board = planned(runs=runs, views=["contour", "convergence"])
    assert [one.axes.title for one in board.panels if one.name == "contour"] == [
        "Gradient descent α=0.1 on x**2 + y**2",
        "Gradient descent α=0.1 on x**2 + 3*y**2",
    ]
    assert "$.runs[1].objective" in refusal(runs=[run(5, 2), vg.Run(vg.Adam(), objective="rosenbrok")])


def test_starts_of_many_parameters_are_numbered():
    objective = vg.nn.network_loss(vg.nn.Network((1, 1)), [0.0, 1.0, 2.0, 0.5], [0.0, 1.0, 0.0, 1.0])
    network = vg.nn.network_loss(vg.nn.Network((1, 2, 1)), [0.0, 1.0, 2.0, 0.5], [0.0, 1.0, 0.0, 1.0])
    few = planned(objective=objective, runs=[run(0, 0), run(1, 1)]).describe()
    assert "start (1, 1)" in few
    many = planned(objective=network, runs=[run(*[0.1] * 7), run(*[0.2] * 7)]).describe()
    assert "start 1" in many
    assert "start 2" in many


def test_a_recorded_trajectory_is_shown_as_it_is_on_its_objective_only():
    trajectory = vg.record("x**2 + y**2", vg.Adam(learning_rate=0.1), (5, 2), 30)
    text = planned(runs=[vg.Run(trajectory)]).describe()
    assert "iteration 30 of 30" in text
    assert "'recorded'" in text
    assert "the trajectory has 2 parameters" in refusal(objective="x**2", runs=[vg.Run(trajectory)])


@dataclass(frozen=True)
class Counting(View):
    """A view of two boxes that keeps a list of what it is asked."""

    asked: list = field(default_factory=list)

    def study(self, subject):
        self.asked.append("study")
        return [Counted(subject, self.asked, "1"), Counted(subject, self.asked, "1,000,000")]


@dataclass(frozen=True)
class Counted(Study):
    subject: Subject
    asked: list
    label: str

    def axes(self, box):
        del box
        self.asked.append("axes")
        up = Axis((0, 1), ticks=(0.5,), tick_labels=(self.label,))
        return Axes(Axis((0, 1)), up, self.subject.axes_style)

    def panel(self, box):
        self.asked.append("panel")
        return Panel("counted", box, (), self.axes(box))


def test_a_view_studies_once_and_each_of_its_boxes_is_measured_and_then_drawn_once():
    view = Counting()
    planned(views=[view])
    assert view.asked == ["study", "axes", "axes", "panel", "axes", "panel", "axes"]


def test_axes_above_one_another_have_the_margins_of_those_that_need_most():
    upper, lower = [panel.box for panel in planned(views=[Counting()]).panels if panel.name == "counted"]
    assert upper.left == lower.left
    assert upper.width == lower.width
    assert upper.left > measured("1,000,000", 26.0)[0]


@pytest.mark.parametrize("views", [["contour"], ["contour", "contour"]], ids=len)
def test_each_objective_has_a_scale_that_both_of_its_axes_share(views):
    wide = vg.Objective(
        "wide",
        value=lambda p: (p**2).sum(axis=-1),
        gradient=lambda p: 2 * p,
        domain=((-8.0, 8.0), (-4.0, 4.0)),
    )
    runs = [run(3, 2), vg.Run(vg.GradientDescent(learning_rate=0.1), start=(3, 2), objective=wide)]
    panels = [panel for panel in planned(runs=runs, views=views).panels if panel.name == "contour"]
    assert len(panels) == 2 * len(views)
    for panel in panels:
        across = panel.box.width / np.ptp(panel.axes.x.limits)
        assert panel.box.height / np.ptp(panel.axes.y.limits) == pytest.approx(across)
