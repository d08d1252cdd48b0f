"""Typed expressions: arithmetic as NumPy does it, and derivatives as torch has them."""

import ast
import pickle

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vizgd.base.errors import UsageError
from vizgd.objectives.expressions.expression import parse_objective
from vizgd.objectives.expressions.functions import ALIASES, FUNCTIONS, OPERATIONS

NUMBERS = st.one_of(
    st.integers(0, 12).map(str),
    st.floats(0, 50).map(lambda value: f"{value:.3g}"),
    st.sampled_from(["pi", "e", "0", "1e-300", "1e300", "0.5", "9**9**9", "10**6"]),
)
UNARY = [name for name, row in FUNCTIONS.items() if row.arity == 1]
BINARY = [name for name, row in FUNCTIONS.items() if row.arity == 2]


def grown(inner):
    return st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "**"]), inner).map(
            lambda t: f"({t[0]}) {t[1]} ({t[2]})"
        ),
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/"]), inner).map(" ".join),
        inner.map(lambda text: f"-({text})"),
        st.tuples(inner, st.integers(2, 4)).map(lambda t: f"({t[0]})**{t[1]}"),
        st.tuples(st.sampled_from(UNARY), inner).map(lambda t: f"{t[0]}({t[1]})"),
        st.tuples(st.sampled_from(BINARY), inner, inner).map(lambda t: f"{t[0]}({t[1]}, {t[2]})"),
    )


TEXTS = st.recursive(st.one_of(st.sampled_from(["x", "y"]), NUMBERS), grown, max_leaves=12)
POINTS = st.tuples(*[st.floats(-20, 20) | st.sampled_from([0.0, 1.0, -1.0, 1e200, -1e-200])] * 2)


class Literals(ast.NodeTransformer):
    """Makes each number a float64 before anything is computed with it."""

    def visit_Constant(self, node):
        return ast.Call(ast.Name("float64", ast.Load()), [node], [])


def evaluated_by_python(text, x, y):
    """Let Python walk the text on arrays, so that each operation is NumPy's."""
    tree = ast.fix_missing_locations(Literals().visit(ast.parse(text, mode="eval")))
    names = {name: row.apply for name, row in OPERATIONS.items()}
    names |= {"x": np.array([x]), "y": np.array([y]), "pi": np.float64(np.pi), "e": np.float64(np.e)}
    with np.errstate(all="ignore"):
        found = eval(compile(tree, "text", "eval"), {"__builtins__": {}}, names | {"float64": np.float64})
    return np.ravel(found)[0]


@given(TEXTS, POINTS)
@settings(max_examples=400, deadline=None, derandomize=True)
def test_any_expression_has_the_value_that_numpy_computes(text, point):
    objective = parse_objective(text, domain=[(-5, 5), (-5, 5)])
    np.testing.assert_allclose(objective.value(point), evaluated_by_python(text, *point), rtol=1e-12)


@given(TEXTS, POINTS)
@settings(max_examples=200, deadline=None)
def test_no_expression_warns_or_leaves_the_reals_in_its_derivatives(text, point):
    objective = parse_objective(text, domain=[(-5, 5), (-5, 5)])
    value, gradient, hessian = (f(point) for f in (objective.value, objective.gradient, objective.hessian))
    assert value.dtype == gradient.dtype == hessian.dtype == np.float64
    assert gradient.shape == (2,)
    assert hessian.shape == (2, 2)
    if np.isnan(value):
        assert np.isnan(gradient).all()


TORCH = {name: getattr(torch, name) for name in FUNCTIONS if hasattr(torch, name)} | {
    "min": torch.minimum,
    "max": torch.maximum,
    "sech": lambda a: 1 / torch.cosh(a),
    "cbrt": lambda a: torch.sign(a) * torch.abs(a) ** (1 / 3),
}
SMOOTH = {
    "sin(x)": 0.7,
    "cos(x)": 0.7,
    "tan(x)": 0.7,
    "asin(x)": 0.4,
    "acos(x)": 0.4,
    "atan(x)": 2.5,
    "sinh(x)": -1.2,
    "cosh(x)": -1.2,
    "tanh(x)": 1.3,
    "sech(x)": 0.8,
    "asinh(x)": -2.0,
    "acosh(x)": 1.8,
    "atanh(x)": 0.3,
    "exp(x)": 0.9,
    "expm1(x)": 0.1,
    "log(x)": 2.2,
    "log2(x)": 2.2,
    "log10(x)": 2.2,
    "log1p(x)": 0.4,
    "sqrt(x)": 2.0,
    "cbrt(x)": -2.0,
    "abs(x)": -3.0,
    "sign(x)": -3.0,
    "floor(x)": 1.5,
    "ceil(x)": 1.5,
    "x**3": -2.0,
    "x**0.5": 2.0,
    "x**-2": 1.7,
    "2**x": 1.7,
    "x**x": 1.7,
    "1/x": -0.4,
    "min(x, 2)": 1.0,
    "max(x, x**2)": 1.5,
    "atan2(x, 2)": 1.0,
    "atan2(3, x)": -1.0,
    "-x/(1 + x**2)": 0.3,
    "exp(sin(x)**2)*log(2 + x)/sqrt(1 + x**2)": 0.6,
    "x**2*abs(x)": -1.5,
    "tanh(3*x)**2": 1.5,
    "atan2(sin(x), cos(x)**2)": 0.8,
}


