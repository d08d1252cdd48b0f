"""The page of mechanisms: each file on it is complete, is drawn by both renderers, and has its pictures."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import vizgd as vg
from vizgd.comparisons.comparison_file import read_comparison
from vizgd.comparisons.resolving import resolved
from vizgd.storyboard.look import Look
from vizgd.storyboard.planning import plan

ROOT = Path(__file__).parents[1]
spec = importlib.util.spec_from_file_location("gallery_pictures", ROOT / "docs/gallery.py")
gallery = importlib.util.module_from_spec(spec)
spec.loader.exec_module(gallery)

PAGE = gallery.PAGE.read_text(encoding="utf-8")
FILES = gallery.files()
MOST = 6_500_000
"""Bytes of the pictures of one theme, which are those that a reader is sent."""


def test_each_section_has_one_sentence_one_file_and_its_pictures_with_the_words_of_who_cannot_see_them():
    sections = re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]
    assert len(sections) == len(FILES) == PAGE.count("```toml")
    for section, name in zip(sections, FILES, strict=True):
        sentence = section.split("```")[0].split("\n", 1)[1].strip()
        assert sentence.endswith("."), name
        assert "\n\n" not in sentence, name
        assert 10 <= len(FILES[name].strip().splitlines()) <= 20, name
        shown = re.findall(r'(?:srcset|src)="images/gallery/([\w.-]+)"', section)
        assert sorted(shown) == sorted(path.name for *_, path in gallery.pictures(name)), name
        assert all(len(said) > 15 for said in re.findall(r'alt="(.*?)"', section)), name
        assert section.count("alt=") == len(gallery.RENDERERS), name


def test_no_picture_lies_there_that_the_page_does_not_show():
    shown = [picture for name in FILES for picture in gallery.pictures(name)]
    assert {path for *_, path in shown} == set(gallery.PICTURES.iterdir())
    for theme in gallery.THEMES:
        assert sum(path.stat().st_size for _, its, path in shown if its == theme) <= MOST


@pytest.mark.parametrize("name", FILES)
def test_the_pictures_are_films_of_what_stands_beside_them(name, tmp_path):
    file = tmp_path / f"{name}.toml"
    file.write_text(FILES[name], encoding="utf-8")
    comparison = resolved(read_comparison(file))
    for _, theme, path in gallery.pictures(name):
        board = plan(comparison, Look(size=gallery.SIZE, fps=gallery.FPS, theme=theme))
        with Image.open(path) as film:
            assert film.size == gallery.SIZE
            lasted = sum(_delay(film, frame) for frame in range(film.n_frames))
        assert lasted == pytest.approx(1000 * board.clock.frames / gallery.FPS, rel=0.01), path


def _delay(film: Image.Image, frame: int) -> float:
    film.seek(frame)
    return film.info["duration"]


@pytest.mark.parametrize("name", FILES)
def test_each_file_is_drawn_by_both_renderers_in_both_themes(name, tmp_path):
    file = tmp_path / f"{name}.toml"
    file.write_text(FILES[name], encoding="utf-8")
    comparison = read_comparison(file)
    look = {"size": (160, 90), "fps": 1, "seconds": 2.0}
    for renderer, theme, _ in gallery.pictures(name):
        path = vg.render(
            comparison, tmp_path / f"{renderer}-{theme}.png", renderer=renderer, theme=theme, **look
        )
        pixels = np.asarray(Image.open(path).convert("RGB")).reshape(-1, 3)
        ground = pixels[0].mean()
        assert (ground > 128) == (theme == "light")
        assert len(np.unique(pixels, axis=0)) > 50
