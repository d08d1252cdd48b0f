"""Losses over data, against numpy.linalg.lstsq, scipy, torch and the notebook's own numbers."""

import pickle

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog, minimize

from vizgd.base.errors import UsageError
from vizgd.objectives.datasets.dataset import DATASETS, least_squares, logistic


def line():
    return DATASETS["line"]


def passes():
    return DATASETS["study-hours"]


def wide(seed=0, n=40, p=3):
    rng = np.random.default_rng(seed)
    inputs = rng.normal(size=(n, p)) * [1.0, 5.0, 0.2] + [0.0, 3.0, -1.0]
    return inputs, inputs @ [1.0, -0.5, 2.0] + 0.7 + rng.normal(size=n)


OBJECTIVES = {
    "line": line,
    "study-hours": passes,
    "three inputs": lambda: least_squares(*wide()),
    "three inputs, classes": lambda: logistic(wide()[0], (wide()[1] > -3.0).astype(int)),
}


@pytest.fixture(params=OBJECTIVES)
def objective(request):
    return OBJECTIVES[request.param]()


def near_the_fit(objective, *shape):
    return np.random.default_rng(1).normal(size=(*shape, objective.dimension)) + objective.minimizers[0]


def test_the_line_is_the_notebooks_data():
    rng = np.random.RandomState(42)
    x = rng.randn(100)
    np.testing.assert_array_equal(line().samples.inputs[:, 0], x)
    np.testing.assert_array_equal(line().samples.targets, 2 * x + 3 + 0.5 * rng.randn(100))
    np.testing.assert_allclose(line().minimizers[0], (1.928371419864278, 3.0037139149319825), rtol=1e-14)
    assert line().variables == ("w", "b")


def test_full_gradient_descent_on_the_line_is_the_notebooks_to_the_last_digits():
    w = b = 0.0
    x, y = line().samples.inputs[:, 0], line().samples.targets
    params = np.zeros(2)
    for _ in range(100):
        error = w * x + b - y
        w, b = w - 0.1 * (2 / 100) * np.sum(error * x), b - 0.1 * (2 / 100) * np.sum(error)
        params = params - 0.1 * line().gradient(params)
    np.testing.assert_allclose(params, [w, b], rtol=1e-13)


def test_the_least_squares_fit_is_that_of_lstsq():
    inputs, targets = wide()
    objective = least_squares(inputs, targets)
    fit, residuals, *_ = np.linalg.lstsq(np.column_stack([inputs, np.ones(len(inputs))]), targets)
    np.testing.assert_allclose(objective.minimizers[0], fit, rtol=1e-12)
    assert objective.minimum == pytest.approx(residuals[0] / len(targets), rel=1e-12)
    assert objective.variables == ("w1", "w2", "w3", "b")


@pytest.mark.parametrize("name", ["study-hours", "three inputs, classes"])
def test_the_logistic_fit_is_where_scipy_finds_it(name):
    objective = OBJECTIVES[name]()
    derivatives = {"jac": objective.gradient, "hess": objective.hessian}
    found = minimize(objective.value, objective.start, **derivatives, method="trust-exact", tol=1e-12)
    np.testing.assert_allclose(objective.minimizers[0], found.x, rtol=1e-7)
    assert objective.minimum <= found.fun + 1e-15


def test_the_gradient_vanishes_at_the_fit(objective):
    scale = np.abs(objective.gradient(near_the_fit(objective, 50))).max()
    assert np.abs(objective.gradient(np.array(objective.minimizers))).max() < 1e-13 * scale


def test_the_domain_holds_the_fit_the_origin_and_room_around_them(objective):
    for (low, high), fit in zip(objective.domain, objective.minimizers[0], strict=True):
        assert low <= min(0.0, fit) - 1.0
        assert high >= max(0.0, fit) + 1.0
        assert high - low <= 4.0 * max(1.0, abs(fit)) + 2.0


def torch_loss(objective, params, indices):
    """Torch's own loss over some examples."""
    inputs = torch.tensor(objective.samples.inputs[indices])
    targets = torch.tensor(objective.samples.targets[indices])
    linear = inputs @ params[:-1] + params[-1]
    if "cross-entropy" in objective.description or "pass" in objective.description:
        return torch.nn.functional.binary_cross_entropy_with_logits(linear, targets)
    return torch.nn.functional.mse_loss(linear, targets)


