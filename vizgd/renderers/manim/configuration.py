"""Manim's global configuration: its defaults while one film is rendered, restored afterwards.

Manim reads ``manim.cfg`` from the working folder and the user's own when it is imported, keeps one
configuration for the process, and seeds the global random numbers.
"""

from __future__ import annotations

import configparser
import random
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from vizgd.base.temporary_files import temporary_folder
from vizgd.drawing.marks import Color
from vizgd.renderers.manim_import import logging_kept

FRAME_HEIGHT = 8.0
"""In Manim's units, as everywhere in Manim."""


@contextmanager
def configured(
    size: tuple[int, int], rate: Fraction, background: Color = (0.0, 0.0, 0.0, 1.0)
) -> Iterator[None]:
    """Within the block, give Manim its own defaults, whatever the user has configured, and no file to write.

    Parameters
    ----------
    size : tuple of int
        Width and height in pixels.
    rate : Fraction
        Frames a second.
    background : Color, default black, as in Manim
    """
    import manim

    width, height = size
    red, green, blue, opacity = background
    with (
        _random_state_kept(),
        logging_kept("manim"),
        manim.tempconfig({}),
        temporary_folder() as folder,
    ):
        config: Any = manim.config
        config.update(_defaults())
        config.update(
            {
                "media_dir": str(folder),
                "format": "none",
                "disable_caching": True,
                "progress_bar": "none",
                "verbosity": "ERROR",
                "background_color": manim.ManimColor((red, green, blue) if opacity else (0.0, 0.0, 0.0)),
                "background_opacity": opacity,
            }
        )
        # Set one by one: each setter also changes others.
        config.pixel_width, config.pixel_height = width, height
        config.frame_height = FRAME_HEIGHT
        config.frame_width = FRAME_HEIGHT * width / height
        config.frame_rate = float(rate)
        yield


def _defaults() -> Any:
    """Return the configuration that Manim has without any ``manim.cfg``."""
    import manim
    from manim._config.utils import ManimConfig

    parser = configparser.ConfigParser()
    parser.read(Path(manim.__file__).parent / "_config" / "default.cfg", encoding="utf-8")
    return ManimConfig().digest_parser(parser)


@contextmanager
def _random_state_kept() -> Iterator[None]:
    state, legacy = random.getstate(), np.random.get_state()  # noqa: NPY002 - it is what a scene seeds
    try:
        yield
    finally:
        random.setstate(state)
        np.random.set_state(legacy)  # noqa: NPY002
