"""What a rule tells of itself is what was recorded of it: line by line, and part by part."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import ClassVar, NamedTuple

import numpy as np
import optax
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import vizgd as vg
from tests.optimizers.problems import BOWL_1D, HIMMELBLAU, RAVINE, ROSENBROCK
from vizgd.base.errors import UsageError
from vizgd.drawing.typeset import glyphs
from vizgd.optimizers.adapters import optimizer_from
from vizgd.optimizers.catalogue import OPTIMIZERS
from vizgd.optimizers.formula import Beat, Formula, Part, Quantity, computed
from vizgd.optimizers.line_search import LineSearch
from vizgd.recording.loop import record_within
from vizgd.recording.quantities import known_at, quantities_of

BEFORE = Path(__file__).parents[1] / "data/before"
RULES = [name for name in OPTIMIZERS if not issubclass(OPTIMIZERS[name], LineSearch)]
PROBLEMS = {"rosenbrock": ROSENBROCK, "himmelblau": HIMMELBLAU, "ravine": RAVINE, "bowl": BOWL_1D}
NEAR = 1e-12


def assert_near(told, recorded, sizes=0.0):
    told = np.broadcast_to(told, np.shape(recorded))
    both = np.isfinite(told) & np.isfinite(recorded)
    told, recorded, sizes = (array[both] for array in np.broadcast_arrays(told, recorded, sizes))
    apart = np.abs(told - recorded)
    assert np.all(apart <= NEAR * (np.abs(recorded) + sizes)), apart.max()


def assert_told(rule, run, hessian=None):
    """Hold every line of a rule's formula, and the sum of its parts, against what was recorded."""
    formula = rule.own_formula
    known = known_at(rule, formula, run, run.steps)
    terms = {name: values if values.ndim > 1 else values[:, None] for name, values in run.terms.items()}
    if hessian is not None:
        known |= {"H": hessian(run.iterates[:-1]), "I": np.eye(run.iterates.shape[1])}
    recorded = {symbol: terms[told.name] for symbol, told in formula.quantities.items() if told.name in terms}
    values = computed(formula, known)
    targets = {line.target for line in formula.lines}
    assert targets <= values.keys()
    for symbol in targets & recorded.keys():
        assert_near(values[symbol], recorded[symbol])
    assert_near(values["step"], terms["step"])
    told = quantities_of(rule, run)
    assert told.parts
    values = np.array([part.values for part in told.parts])
    with np.errstate(all="ignore"):
        sums, sizes = values.sum(axis=0), np.abs(values).sum(axis=0)
    assert_near(sums, run.terms["step"], sizes)


@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize("name", RULES)
def test_the_formula_says_what_was_recorded(name, problem):
    objective = PROBLEMS[problem]
    rule = OPTIMIZERS[name](learning_rate=1.0 if name == "newton" else 0.001)
    assert_told(rule, vg.record(objective, rule, steps=80), objective.hessian)


@settings(max_examples=40, deadline=None)
@given(
    name=st.sampled_from([name for name in RULES if name != "newton"]),
    start=st.tuples(st.floats(-2.0, 2.0), st.floats(-2.0, 2.0)),
    rate=st.sampled_from([1e-4, 1e-2, 0.3]),
    decays=st.tuples(st.floats(0.0, 0.95), st.floats(0.5, 0.99)),
    weight_decay=st.floats(0.0, 0.2),
    noise=st.sampled_from([0.0, 0.5]),
)
def test_the_formula_says_what_was_recorded_whatever_the_settings(
    name, start, rate, decays, weight_decay, noise
):
    given_ = {"beta": decays[0], "beta1": decays[0], "beta2": decays[1], "weight_decay": weight_decay}
    kind = OPTIMIZERS[name]
    own = {field.name for field in dataclasses.fields(kind)}
    rule = kind(learning_rate=rate, **{key: value for key, value in given_.items() if key in own})
    assert_told(rule, vg.record(HIMMELBLAU, rule, start, steps=12, noise=noise))


@pytest.mark.parametrize("name", RULES)
def test_a_formula_has_the_rate_of_each_step_and_of_each_coordinate(name):
    for rate in (vg.Exponential(0.1, factor=0.8), np.array([0.1, 0.2])):
        rule = OPTIMIZERS[name](learning_rate=rate)
        run = vg.record(RAVINE, rule, steps=20)
        assert_told(rule, run, RAVINE.hessian)
        told = quantities_of(rule, run).series["learning_rate"]
        assert told.kind == ("scaling" if np.ndim(rate) == 1 else "number")
        np.testing.assert_array_equal(told.values, run.terms["learning_rate"])