@pytest.mark.parametrize(("text", "at"), SMOOTH.items())
def test_first_and_second_derivatives_are_those_of_torch(text, at):
    objective = parse_objective(text)
    x = torch.tensor(at, dtype=torch.float64, requires_grad=True)
    value = eval(text, {"__builtins__": {}}, TORCH | {"x": x} | _promoting(text))
    first = torch.autograd.grad(value, x, create_graph=True)[0]
    second = torch.autograd.grad(first, x)[0] if first.requires_grad else torch.zeros(())
    assert objective.value([at]) == pytest.approx(value.item(), rel=1e-13)
    assert objective.gradient([at]) == pytest.approx(first.item(), rel=1e-12, abs=1e-15)
    assert objective.hessian([at])[0] == pytest.approx(second.item(), rel=1e-11, abs=1e-14)


def _promoting(text):
    """Let torch's functions of two tensors take a plain number."""

    def lifted(function):
        return lambda *numbers: function(*(torch.as_tensor(n, dtype=torch.float64) for n in numbers))

    return {name: lifted(TORCH[name]) for name in ("min", "max", "atan2") if name in text}


def test_every_function_of_the_grammar_is_among_those_held_against_torch():
    assert all(any(f"{name}(" in text for text in SMOOTH) for name in FUNCTIONS)


def test_mixed_second_derivatives_are_exact_and_symmetric():
    hessian = parse_objective("x**2*y**3 + sin(x*y)").hessian([0.5, 2.0])
    mixed = 6 * 0.5 * 4 + np.cos(1.0) - 1.0 * np.sin(1.0)
    np.testing.assert_allclose(hessian[0, 1], mixed, rtol=1e-15)
    np.testing.assert_array_equal(hessian, hessian.T)


@pytest.mark.parametrize(
    ("text", "slope"),
    [
        ("abs(x)", 0),
        ("max(x, 0)", 0.5),
        ("max(x, -x)", 0),
        ("min(x, -x)", 0),
        ("sign(x)", 0),
        ("floor(x)", 0),
        ("sqrt(x**2)", 0),
        ("sqrt(abs(x))", 0),
        ("cos(sqrt(abs(x)))", 0),
        ("x*abs(x)", 0),
        ("max(x, -x, 3*x)", 1.5),
    ],
)
def test_at_a_kink_the_gradient_is_a_subgradient(text, slope):
    assert parse_objective(text).gradient([0.0]) == [slope]


def test_where_a_function_is_not_defined_its_gradient_is_not_either():
    points = np.array([[-1.0], [1.0]])
    np.testing.assert_array_equal(parse_objective("log(x)").gradient(points)[:, 0], [np.nan, 1.0])
    np.testing.assert_array_equal(parse_objective("acosh(x)").gradient([[-2.0]])[:, 0], [np.nan])


def test_the_tails_of_a_plateau_keep_their_slope():
    gradient = parse_objective("tanh(x)").gradient([[18.0], [300.0], [800.0]])[:, 0]
    np.testing.assert_allclose(gradient, [4 * np.exp(-36.0), 4 * np.exp(-600.0), 0.0], rtol=1e-12)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("9**9**9", np.inf),
        ("x - 9**9**9**9**9", -np.inf),
        ("1/0", np.inf),
        ("-1/0", -np.inf),
        ("0/0", np.nan),
        ("log(-1)", np.nan),
        ("log(0)", -np.inf),
        ("(-8)**(1/3)", np.nan),
        ("cbrt(-8)", -2),
        ("sqrt(-1)**2", np.nan),
        ("0*x", 0),
        ("0*x*9**9**9", np.nan),
        ("2^3^2", 512),
        ("2**-1", 0.5),
        ("-3**2", -9),
        ("-x^2", -2.25),
        ("1e400", np.inf),
        ("10**400 - 10**400", np.nan),
        ("0.1 + 0.2", 0.1 + 0.2),
        ("x + 1e16 - 1e16", 2.0),
        ("1/(x - x)", np.inf),
        ("x/0", np.inf),
        ("log(x - x)", -np.inf),
        ("asin(2)", np.nan),
        ("max(1, x, 7)", 7),
        ("0x10", 16),
        ("7 - 2 - 1", 4),
        ("8/4/2", 1),
        ("2*3^2", 18),
        ("1 + 2^2*3", 13),
    ],
)
def test_arithmetic_is_float64_on_the_reals(text, value):
    objective = parse_objective(text, domain=[(-5, 5)])
    np.testing.assert_array_equal(objective.value([1.5]), value)
    objective.gradient([1.5])
    objective.hessian([1.5])


