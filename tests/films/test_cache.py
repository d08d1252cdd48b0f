"""A film that would come out the same is not made again; whatever changes it, it is."""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np
import pytest

import vizgd as vg
from vizgd.comparisons.gallery import GALLERY
from vizgd.films import cache
from vizgd.films.fitting import fitted
from vizgd.films.request import ComparisonRequest
from vizgd.storyboard.look import Look

SMALL = {"size": (160, 90), "seconds": 1.0, "fps": 10}


@pytest.fixture
def film(tmp_path):
    """A film that was made, and a function that renders it again and says whether it was."""
    path = tmp_path / "bowl.gif"
    vg.render(GALLERY["bowl"], path, **SMALL)

    def again(comparison=GALLERY["bowl"], **settings):
        os.utime(path, (1, 1))
        vg.render(comparison, path, **(SMALL | settings))
        return path.stat().st_mtime != 1

    again.path = path
    return again


def test_nothing_is_made_twice(film):
    assert not film()
    assert not film()


@pytest.mark.parametrize(
    "settings", [{"theme": "dark"}, {"size": (320, 180)}, {"fps": 5}, {"seconds": 2.0}, {"title": "Mine"}]
)
def test_each_setting_that_changes_the_picture_makes_it_again(film, settings):
    assert film(**settings)
    assert not film(**settings)
    assert film()


def test_a_changed_comparison_is_made_again_and_its_description_is_none_of_it(film):
    bowl = GALLERY["bowl"]
    assert not film(replace(bowl, description="another line in the list"))
    assert film(replace(bowl, steps=bowl.steps + 1))
    assert film(replace(bowl, runs=[replace(bowl.runs[0], label="mine")]))


def test_the_code_of_a_function_counts(film):
    def comparison(objective):
        return vg.Comparison("mine", objective, [vg.Run(vg.Adam(0.1), (1.0, 1.0))], steps=5)

    assert film(comparison(lambda x, y: x**2 + y**2))
    assert not film(comparison(lambda x, y: x**2 + y**2))
    assert film(comparison(lambda x, y: x**2 + 2 * y**2))


def test_forcing_makes_it_again(film):
    assert film(force=True)


def test_a_file_that_was_changed_or_removed_is_made_again(film):
    made = film.path.read_bytes()
    film.path.write_bytes(b"something else")
    assert film()
    assert film.path.read_bytes() == made
    film.path.unlink()
    vg.render(GALLERY["bowl"], film.path, **SMALL)
    assert film.path.read_bytes() == made


def test_frames_in_a_folder_are_kept_too(tmp_path):
    def rendered():
        return vg.render(GALLERY["bowl"], tmp_path / "f.png", every_frame=True, **SMALL)

    first = rendered()
    before = (first / "0001.png").stat().st_mtime_ns
    assert rendered() == first
    assert (first / "0001.png").stat().st_mtime_ns == before
    (first / "0003.png").unlink()
    rendered()
    assert len(list(first.iterdir())) == 10


def request(path, **settings):
    return ComparisonRequest(GALLERY["bowl"], path, "gif", fitted(Look(**(SMALL | settings)), "gif"))


def test_the_reason_names_what_has_changed(film):
    assert cache.stale_reason(film.path, request(film.path).recipe) is None
    assert cache.stale_reason(film.path, request(film.path, fps=5).recipe) == "fps has changed"
    both = cache.stale_reason(film.path, request(film.path, size=(80, 64), theme="dark").recipe)
    assert both == "size and theme have changed"
    film.path.write_bytes(b"")
    assert cache.stale_reason(film.path, request(film.path).recipe) == "the file was changed"
    film.path.unlink()
    assert cache.stale_reason(film.path, request(film.path).recipe) == "the file is gone"


def test_another_release_of_a_library_or_of_vizgd_makes_it_again(film, monkeypatch):
    monkeypatch.setattr(cache, "version", lambda name: "99" if name == "matplotlib" else "1")
    assert "matplotlib" in cache.stale_reason(film.path, request(film.path).recipe)


def test_a_part_that_cannot_be_compared_is_rendered_every_time(tmp_path):
    class Endless:
        def __init__(self):
            self.batches_left = (np.array([0]) for _ in range(10**6))

        def batches(self, _count, _rng):
            return self.batches_left

    def rendered():
        run = vg.Run(vg.GradientDescent(0.1), sampler=Endless())
        comparison = vg.Comparison("t", GALLERY["batch-sizes"].objective, [run], steps=5)
        vg.render(comparison, tmp_path / "a.png", size=(160, 90))
        return (tmp_path / "a.png").stat().st_mtime_ns

    assert rendered() != rendered()


def test_a_damaged_record_is_no_record(film):
    (record,) = (cache._record_path(film.path).parent).iterdir()
    for damage in (b"", b"{", b"[]", b'{"recipe": 3, "file": 1}', b"\xff\xfe"):
        record.write_bytes(damage)
        assert cache.stale_reason(film.path, request(film.path).recipe) == ""
    assert film()
    assert not film()


def test_without_a_place_to_remember_films_are_made_all_the_same(film, monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("VIZGD_CACHE_DIR", str(tmp_path / "file"))
    assert film()
    assert film()
