"""Whatever is legal is drawn: each setting of each view, with each other one, on objectives of every kind.

The settings are read off the views' fields, so that a new one is tried by existing. What is refused is
refused with a sentence; nothing else is ever raised.
"""

from __future__ import annotations

import dataclasses
import os
import types
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import vizgd as vg
from vizgd.base.errors import UsageError
from vizgd.base.settings import Between
from vizgd.comparisons.resolving import resolved
from vizgd.drawing.marks import Mesh, Points, Text, tracks
from vizgd.drawing.theme import THEMES
from vizgd.optimizers.interface import Method
from vizgd.storyboard.look import Look
from vizgd.storyboard.planning import plan
from vizgd.views import VIEWS
from vizgd.views.view import View

EXAMPLES = int(os.environ.get("VIZGD_FUZZ_EXAMPLES", "60"))
"""More are tried by hand: VIZGD_FUZZ_EXAMPLES=5000."""

WHOLE, FEW = 40, 12
"""The largest whole numbers that are tried; of points along a side, for speed, no more than these."""


def settings_of(view: type) -> st.SearchStrategy[View]:
    """Return legal settings of a view, by what its fields are annotated with."""
    kinds = get_type_hints(view, include_extras=True)
    fields = dataclasses.fields(view)
    return st.fixed_dictionaries(
        {}, optional={field.name: _values(field.name, kinds[field.name]) for field in fields}
    ).map(lambda given: view(**given))


def _values(name: str, kind: Any) -> st.SearchStrategy[Any]:
    if name == "plane":
        return st.sampled_from([None, "pca", "random", (0, 1), (1, 0), ("x", "y")])
    if name == "trials":
        return st.sampled_from([False] * 5 + [True])  # no run of these has any
    if name == "quantity" and str in (kind, *get_args(kind)):
        one = st.sampled_from(
            [
                *("loss", "on_plane_loss", "excess", "distance", "cosine"),
                *("x", "gradient", "step", "velocity", "second_moment"),
            ]
        )
        return st.one_of(one, st.lists(one, min_size=1, max_size=6, unique=True).map(tuple))
    if name in {"x", "y"} and str in (kind, *get_args(kind)):
        return st.sampled_from(["learning_rate", "beta", "epsilon"])
    if get_origin(kind) in {Union, types.UnionType}:
        return st.one_of(*(_values(name, one) for one in get_args(kind)))
    if get_origin(kind) is Literal:
        return st.sampled_from(get_args(kind))
    if get_origin(kind) is Annotated:
        inner, between = get_args(kind)
        assert isinstance(between, Between)
        if inner is int:
            most = FEW if name == "points" else WHOLE
            return st.integers(int(between.low), min(int(between.high), max(most, int(between.low))))
        opened = [end in "()" for end in between.ends]
        return st.floats(
            between.low, min(between.high, 1e3), exclude_min=opened[0], exclude_max=opened[1]
        ).filter(between.allows)
    if get_origin(kind) is tuple:
        return st.tuples(*(_values(name, one) for one in get_args(kind))).filter(
            lambda pair: "limits" not in name or pair[0] < pair[1]
        )
    simple = {
        bool: st.booleans(),
        float: st.floats(-400, 400),
        int: st.integers(1, WHOLE),
        str: st.sampled_from(["", "α", "what this is, at some length"]),
        types.NoneType: st.none(),
    }
    if kind in simple:
        return simple[kind]
    if kind is Method:
        return st.sampled_from([vg.Momentum(learning_rate=0.05), vg.Adam(learning_rate=0.1)])
    raise AssertionError(f"say here what values a setting {name} of kind {kind} may have")


