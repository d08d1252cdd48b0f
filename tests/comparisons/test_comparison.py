"""Comparisons as plain data: what they take, and what they say of what they do not."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

import vizgd as vg
from vizgd.base.errors import UsageError
from vizgd.films.fitting import fitted
from vizgd.storyboard.look import Look


def comparison(**fields):
    return vg.Comparison(**({"title": "t", "objective": "sphere", "runs": [vg.Run(vg.Adam())]} | fields))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"runs": vg.Run(vg.Adam())}, "write a list: runs=[…]"),
        ({"runs": 3}, "write a list: runs=[…]"),
        ({"runs": {"a": 1}}, "write a list: runs=[…]"),
        ({"runs": [vg.Adam()]}, "is no Run"),
        ({"views": vg.Contour()}, "write a list: views=[…]"),
        ({"views": "contour"}, "write a list: views=[…]"),
        ({"domain": 5}, "write a list: domain=[…]"),
        ({"domain": [5, 6]}, "two finite numbers"),
        ({"domain": [(True, False)]}, "two finite numbers"),
        ({"steps": np.float64(3)}, "steps is"),
        ({"seconds": np.float32(-1)}, "seconds is"),
    ],
)
def test_a_field_of_another_kind_is_refused_with_its_name(wrong, said):
    with pytest.raises(UsageError) as caught:
        comparison(**wrong)
    text = str(caught.value)
    assert f"$.{next(iter(wrong))}" in text
    assert said in text
    assert len(text.splitlines()) <= 4


def test_runs_and_views_may_come_from_anything_that_holds_them():
    made = comparison(runs=(vg.Run(vg.Adam(rate)) for rate in (0.1, 0.2)), views=iter(["contour"]))
    assert [run.optimizer.learning_rate for run in made.runs] == [0.1, 0.2]
    assert made.views == ("contour",)


def test_numbers_of_numpy_are_numbers():
    run = vg.Run(vg.Adam(), steps=np.int64(3), seed=np.int64(1), noise=np.float32(0.5))
    made = comparison(
        runs=[run], steps=np.int64(5), seconds=np.float32(2), domain=np.array([[-6, 6], [-4, 4]])
    )
    assert made.domain == ((-6, 6), (-4, 4))
    asked = Look(size=(np.int64(320), np.int32(180)), fps=np.int64(20), seconds=np.float32(1))
    look = fitted(asked, "gif")
    assert (look.size, look.rate) == ((320, 180), 20)
    assert fitted(Look(fps=np.float32(12.5)), "mp4").rate == Fraction(25, 2)


def test_comparisons_with_starts_in_arrays_can_be_compared():
    first, second, other = (
        comparison(runs=[vg.Run(vg.Adam(), start=np.array(start))]) for start in ([1, 2], [1, 2], [1, 3])
    )
    assert first == second
    assert first != other
    assert vg.Run(vg.Adam(), start=np.float64(3)) == vg.Run(vg.Adam(), start=3.0)


def test_a_comparison_of_numpys_numbers_is_rendered(tmp_path):
    run = vg.Run(vg.Adam(), start=np.array([3, 2]), steps=np.int64(3), noise=np.float32(0.1))
    made = comparison(runs=[run], seconds=np.float32(1), domain=np.array([[-6, 6], [-4, 4]]))
    path = vg.render(made, tmp_path / "m.gif", size=(np.int64(320), np.int64(180)), fps=np.float32(10))
    assert path.stat().st_size > 1000


def test_a_theme_is_a_name_or_a_theme():
    with pytest.raises(UsageError, match=r"theme is 5(.|\n)*light"):
        Look(theme=5)


def test_a_comparison_of_the_gallery_is_rendered_by_its_name(tmp_path):
    settings = {"size": (320, 180)}
    named = vg.render("bowl", tmp_path / "named.png", **settings)
    from vizgd.comparisons.gallery import GALLERY

    assert named.read_bytes() == vg.render(GALLERY["bowl"], tmp_path / "given.png", **settings).read_bytes()


@pytest.mark.parametrize(
    ("thing", "said"),
    [("bowll", "did you mean 'bowl'"), ("my.toml", "read_comparison"), (3, "read_comparison")],
)
def test_what_is_no_comparison_is_refused_before_anything_is_written(tmp_path, thing, said):
    with pytest.raises(UsageError) as caught:
        vg.render(thing, tmp_path / "x.gif")
    assert said in str(caught.value)
    assert not list(tmp_path.iterdir())
