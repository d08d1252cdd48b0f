"""Errors that reach a user: at most four lines, which survive the way between processes."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizgd.base.errors import (
    LONGEST_LINE,
    MissingDependency,
    RenderError,
    UsageError,
    VizgdError,
    at,
    exit_error,
    show_warning,
    unknown,
)

KINDS = st.sampled_from([RenderError, UsageError, MissingDependency])
PARTS = st.none() | st.text()


@given(kind=KINDS, what=st.text(), where=PARTS, why=PARTS, hint=PARTS)
def test_an_error_is_at_most_four_lines_whatever_is_said(kind, what, where, why, hint):
    error = kind(what, where, why, hint)
    lines = str(error).splitlines()
    assert len(lines) <= 4
    assert all(len(line) <= LONGEST_LINE for line in lines)
    assert all(line.isprintable() for line in lines)


@given(kind=KINDS, what=st.text(), where=PARTS, why=PARTS, hint=PARTS)
def test_an_error_comes_back_from_another_process_as_it_was(kind, what, where, why, hint):
    error = kind(what, where=where, why=why, hint=hint)
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again)) == (kind, str(error))
    assert again.exit_code == error.exit_code


def test_places_are_told_from_the_outside_in():
    with pytest.raises(UsageError) as caught, at("f.toml"), at("$.runs[0]"):
        raise UsageError("no such optimizer", where="optimizer")
    assert caught.value.where == "f.toml, $.runs[0], optimizer"


def test_exit_codes_tell_a_failure_from_a_mistake_and_what_is_missing():
    assert [kind.exit_code for kind in (VizgdError, RenderError, UsageError, MissingDependency)] == [
        1,
        1,
        2,
        3,
    ]


def test_an_unknown_name_is_answered_with_the_nearest_or_with_those_there_are():
    assert "did you mean 'adam'?" in str(unknown("optimizer", "Adm", ["adam", "momentum"]))
    assert "known: adam, momentum" in str(unknown("optimizer", "xyz", ["momentum", "adam"]))
    many = [f"name{number}" for number in range(20)]
    assert "`vizgd list` shows them all" in str(unknown("thing", "q", many, listed=True))
    assert "`vizgd list`" not in str(unknown("thing", "q", many))


def test_code_that_ends_the_program_is_told_what_to_take_out():
    assert "take sys.exit() or exit() out of it" in str(exit_error("mine.py", SystemExit("enough")))


def test_a_warning_is_one_line_without_its_place(capsys):
    show_warning(UserWarning("first\n   second"), UserWarning, "somewhere.py", 12)
    assert capsys.readouterr().err == "warning: first second\n"
