"""Local models: by finite differences and scipy, and by where Newton's method goes with them."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import approx_fprime, minimize

import vizgd as vg
from vizgd.base.errors import UsageError
from vizgd.comparisons.resolving import resolved
from vizgd.objectives.lookup import objective_from
from vizgd.views.moments import MOST_MOMENTS
from vizgd.views.overlays.model import LocalModel

from ...gallery_films import planned

WAVES = "x**4/4 - x**2/2 + x*y/3 + cosh(y)"


def models_of(objective, *runs, steps=4, view=None, **settings) -> tuple[LocalModel, ...]:
    """Return the models of runs as a view has found them, and their trajectories."""
    comparison = vg.Comparison(
        "t", objective, runs, steps=steps, views=[view or vg.Contour(model=True)], **settings
    )
    found: list[LocalModel] = []
    board_of = type(comparison.views[0]).study

    def study(self, subject):
        studies = board_of(self, subject)
        found.extend(model for one in studies for model in one.models)
        return studies

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(comparison.views[0]), "study", study)
        planned(comparison)
    return tuple(found)


def trajectories_of(objective, *runs, steps=4):
    return resolved(vg.Comparison("t", objective, runs, steps=steps)).trajectories


@pytest.mark.parametrize(("formula", "start"), [("rosenbrock", (-1.2, 1.0)), (WAVES, (1.7, -1.1))])
def test_where_newton_goes_is_the_minimum_of_its_model(formula, start):
    run = vg.Run(vg.Newton(), start)
    (model,) = models_of(formula, run, steps=5)
    iterates = trajectories_of(formula, run, steps=5)[0].iterates
    np.testing.assert_allclose((iterates + model.jumps)[:-1], iterates[1:], rtol=0, atol=1e-9)
    assert model.natures[0] == "minimum"


@given(st.floats(-1.9, 1.9), st.floats(-1.9, 1.9), st.floats(0.0, 3.0))
def test_a_damped_model_has_its_minimum_where_scipy_finds_it(x, y, damping):
    objective, place = objective_from(WAVES), np.array([x, y])
    rule = vg.Newton(damping=damping)
    (model,) = models_of(WAVES, vg.Run(rule, place), steps=1)
    slope, bend = objective.gradient(place), objective.hessian(place) + damping * np.eye(2)
    lowest = np.linalg.eigvalsh(bend)[0]
    assert (model.natures[0] == "minimum") == (lowest > 0)
    np.testing.assert_allclose(
        slope + bend @ model.jumps[0], 0.0, atol=1e-8 * max(1.0, np.abs(model.jumps[0]).max())
    )
    if lowest > 1e-2:
        found = minimize(lambda way: slope @ way + way @ bend @ way / 2, np.zeros(2), method="BFGS")
        np.testing.assert_allclose(model.jumps[0], found.x, atol=1e-3)


def test_it_touches_the_objective_up_to_second_derivatives():
    objective = objective_from(WAVES)
    run = vg.Run(vg.Adam(learning_rate=0.3), (1.4, -0.8))
    (model,) = models_of(WAVES, run)
    iterates = trajectories_of(WAVES, run)[0].iterates
    for place, slope, bend in zip(iterates, model.gradients, model.matrices, strict=True):
        np.testing.assert_allclose(
            slope, approx_fprime(place, lambda p: float(objective.value(p))), atol=1e-5
        )
        np.testing.assert_allclose(bend, approx_fprime(place, objective.gradient, 1e-6), atol=1e-4)


def test_it_is_said_what_has_no_slope():
    told = {
        "x**2 + 3*y**2": "minimum",
        "x**2 - y**2": "saddle",
        "-x**2 - 3*y**2": "maximum",
        "(x - y)**2": "minima",
        "x**2 + y": "nowhere",
        "x + 2*y": "nowhere",
    }
    for formula, nature in told.items():
        (model,) = models_of(formula, vg.Run(vg.GradientDescent(learning_rate=0.01), (1.0, 2.0)))
        assert set(model.natures) == {nature}, formula


def test_a_model_that_leaves_saddles_bends_up():
    run = vg.Run(vg.Newton(saddle_free=True), (0.4, -1.2))
    (model,) = models_of("x**4/4 - x**2/2 + y**2/2", run)
    iterates = trajectories_of("x**4/4 - x**2/2 + y**2/2", run)[0].iterates
    assert set(model.natures) == {"minimum"}
    np.testing.assert_allclose((iterates + model.jumps)[:-1], iterates[1:], rtol=0, atol=1e-9)


def test_with_a_radius_a_step_ends_in_its_region():
    run = vg.Run(vg.Newton(radius=0.3), (1.7, -1.1))
    (model,) = models_of(WAVES, run)
    steps = np.diff(trajectories_of(WAVES, run)[0].iterates, axis=0)
    assert model.region is not None
    for step, corners in zip(steps, model.region, strict=False):
        sides = np.diff(corners, axis=0)[:2]
        np.testing.assert_allclose(np.linalg.norm(sides, axis=1), 0.6)
        shares = (step - corners[0]) @ sides.T / 0.36
        assert (shares > -1e-9).all()
        assert (shares < 1 + 1e-9).all()
    assert np.linalg.norm(steps, axis=1).max() > 0.3 - 1e-9


def test_noise_moves_the_minimum_of_newtons_model_only():
    noisy = [
        vg.Run(rule, (1.0, 1.0), noise=0.5) for rule in (vg.Newton(), vg.GradientDescent(learning_rate=0.1))
    ]
    newton, descent = models_of("x**2 + 3*y**2", *noisy)
    iterates = [one.iterates for one in trajectories_of("x**2 + 3*y**2", *noisy)]
    np.testing.assert_allclose((iterates[0] + newton.jumps)[:-1], iterates[0][1:], atol=1e-9)
    np.testing.assert_allclose(iterates[1] + descent.jumps, 0.0, atol=1e-9)


def bowl(scales):
    scales = np.asarray(scales, dtype=float)
    return vg.Objective(
        "bowl",
        lambda params: (scales * np.square(params)).sum(axis=-1) / 2,
        lambda params: scales * params,
        domain=((-5.0, 5.0),) * len(scales),
        hessian=lambda params: np.broadcast_to(np.diag(scales), (*params.shape, len(scales))),
        variables=tuple(f"x{k}" for k in range(len(scales))),
    )


def test_of_many_parameters_it_is_the_shadow_of_an_ellipsoid():
    objective = bowl(np.linspace(1.0, 10.0, 50))
    run = vg.Run(vg.GradientDescent(learning_rate=0.05), (2.0,) * 50)
    plane = vg.Plane(np.zeros(50), np.random.default_rng(1).standard_normal((2, 50)))
    (model,) = models_of(objective, run, view=vg.Contour(model=True, plane=plane))
    rng = np.random.default_rng(2)
    scales = np.linspace(1.0, 10.0, 50)
    inside = rng.standard_normal((4000, 50))
    inside /= np.sqrt((scales * inside**2).sum(axis=1, keepdims=True))  # on the ellipsoid of level 1/2
    shadows = plane.shadows(inside)
    levels = np.einsum("ni,ij,nj->n", shadows, model.matrices[0], shadows)
    assert levels.max() <= 1 + 1e-9
    # And it is no larger than it must be: its farthest points are shadows of the ellipsoid's.
    way = np.array([1.0, 0.0])
    across = np.linalg.inv(model.matrices[0])
    edge = plane.places(np.zeros(50)) + across @ way / np.sqrt(way @ across @ way)
    rise = np.linalg.pinv(plane.directions.T).T.T  # (2, 50): places of params
    top = (rise[0] / scales) / np.sqrt((rise[0] ** 2 / scales).sum())
    np.testing.assert_allclose(plane.shadows(top), edge, atol=1e-9)


def test_of_two_parameters_on_a_turned_plane_it_is_the_same():
    plane = vg.Plane(np.zeros(2), np.array([[1.0, 1.0], [-2.0, 2.0]]))
    run = vg.Run(vg.GradientDescent(learning_rate=0.05), (2.0, 1.0))
    objective = objective_from(WAVES)
    (model,) = models_of(WAVES, run, view=vg.Contour(model=True, plane=plane))
    slope = approx_fprime(
        plane.places(np.array([2.0, 1.0])), lambda p: float(objective.value(plane.params(p)))
    )
    np.testing.assert_allclose(model.gradients[0], slope, atol=1e-5)


def test_a_long_run_has_models_at_the_films_moments_only():
    run = vg.Run(vg.GradientDescent(learning_rate=1e-4), (1.4, -0.8))
    (model,) = models_of(WAVES, run, steps=5000)
    assert len(model.jumps) <= MOST_MOMENTS + 1
    assert model.seen.rows[-1] == 5000


@pytest.mark.parametrize(
    "optimizer", [vg.Torch(torch.optim.Adam, lr=0.1), lambda params, gradient: params - 0.1 * gradient]
)
def test_optimizers_from_elsewhere_have_the_objectives_model(optimizer):
    (model,) = models_of("x**2 + 3*y**2", vg.Run(optimizer, (1.0, 2.0)))
    np.testing.assert_allclose(model.jumps[0], (-1.0, -2.0))


@pytest.mark.parametrize("method", [vg.BFGS(), vg.Scipy("Newton-CG"), "Nelder-Mead"])
def test_what_scipy_hides_is_not_invented(method):
    with pytest.raises(UsageError, match="scipy keeps it to itself") as refused:
        models_of("rosenbrock", vg.Run(method, (-1.2, 1.0)))
    assert "trials = true" in str(refused.value)
    # Beside it, a run that has a model shows it.
    assert len(models_of("rosenbrock", vg.Run(method, (-1.2, 1.0)), vg.Run(vg.Newton(), (-1.2, 1.0)))) == 1


def test_without_second_derivatives_there_is_none():
    objective = vg.Objective(
        "flat", lambda p: (p**2).sum(axis=-1), lambda p: 2 * p, domain=((-5.0, 5.0), (-5.0, 5.0))
    )
    with pytest.raises(UsageError, match="there is no model of 'flat'"):
        models_of(objective, vg.Run(vg.GradientDescent(learning_rate=0.1), (1.0, 2.0)))