ANYWHERE = ["convergence", "learning-rate", "chart", "equation", "state", "race", "sensitivity"]
FITTING = {
    1: ["curve", *ANYWHERE],
    2: ["contour", "surface", "basins", *ANYWHERE],
    "line": ["data", "contour", "surface", *ANYWHERE],
    3: ["contour", "surface", *ANYWHERE],
    "classes": ["decision", "contour", "surface", *ANYWHERE],
    "network": ["decision", "activations", "contour", "surface", *ANYWHERE],
}
"""Which views fit objectives of so many parameters, or of some kinds; others are tried, too, but rarely."""
FORMULAS = {
    1: ["x**2", "x**4 - 5*x**2 + 4*x", "log(x)", "abs(x)", "x", "1/x", "exp(x)", "0*x + 3", "1e-300*x**2"],
    2: [
        "x**2 + 10*y**2",
        "x**2 - y**2",
        "x - log(x) + y - log(y)",
        "rosenbrock",
        "log(x**2 + y**2)",
        "sqrt(1 - x**2 - y**2)",
        "0*x*y + 1",
        "1e200*(x**2 + y**2)",
        "exp(x*y)",
    ],
    "line": ["line"],
}


@cache
def objectives(kind: Any) -> list[Any]:
    if kind in FORMULAS:
        return FORMULAS[kind]
    inputs = np.random.default_rng(1).standard_normal((12, 2)) * (1.0, 1e3)
    targets = (inputs[:, 0] * inputs[:, 1] > 0).astype(float)
    if kind == "classes":
        return [vg.logistic(inputs, targets)]
    if kind == "network":
        return [vg.nn.network_loss(vg.nn.Network((2, 2, 1)), inputs / (1.0, 1e3), targets, "logistic")]
    scales = np.array([1.0, 3.0, 0.1])
    bowl = vg.Objective(
        "bowl3",
        lambda params: (scales * np.square(params)).sum(axis=-1),
        lambda params: 2.0 * scales * params,
        domain=((-5.0, 5.0),) * 3,
        variables=("x", "y", "z"),
    )
    barrier = vg.Objective(
        "barrier3",
        lambda params: (params - np.log(params)).sum(axis=-1),
        lambda params: 1.0 - 1.0 / params,
        domain=((-5.0, 5.0),) * 3,
        variables=("x", "y", "z"),
    )
    return [bowl, barrier]


DIMENSIONS = {"line": 2, "classes": 3, "network": 9}


SCHEDULES = [
    0.01,
    0.3,
    1.7,
    40.0,
    vg.Cosine(learning_rate=0.3, steps=4),
    vg.StepDecay(learning_rate=0.5, every=3),
]
SAMPLERS = [None, vg.WithReplacement(batch_size=1), vg.ShuffledEpochs(batch_size=5), vg.FullBatch()]


@st.composite
def comparisons(draw: st.DrawFn) -> vg.Comparison:
    kind = draw(st.sampled_from(list(FITTING)))
    dimension = DIMENSIONS.get(kind, kind)
    domain = None
    if draw(st.booleans()) and dimension <= 2:
        sides = st.sampled_from([(-5.0, 5.0), (-1e3, 1e3), (0.1, 6.0), (-300.0, 301.0), (1.0, 1.001)])
        domain = [draw(sides) for _ in range(dimension)]
    shares = st.sampled_from([0.0, 0.3, 0.52, 0.97, 1.0])
    numbers = st.sampled_from([-30.0, -1.0, 0.1, 0.5, 2.0, 4.5, 300.0])

    def run() -> vg.Run:
        rate = draw(st.sampled_from(SCHEDULES))
        rule = draw(st.sampled_from([vg.GradientDescent, vg.Momentum, vg.Adam, vg.RMSprop, vg.AdaGrad]))
        start = [draw(numbers) for _ in range(dimension)]
        if domain is not None and draw(st.integers(0, 9)):
            start = [low + draw(shares) * (high - low) for low, high in domain]
        label = draw(st.sampled_from([None, None, "a label"]))
        noise = draw(st.sampled_from([0, 0.5]))
        sampler = draw(st.sampled_from(SAMPLERS)) if kind in {"line", "classes", "network"} else None
        return vg.Run(rule(learning_rate=rate), tuple(start), label=label, noise=noise, sampler=sampler)

    fitting = st.sampled_from(FITTING[kind])
    names = fitting if draw(st.integers(0, 9)) else st.sampled_from(list(VIEWS))
    views = st.lists(names.flatmap(lambda name: settings_of(VIEWS[name])), min_size=1, max_size=3)
    return vg.Comparison(
        title=draw(st.sampled_from(["t", "a title that goes on for longer than there is room for it"])),
        objective=draw(st.sampled_from(objectives(kind))),
        runs=[run() for _ in range(draw(st.integers(1, 3)))],
        steps=draw(st.sampled_from([1, 2, 7, 25])),
        views=draw(views),
        domain=domain,
        pace=draw(st.sampled_from(["iterations", "examples", "evaluations", "seconds", "together"])),
    )


