"""The published checks: everything of vizgd passes them, and they find what is wrong with something else."""

from __future__ import annotations

import dataclasses
from typing import NamedTuple

import numpy as np
import pytest

import vizgd as vg
from vizgd.comparisons.gallery import GALLERY
from vizgd.drawing.panel import Box, Panel
from vizgd.drawing.theme import LIGHT, THEMES
from vizgd.objectives.catalogue import OBJECTIVES, rows
from vizgd.optimizers.catalogue import OPTIMIZERS
from vizgd.optimizers.interface import rate_at
from vizgd.optimizers.line_search import LineSearch
from vizgd.testing import check_objective, check_optimizer, check_theme, check_view
from vizgd.views import VIEWS
from vizgd.views.view import View

RULES = [name for name in OPTIMIZERS if not issubclass(OPTIMIZERS[name], LineSearch)]
SHOWN_BY = {"curve": "descent-1d", "data": "batch-sizes", "decision": "neural-network"}
"""Comparisons for the views that do not show a bowl of two parameters."""


@pytest.mark.parametrize("name", RULES)
def test_every_rule_passes(name):
    check_optimizer(OPTIMIZERS[name](learning_rate=0.01))


@pytest.mark.parametrize("name", [name for name in OBJECTIVES if rows()[name].smooth])
def test_every_smooth_function_of_the_catalogue_passes(name):
    check_objective(OBJECTIVES[name], tolerance=1e-2)


@pytest.mark.parametrize("name", list(THEMES))
def test_every_theme_passes(name):
    check_theme(THEMES[name])


@pytest.mark.parametrize("name", list(VIEWS))
def test_every_view_passes(name):
    shown = GALLERY[SHOWN_BY[name]] if name in SHOWN_BY else None
    check_view(VIEWS[name](), shown)


class Count(NamedTuple):
    count: np.ndarray


@dataclasses.dataclass(frozen=True)
class Rule(vg.Optimizer):
    learning_rate: float = 0.01

    def init(self, params):
        return Count(np.zeros_like(params))

    def terms(self, gradient, state, params, *, hessian=None):
        del params, hessian
        rate = rate_at(self.learning_rate, 0)
        return {"learning_rate": rate, "step": -rate * gradient, "count": state.count + 1}


class Greedy(Rule):
    def terms(self, gradient, state, params, *, hessian=None):
        params -= 0.01
        return super().terms(gradient, state, params, hessian=hessian)


class Summed(Rule):
    def terms(self, gradient, state, params, *, hessian=None):
        return super().terms(gradient / np.linalg.norm(gradient), state, params, hessian=hessian)


class Silent(Rule):
    def terms(self, gradient, state, params, *, hessian=None):
        del params, hessian
        return {"step": -0.01 * gradient, "count": state.count}


class Deaf(Rule):
    def terms(self, gradient, state, params, *, hessian=None):
        del params, hessian
        rate = 0.01 if not callable(self.learning_rate) else 0.02
        return {"learning_rate": rate, "step": -rate * gradient, "count": state.count + 1}


WRONG_RULES = {
    Greedy: "changes in place",
    Summed: "from many starts at once",
    Silent: "lack 'learning_rate'",
    Deaf: "does not ask a schedule",
}


@pytest.mark.parametrize("rule", WRONG_RULES)
def test_a_wrong_rule_is_found_out(rule):
    check_optimizer(Rule())
    with pytest.raises(AssertionError, match=WRONG_RULES[rule]):
        check_optimizer(rule())


def bowl(**changed):
    given = {
        "name": "bowl",
        "value": lambda p: (p**2).sum(axis=-1),
        "gradient": lambda p: 2 * p,
        "hessian": lambda p: np.broadcast_to(2 * np.eye(2), (*p.shape, 2)),
        "domain": ((-2, 2), (-1, 3)),
        "minimizers": ((0.0, 0.0),),
        "minimum": 0.0,
        "start": (1.0, 1.0),
    }
    return vg.Objective(**(given | changed))


WRONG_OBJECTIVES = [
    ({"gradient": lambda p: 3 * p}, "the gradient of 'bowl' agrees"),
    ({"hessian": lambda p: np.broadcast_to(np.eye(2), (*p.shape, 2))}, "the Hessian of 'bowl' agrees"),
    ({"value": lambda p: (p**2).sum()}, "the value of 'bowl' has the shape"),
    ({"value": lambda p: np.log(-(p**2).sum(axis=-1))}, "warns"),
    ({"minimum": 1.0}, "not 1.0"),
    ({"start": (9.0, 0.0)}, "outside its domain"),
]


@pytest.mark.parametrize(("changed", "said"), WRONG_OBJECTIVES, ids=[row[1] for row in WRONG_OBJECTIVES])
def test_a_wrong_objective_is_found_out(changed, said):
    check_objective(bowl())
    with pytest.raises(AssertionError, match=said):
        check_objective(bowl(**changed))


@dataclasses.dataclass(frozen=True)
class Empty(View):
    def panels(self, subject, boxes):
        del subject
        return tuple(Panel("nothing", box, ()) for box in boxes)


@dataclasses.dataclass(frozen=True)
class Outside(View):
    def panels(self, subject, boxes):
        del subject, boxes
        return (Panel("outside", Box(-100, 0, 10, 10), ()),)


@pytest.mark.parametrize(("view", "said"), [(Empty, "next to nothing"), (Outside, "outside of the frame")])
def test_a_wrong_view_is_found_out(view, said):
    with pytest.raises(AssertionError, match=said):
        check_view(view())


WRONG_THEMES = [
    ({"runs": (LIGHT.runs[0], dataclasses.replace(LIGHT.runs[1], color=LIGHT.runs[0].color))}, "look alike"),
    ({"muted": LIGHT.grid}, "muted text has a contrast"),
    ({"surface_map": (*LIGHT.surface_map, LIGHT.surface_map[0])}, "back and forth"),
]


@pytest.mark.parametrize(("changed", "said"), WRONG_THEMES, ids=[row[1] for row in WRONG_THEMES])
def test_a_wrong_theme_is_found_out(changed, said):
    with pytest.raises(AssertionError, match=said):
        check_theme(dataclasses.replace(LIGHT, **changed))