def test_value_gradient_and_hessian_are_those_of_torch(objective):
    everything = np.arange(objective.samples.count)
    for point in near_the_fit(objective, 5):
        params = torch.tensor(point, requires_grad=True)
        value = torch_loss(objective, params, everything)
        (gradient,) = torch.autograd.grad(value, params)
        hessian = torch.autograd.functional.hessian(lambda p: torch_loss(objective, p, everything), params)
        assert objective.value(point) == pytest.approx(value.item(), rel=1e-13)
        np.testing.assert_allclose(objective.gradient(point), gradient, rtol=1e-11, atol=1e-14)
        np.testing.assert_allclose(objective.hessian(point), hessian, rtol=1e-11, atol=1e-14)


def test_a_batch_has_the_mean_loss_and_gradient_of_its_examples(objective):
    point = near_the_fit(objective, 1)[0]
    indices = np.array([3, 17, 3, 29])
    params = torch.tensor(point, requires_grad=True)
    value = torch_loss(objective, params, indices)
    (gradient,) = torch.autograd.grad(value, params)
    assert objective.samples.value(point, indices) == pytest.approx(value.item(), rel=1e-13)
    np.testing.assert_allclose(objective.samples.gradient(point, indices), gradient, rtol=1e-11, atol=1e-14)


def test_all_examples_as_one_batch_are_the_full_loss(objective):
    points = near_the_fit(objective, 6)
    everything = np.arange(objective.samples.count)
    np.testing.assert_array_equal(objective.samples.value(points, everything), objective.value(points))
    np.testing.assert_array_equal(objective.samples.gradient(points, everything), objective.gradient(points))


def test_single_example_gradients_average_to_the_full_gradient(objective):
    point = near_the_fit(objective, 1)[0]
    singles = [objective.samples.gradient(point, np.array([i])) for i in range(objective.samples.count)]
    np.testing.assert_allclose(np.mean(singles, axis=0), objective.gradient(point), rtol=1e-11, atol=1e-14)


def test_a_batch_of_params_has_the_same_bits_as_one_by_one(objective):
    points = near_the_fit(objective, 4, 7)
    d = objective.dimension
    for function, shape in ((objective.value, ()), (objective.gradient, (d,)), (objective.hessian, (d, d))):
        together = function(points)
        assert together.shape == (4, 7, *shape)
        np.testing.assert_array_equal(together[2, 3], function(points[2, 3]))


def test_a_fine_grid_is_evaluated_in_blocks_and_without_a_warning():
    (w0, w1), (b0, b1) = passes().domain
    lattice = np.stack(np.meshgrid(np.linspace(w0, w1, 301), np.linspace(b0, b1, 301)), axis=-1)
    values = passes().value(lattice)
    assert np.isfinite(values).all()
    assert values.min() >= passes().minimum
    assert passes().gradient(1e200 * lattice).shape == lattice.shape


def test_cross_entropy_stays_exact_where_the_model_is_sure():
    objective = logistic([-1.0, 1.0, 2.0, -2.0], [0, 1, 0, 1])
    alone = objective.samples
    assert alone.value([800.0, 0.0], np.array([0])) == 0.0
    assert alone.value([30.0, 0.0], np.array([1])) == pytest.approx(np.exp(-30.0), rel=1e-12)
    assert alone.value([800.0, 0.0], np.array([2])) == 1600.0
    assert alone.gradient([30.0, 0.0], np.array([1]))[0] == pytest.approx(-np.exp(-30.0), rel=1e-12)


def test_predictions_are_lines_and_probabilities():
    points = np.array([[2.0, 3.0], [0.0, 1.0]])
    np.testing.assert_array_equal(line().samples.predict(points, [0.0, 1.0, 2.0]), [[3, 5, 7], [1, 1, 1]])
    np.testing.assert_array_equal(line().samples.predict(points[0], [[0.5]]), [4.0])
    probabilities = passes().samples.predict(passes().minimizers[0], passes().samples.inputs)
    assert probabilities.mean() == pytest.approx(passes().samples.targets.mean(), rel=1e-12)