FILM = {
    "size": st.sampled_from([(480, 270), (270, 480), (200, 200), (1280, 300)]),
    "theme": st.sampled_from(list(THEMES)),
    "seconds": st.sampled_from([0.2, 1.0]),
    "transparent": st.booleans(),
}


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize="VIZGD_FUZZ_EXAMPLES" not in os.environ,
    suppress_health_check=list(HealthCheck),
)
@given(comparisons(), st.fixed_dictionaries(FILM))
def test_a_legal_comparison_is_drawn_or_refused_with_a_reason(comparison, film):
    try:
        board = plan(resolved(comparison), Look(fps=10, **film))
    except UsageError as error:
        refused(str(error))
        return
    board.describe()
    width, height = film["size"]
    unit = np.sqrt(width * height * 9 / 16) / 1000
    clock = board.clock
    for frame in sorted({0, clock.intro + clock.run // 2, clock.frames - 1}):
        for layer in board.frame(frame):
            for mark in layer.marks:
                assert not tracks(mark)
                if isinstance(mark, Text) and np.isfinite(mark.xy).all():
                    assert (np.asarray(mark.xy) >= -60).all()
                    assert mark.xy[0] <= width / unit + 60
                    assert mark.xy[1] <= height / unit + 60
                if isinstance(mark, Points):
                    assert not np.isinf(np.asarray(mark.xy)).any()
                if isinstance(mark, Mesh):
                    painted = np.isfinite(np.asarray(mark.fills)).all(axis=-1)
                    corners = np.isfinite(mark.vertices).all(axis=-1)
                    whole = corners[1:, 1:] & corners[:-1, :-1] & corners[1:, :-1] & corners[:-1, 1:]
                    assert not (painted & ~whole).any()


TRUE_REASONS = (
    "a curve shows",
    "a contour shows",
    "a surface shows",
    "a map of basins shows",
    "shows examples",
    "shows classes",
    "does not show it",  # a start outside the domain that was asked for
    "widths of the domain",
    "is not finite there",  # a start where there is no loss
    "is not finite anywhere",
    "to vary",
    "hyper-parameter of",
    "a map of",
    "x and y are both",
    "around which a map could be drawn",
    "unknown variable",
    "the coordinate",
    "can be measured",
    "no run has a quantity",  # a velocity of gradient descent
    "no run has all of",
    "no run has squares to show",
    "there is no run",
    "no first layer",  # of an objective that is no network
    "needs a sampler",  # a cloud, a lit batch, or contours of a batch, where all gradients are exact
    "a cloud has arrows of its own",
    "there is no model of",  # without second derivatives
    "there are no trials of",
    "there is no first layer",
    "there are no activations",
    "no network that is shown has batch normalization",
    "there is no plane",
    "a race needs two runs",
    "nobody measured how long",  # seconds on an axis, in a comparison whose pace is another
    "αL below 2 is the limit",  # of plain gradient descent
    "the curvature of",  # without second derivatives
)


def refused(text: str) -> None:
    assert len(text.splitlines()) <= 4
    assert any(reason in text for reason in TRUE_REASONS), text


@pytest.mark.parametrize("name", list(VIEWS))
def test_every_field_of_every_view_is_tried(name):
    """A field of a new kind has to say what values it may have."""
    settings_of(VIEWS[name])