def test_a_value_is_computed_in_the_order_in_which_it_was_typed():
    x = np.random.default_rng(0).normal(size=(100, 2))
    typed = parse_objective("0.1*x + (y + 0.7) - 1e3*x").value(x)
    np.testing.assert_array_equal(typed, 0.1 * x[:, 0] + (x[:, 1] + 0.7) - 1e3 * x[:, 0])


def test_a_caret_and_other_spellings_are_read_as_they_are_meant():
    x = np.linspace(-2, 2, 9)[:, None]
    plain = parse_objective("-x**2 - 3*x").value(x)
    for text in ("-x^2-3*x", " \u2212x^2 \n \u2212 3\u00b7x ", "- x ^ 2 - 3 * x", "-x1^2 - 3*x1"):
        np.testing.assert_array_equal(parse_objective(text).value(x), plain)


def test_aliases_name_the_same_functions():
    for alias, name in ALIASES.items():
        given_ = "(x, 0.5)" if OPERATIONS[name].arity == 2 else "(x)"
        if name != "power":
            values = [parse_objective(spelled + given_).value([0.7]) for spelled in (alias, name)]
            np.testing.assert_array_equal(*values)
    assert parse_objective("pow(x, 3)").value([2.0]) == 8.0


def test_the_dimension_is_that_of_the_variables_or_of_the_domain():
    assert parse_objective("x**2").domain == ((-5.0, 5.0),)
    assert parse_objective("3*y").variables == ("x", "y")
    assert parse_objective("x1*x2").variables == ("x1", "x2")
    assert parse_objective("7").dimension == 1
    assert parse_objective("x**2", domain=[(-1, 1), (0, 2)]).gradient([[3.0, 1.0]]).tolist() == [[6.0, 0.0]]


@pytest.mark.parametrize("domain", [[(1, -1)], [(0, np.inf)], [], [(0, 1)] * 3, [(1,)], "ab", [(0, "a")], 5])
def test_a_bad_domain_is_refused(domain):
    with pytest.raises(UsageError, match="domain"):
        parse_objective("x", domain=domain)


def test_a_domain_of_one_axis_for_two_variables_is_refused():
    with pytest.raises(UsageError, match="uses y"):
        parse_objective("x*y", domain=[(0, 1)])


@pytest.mark.parametrize("shape", [(), (3,), (4, 1), (0,)])
def test_points_of_another_dimension_are_refused(shape):
    with pytest.raises(UsageError, match="shape"):
        parse_objective("x*y").value(np.zeros(shape))


def test_no_points_give_no_values():
    objective = parse_objective("x*y")
    assert objective.value(np.zeros((0, 2))).shape == (0,)
    assert objective.hessian(np.zeros((3, 0, 2))).shape == (3, 0, 2, 2)


def test_memory_layout_does_not_change_a_bit():
    objective = parse_objective("exp(sin(x))*x**y + tan(y)**1.5")
    points = np.random.default_rng(1).random((1000, 2))
    plain = objective.gradient(points)
    np.testing.assert_array_equal(objective.gradient(np.asfortranarray(points)), plain)
    np.testing.assert_array_equal(objective.gradient(points[::-3]), plain[::-3])
    np.testing.assert_array_equal(objective.gradient(np.repeat(points, 30, axis=0))[::30], plain)


@pytest.mark.parametrize("text", ["1/x", "x/x", "log(x)", "x**2 / (x - 1)", "max(x, 1/x)", "x*1e200*x*1e200"])
def test_a_single_point_has_the_bits_of_a_batch_at_poles_and_beyond_the_largest_number(text):
    objective = parse_objective(text)
    points = np.array([[0.0], [-0.0], [1.0], [-2.0], [1e300], [np.inf], [np.nan]])
    with np.errstate(all="raise"):
        for function in (objective.value, objective.gradient, objective.hessian):
            together = function(points)
            np.testing.assert_array_equal([function(point) for point in points], together)


def test_gradients_lie_in_memory_as_their_points_do():
    objective = parse_objective("x**2*y + abs(y)")
    points = np.random.default_rng(0).normal(size=(50, 2))
    across = objective.gradient(np.asfortranarray(points))
    assert across.flags.f_contiguous
    assert objective.gradient(points).flags.c_contiguous
    np.testing.assert_array_equal(across, objective.gradient(points))


def test_an_objective_goes_to_other_processes_before_and_after_it_was_used():
    points = np.array([[1.0, 2.0], [-0.5, 3.0]])
    for before in ((), ("gradient",), ("hessian",), ("gradient", "hessian")):
        objective = parse_objective("sin(x)*y**2 + exp(x*y)")
        for name in before:
            getattr(objective, name)(points)
        there = pickle.loads(pickle.dumps(objective))
        for name in ("value", "gradient", "hessian"):
            assert np.array_equal(getattr(there, name)(points), getattr(objective, name)(points))
