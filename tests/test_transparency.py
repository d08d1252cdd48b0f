"""Pictures without a page behind them: laid over the page again, they are the ordinary ones."""

from __future__ import annotations

from fractions import Fraction

import av
import imageio.v3 as imageio
import numpy as np
import pytest

import vizgd as vg
from vizgd.base.errors import UsageError
from vizgd.cli.main import run
from vizgd.drawing.theme import THEMES
from vizgd.encoding.encoder import open_encoder
from vizgd.films.fitting import fitted
from vizgd.films.request import ComparisonRequest
from vizgd.storyboard.look import Look

SIZE = (480, 270)
EACH_RENDERER = pytest.mark.parametrize("renderer", ["matplotlib", "manim"])


def laid_over(pixels, color):
    """Return a picture over a ground of one color, as any program that composes pictures does it."""
    opacity = pixels[..., 3:] / 255
    return opacity * pixels[..., :3] + (1 - opacity) * 255 * np.array(color[:3])


def decoded(path):
    """Return the frames of a WebM with their opacity; FFmpeg's own decoder leaves it out."""
    decoder = av.CodecContext.create("libvpx-vp9", "r")
    with av.open(str(path)) as container:
        return [f.to_ndarray(format="rgba") for p in container.demux(video=0) for f in decoder.decode(p)]


@EACH_RENDERER
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", ["bowl", "divergence", "saddle"])
def test_over_the_page_a_still_is_the_ordinary_one(name, theme, renderer, tmp_path):
    look = {"theme": theme, "renderer": renderer, "size": SIZE}
    ordinary = imageio.imread(vg.render(name, tmp_path / "ordinary.png", **look))
    pixels = imageio.imread(vg.render(name, tmp_path / "through.png", transparent=True, **look))
    assert ordinary.shape == (270, 480, 3)
    assert pixels.shape == (270, 480, 4)
    assert (pixels[..., 3] == 0).mean() > 0.3
    assert (pixels[..., 3] == 255).mean() > 0.1
    apart = np.abs(laid_over(pixels, THEMES[theme].background) - ordinary)
    assert apart.max() <= 12  # where rims lie on one another, opacity is rounded several times


@EACH_RENDERER
def test_the_rims_of_letters_have_the_letters_color(renderer, tmp_path):
    path = vg.render("bowl", tmp_path / "film.png", renderer=renderer, size=SIZE, transparent=True)
    title = imageio.imread(path)[:20, :200]
    rims = title[(title[..., 3] > 40) & (title[..., 3] < 215)]
    assert len(rims) > 100
    assert np.abs(rims[:, :3] - 255 * np.array(THEMES["light"].text[:3])).max() <= 8


@EACH_RENDERER
def test_a_webm_keeps_the_opacity_of_every_frame(renderer, tmp_path):
    look = {"renderer": renderer, "size": SIZE, "fps": 10, "seconds": 1.0, "transparent": True}
    frames = decoded(vg.render("bowl", tmp_path / "film.webm", **look))
    stills = sorted(vg.render("bowl", tmp_path / "film.png", every_frame=True, **look).iterdir())
    assert len(frames) == len(stills) == 10
    for frame, still in zip(frames, map(imageio.imread, stills), strict=True):
        apart = np.abs(frame.astype(int) - still)
        assert apart[..., 3].mean() < 2.0
        assert apart[still[..., 3] == 255].mean() < 6.0


@pytest.mark.parametrize("kind", ["gif", "mp4"])
def test_a_format_that_cannot_be_transparent_says_which_can(kind, tmp_path, capsys):
    path = tmp_path / f"film.{kind}"
    with pytest.raises(UsageError, match=f"{kind} cannot have a transparent background"):
        vg.render("bowl", path, transparent=True)
    with (
        pytest.raises(UsageError),
        open_encoder(path, size=SIZE, rate=Fraction(25), frames=1, transparent=True),
    ):
        pass
    assert run(["render", "bowl", "-o", str(path), "--transparent"]) == 2
    assert "use webm or webp or apng or png or frames" in capsys.readouterr().err
    assert not path.exists()


def test_a_film_with_a_page_is_another_film(tmp_path):
    comparison = vg.Comparison("A bowl", "x**2", runs=[vg.Run(vg.Momentum(learning_rate=0.1), start=1.0)])
    recipes = [
        ComparisonRequest(
            comparison, tmp_path / "film.png", "png", fitted(Look(transparent=transparent), "png")
        ).recipe
        for transparent in (False, True)
    ]
    assert recipes[0] != recipes[1]


def test_the_command_line_leaves_out_the_page(tmp_path, capsys):
    arguments = ["render", "bowl", "-o", str(tmp_path / "film.png"), "--size", "480x270", "--transparent"]
    assert run(arguments) == 0
    assert imageio.imread(capsys.readouterr().out.strip()).shape == (270, 480, 4)
