"""Tables of names: found however they are spelled, listed without being loaded."""

from __future__ import annotations

from importlib.metadata import EntryPoint, EntryPoints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizgd.base.errors import UsageError
from vizgd.base.registry import Entry, Registry, _all_announced, lazily, normalized


def refuse():
    raise AssertionError("it was loaded")


def table(**entries):
    return Registry("thing", "vizgd.nothing", lambda: entries)


@given(name=st.from_regex("[a-cA-C]([a-cA-C_ -]*[a-cA-C])?", fullmatch=True))
def test_case_and_separators_make_no_other_name(name):
    assert normalized(name) == normalized(normalized(name)) == normalized(name.swapcase())
    assert normalized(f" {name.replace('_', ' ')} ") == normalized(name)


def test_what_stands_behind_a_name_is_loaded_when_it_is_asked_for_and_no_earlier():
    things = table(first=Entry(lambda: 1, "the first", ("one",)), second=Entry(refuse, "the second"))
    assert list(things) == ["first", "second"]
    assert [things.summary(name) for name in things] == ["the first", "the second"]
    assert "ONE" in things
    assert (things.canonical("One"), things["one"]) == ("first", 1)
    with pytest.raises(AssertionError, match="it was loaded"):
        things["second"]


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(UsageError, match="unknown thing 'frist'\n  did you mean 'first'"):
        table(first=Entry(refuse))["frist"]


def test_a_target_is_imported_when_it_is_loaded():
    assert lazily("math:sqrt")()(9) == 3


def test_names_of_other_packages_are_added_and_take_the_place_of_none(monkeypatch):
    points = [EntryPoint(name, "math:pi", "vizgd.nothing") for name in ("first", "other", "broken")]
    points[2] = EntryPoint("broken", "nowhere_at_all:x", "vizgd.nothing")
    monkeypatch.setattr("vizgd.base.registry.announced", lambda group: points * (group == "vizgd.nothing"))
    things = table(first=Entry(lambda: 1))
    assert things["first"] == 1
    assert things["other"] == pytest.approx(3.14159, abs=1e-5)
    with pytest.raises(UsageError, match="the thing 'broken' cannot be loaded") as caught:
        things["broken"]
    assert "that package is at fault" in str(caught.value)


def test_installed_packages_are_looked_through_once_for_all_tables(monkeypatch):
    searches = []
    everything = EntryPoints([EntryPoint("other", "math:pi", "vizgd.nothing")])
    monkeypatch.setattr("vizgd.base.registry.entry_points", lambda: searches.append(1) or everything)
    _all_announced.cache_clear()
    try:
        assert [list(table()), list(table())] == [["other"], ["other"]]
    finally:
        _all_announced.cache_clear()
    assert len(searches) == 1