@pytest.mark.parametrize(
    ("settings_", "evaluated"),
    [
        ({"damping": 0.5}, True),
        ({"saddle_free": True}, True),
        ({"saddle_free": True, "damping": 0.5}, True),
        ({"radius": 0.5}, False),
    ],
)
def test_newton_tells_the_variant_that_it_is(settings_, evaluated):
    rule = vg.Newton(learning_rate=0.5, **settings_)
    assert rule.own_formula is not vg.Newton.formula
    run = vg.record(HIMMELBLAU, rule, steps=12)
    if evaluated:
        assert_told(rule, run, HIMMELBLAU.hessian)
    told = quantities_of(rule, run)
    np.testing.assert_array_equal(told.series["direction"].values, run.terms["direction"])
    assert_near(told.parts[0].values, run.terms["step"])


def test_what_is_told_has_a_kind_a_role_and_a_symbol():
    rule = vg.AdamW(learning_rate=0.1, weight_decay=0.1)
    run = vg.record(RAVINE, rule, steps=10)
    told = quantities_of(rule, run)
    assert list(told.series)[:2] == ["gradient", "step"]
    moment = told.series["corrected_first_moment"]
    assert (moment.symbol, moment.tex, moment.kind, moment.role) == ("m̂", r"\hat{m}", "vector", "momentum")
    assert [one.name for one in told.of_kind("square")] == ["second_moment", "corrected_second_moment"]
    rate = told.series["effective_rate"]
    assert rate.kind == "scaling"
    assert rate.values.shape == (10, 2)
    assert_near(rate.values, 0.1 / (np.sqrt(run.terms["corrected_second_moment"]) + 1e-8))
    assert [part.role for part in told.parts] == ["momentum", "gradient", "decay"]
    assert [part.symbol for part in told.parts][2] == "−α λ θₜ₋₁"
    assert [beat.verb for beat in told.beats] == ["gradient", "average", "correct", "scale", "step"]
    shown = {beat.verb: [one.name for one in beat.series] for beat in told.beats}
    assert shown["gradient"] == ["gradient"]
    assert shown["average"] == ["first_moment", "second_moment"]
    assert shown["scale"] == ["scale"]
    assert shown["step"] == ["step"]


def test_every_quantity_has_a_row_for_each_step():
    for name in RULES:
        rule = OPTIMIZERS[name](learning_rate=0.01)
        told = quantities_of(rule, vg.record(RAVINE, rule, steps=7))
        for one in (*told.series.values(), *told.parts, *(s for beat in told.beats for s in beat.series)):
            assert one.values.shape[:1] == (7,), one.name
            assert one.kind in {"number", "other"} or one.values.shape == (7, 2), one.name


@pytest.mark.parametrize("path", sorted(BEFORE.glob("*.npz")), ids=lambda path: path.stem)
def test_runs_that_were_saved_before_rules_told_anything_are_told_now(path):
    for run in vg.load(path).runs:
        told = quantities_of(run.optimizer, run.trajectory)
        assert bool(told.parts) == (run.optimizer.own_formula is not None)
        assert told.series["gradient"].values.shape == run.trajectory.iterates[1:].shape


def test_a_run_without_terms_shows_its_gradient_and_the_steps_between_its_iterates():
    run = dataclasses.replace(vg.record(RAVINE, vg.Momentum(learning_rate=0.01), steps=5), terms={})
    for optimizer in (vg.Momentum(learning_rate=0.01), vg.Newton(), vg.Scipy("BFGS")):
        told = quantities_of(optimizer, run)
        assert told.parts == ()
        np.testing.assert_array_equal(told.series["step"].values, np.diff(run.iterates, axis=0))


def test_an_equation_finds_the_numbers_of_each_step():
    rule = vg.Momentum(learning_rate=vg.Exponential(0.01, factor=0.5), beta=np.array([0.5, 0.9]))
    run = vg.record(RAVINE, rule, steps=6)
    told = quantities_of(rule, run)
    assert told.symbols["v_before"] == "vₜ₋₁"
    values = told.values
    np.testing.assert_array_equal(values["v_before"][1:], values["v"][:-1])
    np.testing.assert_array_equal(values["alpha"], run.learning_rates)
    np.testing.assert_array_equal(values["beta"][3], [0.5, 0.9])
    np.testing.assert_array_equal(values["t"], [1, 2, 3, 4, 5, 6])
    np.testing.assert_array_equal(values["theta_before"], run.iterates[:-1])
    np.testing.assert_array_equal(values["theta"], run.iterates[1:])
    alone = vg.Momentum(learning_rate=0.01)
    values = quantities_of(alone, vg.record(BOWL_1D, alone, steps=6)).values
    shapes = {name: values[name].shape for name in ("v", "v_before", "alpha", "beta")}
    assert shapes == {"v": (6, 1), "v_before": (6, 1), "alpha": (6,), "beta": (6,)}


