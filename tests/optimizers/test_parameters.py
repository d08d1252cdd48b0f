import dataclasses
from typing import Annotated

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import vizgd as vg
from vizgd.base.errors import UsageError
from vizgd.base.settings import Between
from vizgd.films.request import storyboard_of
from vizgd.optimizers.adam import Adam, AdamW
from vizgd.optimizers.adaptive import RMSprop
from vizgd.optimizers.catalogue import OPTIMIZERS, SCHEDULES
from vizgd.optimizers.cycles import Cosine, OneCycle
from vizgd.optimizers.descent import GradientDescent, Momentum, Nesterov
from vizgd.optimizers.line_search import BFGS, LBFGS
from vizgd.optimizers.newton import Newton
from vizgd.optimizers.parameters import Parameter, Symbol
from vizgd.optimizers.schedules import Constant, StepDecay
from vizgd.storyboard.look import Look

WITH_RATE = [n for n in OPTIMIZERS if "learning_rate" in {f.name for f in dataclasses.fields(OPTIMIZERS[n])}]


@pytest.mark.parametrize(
    ("optimizer", "label"),
    [
        (GradientDescent(0.1), "Gradient descent α=0.1"),
        (Adam(learning_rate=0.5), "Adam α=0.5"),
        (Adam(0.5, beta1=0.8, epsilon=1e-4), "Adam α=0.5 β₁=0.8 ε=0.0001"),
        (Momentum(learning_rate=0.05), "Momentum α=0.05 β=0.9"),
        (Nesterov(learning_rate=0.05, beta=0.5), "Nesterov α=0.05 β=0.5"),
        (RMSprop(0.01), "RMSprop α=0.01"),
        (RMSprop(0.01, beta=0.99), "RMSprop α=0.01 β=0.99"),
        (AdamW(0.01, weight_decay=0.1), "AdamW α=0.01 λ=0.1"),
        (Newton(), "Newton α=1"),
        (BFGS(), "BFGS"),
        (LBFGS(), "L-BFGS"),
        (LBFGS(memory=3), "L-BFGS m=3"),
        (Adam(Cosine(0.1, steps=50)), "Adam α=cosine"),
        (GradientDescent(lambda count: 1 / (1 + count)), "Gradient descent α=schedule"),
        (GradientDescent(np.array([[0.1], [0.2], [0.5]])), "Gradient descent α=0.1…0.5"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_label_shows_name_rate_and_what_differs_from_the_defaults(optimizer, label):
    assert optimizer.label == label


@pytest.mark.parametrize("name", list(OPTIMIZERS))
def test_every_optimizer_is_made_without_settings_and_has_a_short_label(name):
    label = OPTIMIZERS[name]().label
    assert label.startswith(OPTIMIZERS[name].name)
    assert 0 < len(label) < 40


@pytest.mark.parametrize("wrong", [0, -0.1, float("nan"), float("inf"), "0.1", None, True, [], 1j, [0.1, -1]])
@pytest.mark.parametrize("name", WITH_RATE)
def test_a_learning_rate_that_is_no_positive_number_is_refused(name, wrong):
    with pytest.raises(UsageError, match="learning_rate") as caught:
        OPTIMIZERS[name](learning_rate=wrong)
    assert repr(wrong) in str(caught.value)
    assert "above 0 or a schedule" in str(caught.value)


@given(wrong=st.one_of(st.floats(max_value=-1e-12), st.floats(min_value=1.0), st.just(float("nan"))))
def test_a_decay_outside_zero_to_one_is_refused(wrong):
    for make in (
        lambda: Momentum(beta=wrong),
        lambda: Adam(beta1=wrong),
        lambda: Adam(beta2=wrong),
        lambda: RMSprop(beta=wrong),
    ):
        with pytest.raises(UsageError, match="from 0 up to, but not including, 1"):
            make()


@pytest.mark.parametrize(
    "make",
    [
        lambda: Adam(epsilon=-1e-8),
        lambda: AdamW(weight_decay=-0.1),
        lambda: Newton(radius=0),
        lambda: LBFGS(memory=0),
        lambda: LBFGS(memory=2.5),
        lambda: Adam(learning_rate=Adam),
        lambda: Constant(Cosine(0.1, steps=3)),
        lambda: Constant(0.0),
        lambda: StepDecay(0.1, every=0),
        lambda: StepDecay(0.1, every=3, factor=1.5),
        lambda: Cosine(0.1, steps=0),
        lambda: Cosine(0.1, steps=10, minimum=-1),
        lambda: OneCycle(0.1, steps=100, warmup=1.0),
        lambda: OneCycle(0.1, steps=3),
    ],
)
def test_other_settings_that_make_no_sense_are_refused_in_few_lines(make):
    with pytest.raises(UsageError) as caught:
        make()
    assert len(str(caught.value).splitlines()) <= 4


def test_the_text_of_an_error_stays_short_for_a_large_array():
    with pytest.raises(UsageError) as caught:
        Adam(learning_rate=-np.ones((40, 1)))
    assert max(map(len, str(caught.value).splitlines())) < 110
    assert len(str(caught.value).splitlines()) <= 4


def test_a_list_of_numbers_becomes_an_array():
    optimizer = GradientDescent(learning_rate=[0.1, 0.2])
    params, _ = optimizer.update(np.ones(2), optimizer.init(np.ones(2)), np.ones(2))
    np.testing.assert_allclose(params, [0.9, 0.8])


def test_hyper_parameters_cannot_be_changed_after_construction():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Adam().learning_rate = 1.0


def test_a_rule_of_another_package_with_settings_of_its_own_has_a_label():
    @dataclasses.dataclass(frozen=True)
    class Shy(GradientDescent):
        name = ""
        courage: float = 0.5

    assert Shy(0.3).label == "Shy α=0.3"


@dataclasses.dataclass(frozen=True)
class QuasiHyperbolic(Momentum):
    """A rule of somebody else's, with a hyper-parameter that vizgd does not have."""

    name = "QHM"
    nu: Annotated[Parameter, Symbol("ν"), Between(0, 1)] = 0.7


def test_a_hyper_parameter_that_somebody_else_declares_is_labeled_and_checked_like_ours():
    assert QuasiHyperbolic(0.1).label == "QHM α=0.1 β=0.9"
    assert QuasiHyperbolic(0.1, nu=0.2).label == "QHM α=0.1 β=0.9 ν=0.2"
    assert QuasiHyperbolic(0.1, nu=[0.2, 0.3]).nu.shape == (2,)
    with pytest.raises(UsageError, match="from 0 to 1"):
        QuasiHyperbolic(nu=1.5)
    with pytest.raises(UsageError, match="nu"):
        QuasiHyperbolic(nu="much")


def test_a_hyper_parameter_that_somebody_else_declares_spans_maps_like_ours():
    runs = [vg.Run(QuasiHyperbolic(0.05, nu=nu), start=(5, 2)) for nu in (0.3, 0.9)]
    comparison = vg.Comparison("t", "x**2 + 10*y**2", runs, views=[vg.Sensitivity(y="nu", points=5)])
    axes = storyboard_of(comparison, Look()).panels
    (drawn,) = [panel.axes for panel in axes if panel.name == "sensitivity"]
    assert (drawn.x.label, drawn.y.label) == ("learning rate α", "nu ν")


def test_runs_that_differ_in_what_is_declared_nowhere_are_told_apart_by_its_name():
    @dataclasses.dataclass(frozen=True)
    class Shy(GradientDescent):
        name = ""
        courage: float = 0.5

    assert Shy(0.3, courage=0.7).label == "Shy α=0.3 courage=0.7"


@pytest.mark.parametrize("name", list(SCHEDULES))
def test_every_schedule_has_the_short_name_that_a_legend_shows(name):
    assert SCHEDULES[name].name
