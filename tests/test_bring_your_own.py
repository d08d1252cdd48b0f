"""Films of optimizers and objectives from elsewhere: labeled, captioned, remembered, in any process."""

from __future__ import annotations

import math
from pathlib import Path

import jax
import numpy as np
import optax
import pytest
import torch

import vizgd as vg
from vizgd.films.batch import make_all
from vizgd.films.cache import stale_reason
from vizgd.films.fitting import fitted
from vizgd.films.request import ComparisonRequest
from vizgd.storyboard.look import Look

from .gallery_films import planned

BOWL = "x**2 + 3*y**2"


def step(params, gradient):
    return params - 0.2 * gradient


RUNS = {
    "torch": vg.Run(vg.Torch(torch.optim.SGD, lr=0.1), start=(4, 3)),
    "optax": vg.Run(optax.adam(0.5), start=(4, 3)),
    "scipy": vg.Run("Nelder-Mead", start=(4, 3)),
    "function": vg.Run(step, start=(4, 3)),
}


def compared(*runs, objective=BOWL):
    return vg.Comparison(title="Mine", objective=objective, runs=runs, steps=12)


def texts(board):
    found = [mark.text for panel in board.panels for mark in panel.marks if hasattr(mark, "text")]
    return [text for text in found if isinstance(text, str)]


@pytest.mark.parametrize("name", RUNS)
def test_a_film_is_made_of_it(name, tmp_path):
    path = vg.render(compared(RUNS[name]), tmp_path / f"{name}.gif", size=(320, 180), seconds=0.5)
    assert path.read_bytes()[:3] == b"GIF"


@pytest.mark.parametrize(
    "objective",
    [lambda x, y: torch.sin(x) + y**2, lambda x, y: jax.numpy.sin(x) + y**2, lambda x, y: x**2 + abs(y)],
)
def test_a_film_is_made_on_a_function(objective, tmp_path):
    comparison = compared(RUNS["torch"], RUNS["function"], objective=objective)
    path = vg.render(comparison, tmp_path / "own.gif", size=(320, 180), seconds=0.5)
    assert path.read_bytes()[:3] == b"GIF"


def test_legend_and_caption_say_whose_run_it_is():
    shown = texts(planned(compared(*RUNS.values())))
    for label in ("torch SGD lr=0.1", "optax adam learning_rate=0.5", "scipy Nelder-Mead", "step"):
        assert label in shown
    caption = " ".join(shown)
    assert "distance from the minimum" in caption


def test_of_one_optimizer_with_several_settings_the_settings_are_shown():
    runs = [vg.Run(vg.Torch(torch.optim.Adam, lr=rate), start=(4, 3)) for rate in (0.1, 0.5)]
    assert {"lr=0.1", "lr=0.5"} <= set(texts(planned(compared(*runs))))


def test_a_film_on_central_differences_says_so():
    def broken(x, y):
        return x**2 + 3 * math.pow(y, 2)

    with pytest.warns(UserWarning, match="central differences"):
        shown = texts(planned(compared(RUNS["function"], objective=broken)))
    assert "Gradients by central differences." in shown


def request(comparison, folder, name):
    return ComparisonRequest(
        comparison, Path(folder, name), "gif", fitted(Look(size=(320, 180), seconds=0.5), "gif")
    )


def test_films_of_them_are_made_by_other_processes_and_not_twice(tmp_path):
    requests = [request(compared(RUNS[name]), tmp_path, f"{name}.gif") for name in ("torch", "scipy")]
    assert [stale_reason(one.target, one.recipe) for one in requests] == [""] * 2
    done = dict(make_all(requests, 2, lambda *_: None))
    assert sorted(done.values()) == sorted(one.target.absolute() for one in requests)
    assert [stale_reason(one.target, one.recipe) for one in requests] == [None] * 2


def test_another_setting_is_another_film(tmp_path):
    first = request(compared(vg.Run(optax.adam(0.5), start=(4, 3))), tmp_path, "film.gif")
    dict(make_all([first], 1, lambda *_: None))
    again = request(compared(vg.Run(optax.adam(0.5), start=(4, 3))), tmp_path, "film.gif")
    other = request(compared(vg.Run(optax.adam(0.5, b1=0.8), start=(4, 3))), tmp_path, "film.gif")
    assert stale_reason(again.target, again.recipe) is None
    assert stale_reason(other.target, other.recipe) == "runs has changed"


def test_paths_are_finite_and_start_where_they_were_set_off():
    for run in RUNS.values():
        trajectory = vg.record(BOWL, run.optimizer, run.start, 12)
        assert np.isfinite(trajectory.iterates).all()
        assert trajectory.iterates[0].tolist() == [4, 3]
