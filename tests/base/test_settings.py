"""The settings of views: checked by one table of kinds, in Python as in files."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import vizgd as vg
from vizgd.base.errors import UsageError
from vizgd.comparisons.comparison_file import comparison_from_text
from vizgd.views import VIEWS

WRONG = [
    (vg.Convergence, {"quantity": "foo"}, "known: distance, excess, loss"),
    (vg.Convergence, {"scale": "lgo"}, "did you mean 'log'"),
    (vg.Convergence, {"scale": 3}, "expected 'linear' or 'log'"),
    (vg.Surface, {"azimuth": "a"}, "expected a number"),
    (vg.Surface, {"azimuth": np.nan}, "expected a number"),
    (vg.Surface, {"azimuth": 10**400}, "expected a number"),
    (vg.Surface, {"orbit": "yes"}, "expected true or false"),
    (vg.Surface, {"elevation": 90}, "expected a number from 5 to 85"),
    (vg.Contour, {"reference": (1, 2, 3)}, "expected 2 numbers"),
    (vg.Contour, {"reference": 5}, "expected 2 numbers"),
    (vg.Contour, {"reference_label": 5}, "expected text"),
    (vg.Contour, {"level_count": 0}, "expected a whole number from 1 to 60"),
    (vg.Contour, {"level_count": -3}, "expected a whole number from 1 to 60"),
    (vg.Contour, {"level_count": 100_000}, "expected a whole number from 1 to 60"),
    (vg.Contour, {"level_count": 8.5}, "expected a whole number"),
    (vg.Contour, {"level_count": True}, "expected a whole number"),
    (vg.Data, {"points": 0}, "expected a whole number from 2 to 2000"),
]


@pytest.mark.parametrize(("view", "settings", "said"), WRONG, ids=[str(row[1])[:40] for row in WRONG])
def test_a_wrong_setting_is_named_with_what_it_may_be(view, settings, said):
    with pytest.raises(UsageError) as caught:
        view(**settings)
    assert next(iter(settings)) in str(caught.value)
    assert said in str(caught.value)
    assert len(str(caught.value).splitlines()) <= 4


@pytest.mark.parametrize("setting", ["level_count = 0", 'level_count = "8"', "reference = [1, 2, 3]"])
def test_a_file_is_told_the_same_with_its_key(setting):
    text = f"""
    title = "t"
    objective = "sphere"
    views = [{{ view = "contour", {setting} }}]
    [[runs]]
    optimizer = "adam"
    """
    with pytest.raises(UsageError, match="expected") as caught:
        comparison_from_text(text, "f.toml")
    assert f"f.toml, $.views[0].{setting.partition(' ')[0]}" in str(caught.value)


def test_numbers_of_numpy_are_numbers():
    assert vg.Contour(level_count=np.int64(5), reference=np.array([1, 2])).level_count == 5
    assert vg.Surface(azimuth=np.float32(30), orbit=np.bool_(True)).azimuth == 30


@pytest.mark.parametrize("name", list(VIEWS))
def test_every_view_checks_its_settings(name):
    for field in dataclasses.fields(VIEWS[name]):
        with pytest.raises(UsageError, match=field.name):
            VIEWS[name](**{field.name: object()})