def test_what_was_not_kept_is_not_told():
    rule = vg.Momentum(learning_rate=0.01)
    whole = vg.record(RAVINE, rule, steps=100)
    without_velocity = {name: whole.terms[name] for name in ("iteration", "learning_rate", "step")}
    told = quantities_of(rule, dataclasses.replace(whole, terms=without_velocity))
    assert "velocity" not in told.series
    assert told.parts == ()
    assert [[one.name for one in beat.series] for beat in told.beats] == [["gradient"], [], ["step"]]
    kept = [*range(0, 100, 10), 100]
    every_tenth = dataclasses.replace(
        whole,
        iterates=whole.iterates[kept],
        gradients=whole.gradients[kept],
        terms={name: values[::10] for name, values in whole.terms.items()},
        every=10,
    )
    told = quantities_of(rule, every_tenth)
    assert told.parts == (), "the velocity before a step is that of another step"
    np.testing.assert_array_equal(told.series["velocity"].values, whole.terms["velocity"][::10])
    adam = vg.Adam(learning_rate=0.01)
    rates = quantities_of(adam, vg.record(RAVINE, adam, steps=100)).series["effective_rate"]
    few = dataclasses.replace(
        every_tenth, terms={name: t[::10] for name, t in vg.record(RAVINE, adam, steps=100).terms.items()}
    )
    np.testing.assert_array_equal(
        quantities_of(adam, few).series["effective_rate"].values, rates.values[::10]
    )
    descent = vg.GradientDescent(learning_rate=0.01)
    long = record_within(1500, RAVINE, descent, None, 100)
    assert long.every > 1
    (pulled,) = quantities_of(descent, long).parts
    np.testing.assert_allclose(pulled.values, long.terms["step"], rtol=NEAR)


def test_a_run_without_a_step_has_no_quantity_that_fails():
    line = vg.Objective(
        "cliff",
        lambda p: np.where(p[..., 0] < 1, np.nan, p[..., 0]),
        lambda p: np.where(p < 1, np.nan, 1.0 + 0 * p),
        domain=((0, 2),),
    )
    rule = vg.Momentum(learning_rate=1e308)
    run = vg.record(line, rule, start=1.0, steps=3)
    for optimizer in (rule, vg.Scipy("BFGS")):
        assert all(len(one.values) == run.steps for one in quantities_of(optimizer, run).series.values())


@dataclasses.dataclass(frozen=True)
class Plain(vg.Momentum):
    """A rule of somebody else's that says nothing of itself."""

    def terms(self, gradient, state, params, *, hessian=None):
        terms = super().terms(gradient, state, params, hessian=hessian)
        return terms | {"step": 2 * terms["step"], "sharpness": np.linalg.norm(gradient)}


def test_a_rule_that_does_not_tell_shows_gradient_step_and_what_it_keeps():
    rule = Plain(learning_rate=0.01)
    assert rule.own_formula is None
    run = vg.record(RAVINE, rule, steps=5)
    told = quantities_of(rule, run)
    assert told.parts == ()
    assert [beat.verb for beat in told.beats] == ["gradient", "step"]
    assert told.series["velocity"].role == "momentum"
    assert told.series["sharpness"].kind == "number"


class Memory(NamedTuple):
    velocity: np.ndarray


SYMBOLS = {"v": Quantity("velocity", "v", "vector", "momentum")}
ADD_UP, STEP = Beat("add up", "v = beta*v + g"), Beat("step", "theta = theta - alpha*v")


@dataclasses.dataclass(frozen=True)
class Own(vg.Optimizer):
    learning_rate: float = 0.1
    beta: float = 0.5

    formula: ClassVar[Formula] = Formula((ADD_UP, STEP), symbols=SYMBOLS)

    def init(self, params):
        return Memory(np.zeros_like(params))

    def terms(self, gradient, state, params, *, hessian=None):
        del params, hessian
        velocity = self.beta * state.velocity + gradient
        return {
            "learning_rate": self.learning_rate,
            "velocity": velocity,
            "step": -self.learning_rate * velocity,
        }


