"""What may be given for an objective."""

import numpy as np
import pytest

from vizgd.base.errors import UsageError
from vizgd.objectives.catalogue import OBJECTIVES
from vizgd.objectives.datasets.dataset import DATASETS
from vizgd.objectives.lookup import objective_from


def test_an_objective_stands_for_itself():
    rosenbrock = OBJECTIVES["rosenbrock"]
    assert objective_from(rosenbrock) is rosenbrock


@pytest.mark.parametrize("name", ["rosenbrock", "Six-Hump-Camel", "six_hump_camel", " bowl 1d "])
def test_a_name_of_the_catalogue_is_found(name):
    assert objective_from(name).source


def test_a_data_set_is_found_by_name():
    assert objective_from("study_hours") is DATASETS["study-hours"]


@pytest.mark.parametrize("text", ["x", "y", "e", "x-5", "x - y", "-x", "x1", "x**2 + 10*y**2", "sin(x)", "3"])
def test_an_expression_is_read_even_where_it_resembles_a_name(text):
    assert objective_from(text).formula == text


@pytest.mark.parametrize(
    ("name", "near"), [("rosenbrok", "rosenbrock"), ("six-hump", "six_hump_camel"), ("lin", "line")]
)
def test_an_unknown_name_is_answered_with_near_ones(name, near):
    with pytest.raises(UsageError, match=f"unknown objective '{name}'(.|\n)*{near}"):
        objective_from(name)


def test_a_text_that_is_no_expression_is_answered_by_the_grammar():
    with pytest.raises(UsageError, match="did you mean 'sin'"):
        objective_from("x**2 + sinn(y)")


@pytest.mark.parametrize("thing", [None, 3, np.zeros(3), ["x"]])
def test_anything_else_is_refused(thing):
    with pytest.raises(UsageError, match="cannot make an objective"):
        objective_from(thing)


@pytest.mark.parametrize("text", ["π", "πx", "2πx", "|x|", "√(x)", "x²", "x₁² + x₂"])
def test_what_is_printed_is_no_name(text):
    assert objective_from(text).dimension in (1, 2)


def test_a_data_file_is_no_expression():
    with pytest.raises(UsageError, match=r'objective = \{ data = "points.csv" \}'):
        objective_from("points.csv")