@pytest.mark.parametrize(
    ("inputs", "targets"),
    [
        ([0.0, 1.0, 2.0, 3.0], [0, 0, 1, 1]),
        ([0.0, 1.0, 1.0, 1.0, 2.0], [0, 0, 0, 1, 1]),
        ([0.0, 1.0, 2.0], [1, 1, 1]),
        ([5.0, 5.0, 5.0], [0, 1, 1]),
        ([[0.0, 1.0], [1.0, 0.0], [2.0, 3.0], [3.0, 1.0]], [0, 1, 0, 1]),
    ],
    ids=["separated", "touching", "one class", "constant input", "a plane between"],
)
def test_separable_classes_have_no_minimizer(inputs, targets):
    objective = logistic(inputs, targets)
    assert objective.minimizers == ()
    assert objective.minimum is None
    assert all(low < 0 < high for low, high in objective.domain)


@given(
    st.lists(st.tuples(st.integers(-3, 3), st.integers(-3, 3), st.integers(0, 1)), min_size=3, max_size=14)
)
@settings(max_examples=150, deadline=None)
def test_there_is_a_minimizer_exactly_when_a_linear_program_finds_no_separating_plane(examples):
    data = np.array(examples, dtype=float)
    design = np.column_stack([data[:, :2], np.ones(len(data))])
    assume(np.linalg.matrix_rank(design) == 3)
    signed = design * (2 * data[:, 2:] - 1)
    # The most that a plane can put on the right side, nothing being on the wrong one.
    rows = np.vstack([signed, -signed])
    bounds = np.concatenate([np.ones(len(data)), np.zeros(len(data))])
    found = linprog(-signed.sum(axis=0), A_ub=rows, b_ub=bounds, bounds=(None, None))
    assert (logistic(data[:, :2], data[:, 2]).minimizers == ()) == (-found.fun > 1e-6)


def test_a_logistic_fit_bears_inputs_of_any_size():
    rng = np.random.default_rng(3)
    hours = rng.normal(size=60)
    passed = (rng.random(60) < 1 / (1 + np.exp(-hours))).astype(int)
    plain, stretched = logistic(hours, passed), logistic(1e6 * hours + 3e7, passed)
    assert stretched.minimizers[0][0] == pytest.approx(plain.minimizers[0][0] / 1e6, rel=1e-9)


@pytest.mark.parametrize(
    ("inputs", "targets"),
    [([1.0, 2.0], [1.0]), ([], []), ([1.0, np.nan], [0.0, 1.0]), (np.zeros((2, 2, 2)), [0.0, 1.0])],
)
def test_examples_that_do_not_fit_are_refused(inputs, targets):
    for make in (least_squares, logistic):
        with pytest.raises(UsageError):
            make(inputs, targets)


@pytest.mark.parametrize(
    ("inputs", "targets"), [(["a"], ["b"]), ([[1.0], [1.0, 2.0]], [0, 1]), ([1.0], [None, {}])]
)
def test_examples_that_are_no_numbers_are_refused(inputs, targets):
    for make in (least_squares, logistic):
        with pytest.raises(UsageError, match="array of numbers"):
            make(inputs, targets)


def test_least_squares_of_a_million_examples_is_a_bowl_like_any_other():
    rng = np.random.default_rng(0)
    x = rng.normal(size=1_000_000)
    objective = least_squares(x, 2 * x + 3)
    lattice = np.stack(np.meshgrid(np.linspace(-1, 3, 301), np.linspace(0, 4, 301)), axis=-1)
    values = objective.value(lattice)  # example by example this would be ninety billion products
    residuals = lattice[7, 9, 0] * x + lattice[7, 9, 1] - (2 * x + 3)
    assert values[7, 9] == pytest.approx(np.mean(residuals**2), rel=1e-12)


def test_more_parameters_than_examples_still_make_a_bowl():
    objective = least_squares([[1.0, 2.0, 3.0]], [4.0])
    assert objective.value([1.0, 1.0, 1.0, 1.0]) == pytest.approx(9.0)
    np.testing.assert_allclose(objective.gradient([1.0, 1.0, 1.0, 1.0]), [6, 12, 18, 6])
    assert objective.hessian(np.zeros((5, 4))).shape == (5, 4, 4)


def test_targets_of_a_logistic_regression_are_zero_or_one():
    with pytest.raises(UsageError, match="0 or 1"):
        logistic([1.0, 2.0], [0, 2])


def test_params_of_another_length_are_refused():
    with pytest.raises(UsageError, match="shape"):
        line().value(np.zeros(3))


def test_a_data_set_survives_pickling():
    copy = pickle.loads(pickle.dumps(line()))
    np.testing.assert_array_equal(copy.gradient([1.0, 1.0]), line().gradient([1.0, 1.0]))