def told_otherwise(*beats, symbols=SYMBOLS, parts=(), rate="alpha"):
    formula = Formula(beats or (ADD_UP, STEP), symbols=symbols, parts=parts, rate=rate)
    return dataclasses.dataclass(frozen=True)(type("Own", (Own,), {"formula": formula}))()


WRONG = [
    ({"parts": (Part("carried", "-alpha*w"),)}, "unknown symbol 'w'", "the part 'carried' of Own"),
    ({"rate": "alpha/(sqrt(s) + 1)"}, "unknown symbol 's'", "the rate of Own"),
    ({"symbols": {"v": Quantity("velocty", "v")}}, "Own: v stands for 'velocty'", "the state has velocity"),
    ({"symbols": {}}, "Own: v is assigned in the formula and stands for nothing", "symbols={'v'"),
    ({"symbols": SYMBOLS | {"w": SYMBOLS["v"]}}, "two symbols of the formula", "Own"),
    (
        {"parts": (Part("pulled", "-alpha*g"),)},
        "the parts of Own do not add up to its step",
        "step 2, coordinate 1\n  pulled is -",
    ),
]


@pytest.mark.parametrize(("changed", "what", "more"), WRONG, ids=[row[1] for row in WRONG])
def test_a_wrong_formula_is_refused(changed, what, more):
    rule = told_otherwise(**changed)
    run = vg.record(RAVINE, Own(), steps=5)
    for shown_or_recorded in (lambda: quantities_of(rule, run), lambda: vg.record(RAVINE, rule, steps=5)):
        with pytest.raises(UsageError) as caught:
            shown_or_recorded()
        assert what in str(caught.value)
        assert more in str(caught.value)


@pytest.mark.parametrize("text", ["v += g", "beta*v + g", "v = beta*v + (g"])
def test_a_line_that_cannot_be_read_is_refused(text):
    with pytest.raises(UsageError, match=r"no line of a formula|cannot read"):
        quantities_of(told_otherwise(Beat("add up", text), STEP), vg.record(RAVINE, Own(), steps=2))


def test_every_symbol_can_be_set():
    rules = [OPTIMIZERS[name](learning_rate=0.01) for name in RULES]
    for rule in [*rules, vg.Scipy("BFGS")]:
        told = quantities_of(rule, vg.record(RAVINE, rule, steps=3))
        for one in (*told.series.values(), *told.parts):
            assert one.symbol
            assert len(glyphs(rf"\({one.tex}\)")) > 0, one.name


def test_scipys_methods_show_gradient_and_step():
    for optimizer in ("BFGS", "Nelder-Mead"):
        method = optimizer_from(optimizer)
        run = vg.record(RAVINE, method, steps=6)
        told = quantities_of(method, run)
        assert told.parts == ()
        assert list(told.series)[:2] == ["gradient", "step"]
        np.testing.assert_array_equal(told.series["step"].values, np.diff(run.iterates, axis=0))
        assert told.series["evaluations"].kind == "number"
        assert told.series["trials"].kind == "other"
        aims = ["aim"] if optimizer == "BFGS" else []
        assert [beat.verb for beat in told.beats] == ["gradient", *aims, "step"]
    assert (
        quantities_of(vg.BFGS(), vg.record(RAVINE, vg.BFGS(), steps=6)).series["direction"].kind == "vector"
    )


TORCH = {
    "SGD": ({"momentum": 0.9}, {"momentum_buffer": ("vector", "momentum")}),
    "Adam": ({}, {"exp_avg": ("vector", "momentum"), "exp_avg_sq": ("square", "second moment")}),
    "Adagrad": ({}, {"sum": ("square", "second moment")}),
    "Adadelta": ({}, {"square_avg": ("square", "second moment"), "acc_delta": ("square", "step")}),
}


@pytest.mark.parametrize("name", TORCH)
def test_an_optimizer_of_torch_shows_what_it_keeps(name):
    settings_, expected = TORCH[name]
    optimizer = vg.Torch(getattr(torch.optim, name), lr=0.01, **settings_)
    told = quantities_of(optimizer, vg.record(RAVINE, optimizer, steps=4))
    assert {key: (told.series[key].kind, told.series[key].role) for key in expected} == expected


def test_a_transformation_of_optax_shows_what_it_keeps():
    optimizer = vg.Optax(optax.adam, learning_rate=0.01)
    told = quantities_of(optimizer, vg.record(RAVINE, optimizer, steps=4))
    assert (told.series["mu"].kind, told.series["nu"].kind) == ("vector", "square")
