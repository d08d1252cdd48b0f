"""Views: the ways to look at runs, each a frozen dataclass of settings."""

from __future__ import annotations

from collections.abc import Mapping

from vizgd.base.registry import Entry, Registry, lazily


def _views() -> Mapping[str, Entry[type]]:
    return {
        "curve": Entry(
            lazily("vizgd.views.curve:Curve"), "the graph of a 1-D objective with the paths on it"
        ),
        "contour": Entry(
            lazily("vizgd.views.contour:Contour"), "an objective from above, or on a plane, with the paths"
        ),
        "surface": Entry(
            lazily("vizgd.views.surface:Surface"), "an objective, or a plane of it, in 3-D, fixed or turning"
        ),
        "anatomy": Entry(
            lazily("vizgd.views.anatomy:Anatomy"),
            "what acts at each run's point, in a window around it",
        ),
        "convergence": Entry(
            lazily("vizgd.views.charts.convergence:Convergence"),
            "loss or distance over iterations or examples",
        ),
        "learning-rate": Entry(
            lazily("vizgd.views.charts.learning_rate:LearningRate"), "the learning rate of each step"
        ),
        "chart": Entry(
            lazily("vizgd.views.charts.chart:Chart"),
            "any recorded quantities, coordinates, cosines over iterations",
        ),
        "equation": Entry(
            lazily("vizgd.views.formulas.equation:Equation"),
            "the update rule with the numbers of the step",
        ),
        "state": Entry(
            lazily("vizgd.views.charts.state:State"),
            "what a rule carries along, as bars by coordinate or as squares",
        ),
        "race": Entry(
            lazily("vizgd.views.charts.race:Race"),
            "who is first at a goal, and how the others follow",
        ),
        "stability": Entry(
            lazily("vizgd.views.charts.stability:Stability"),
            "learning rate times curvature of gradient descent, and its limit 2",
        ),
        "data": Entry(lazily("vizgd.views.data:Data"), "the data set with each run's fit so far"),
        "decision": Entry(
            lazily("vizgd.views.decision:Decision"), "classes of two inputs and each run's boundary so far"
        ),
        "activations": Entry(
            lazily("vizgd.views.charts.activations:Activations"),
            "histograms of what a network's hidden layers do with the data",
        ),
        "basins": Entry(
            lazily("vizgd.views.maps.basins:Basins"), "which minimum each start reaches, and how fast"
        ),
        "sensitivity": Entry(
            lazily("vizgd.views.maps.sensitivity:Sensitivity"), "steps to converge over two hyper-parameters"
        ),
    }


VIEWS: Registry[type] = Registry("view", "vizgd.views", _views)
