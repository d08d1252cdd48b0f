"""Imports Manim without its effects on the program that imports it, and says how to install it."""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from vizgd.base.errors import MissingDependency, RenderError

PREREQUISITES = {
    "linux": "sudo apt-get install build-essential python3-dev pkg-config libpango1.0-dev && ",
    "darwin": "brew install cairo pango pkg-config && ",
}
"""By platform, the commands that install what Manim is compiled against."""


def install_hint(platform: str = sys.platform) -> str:
    """Return the command that installs Manim, for hints in error messages."""
    return f"{PREREQUISITES.get(platform, '')}pip install 'vizgd[manim]'"


def load_manim_renderer() -> Any:
    """Import the function that draws a storyboard with Manim, and Manim with it.

    Raises
    ------
    MissingDependency
        Without Manim, or without a library that it needs.
    RenderError
        When Manim is there but does not start.
    """
    _import_manim("the Manim renderer needs Manim")
    return import_module("vizgd.renderers.manim.renderer").draw


def load_scene_renderer() -> Any:
    """Import the function that renders a scene written for Manim; raises as `load_manim_renderer`."""
    _import_manim("a scene needs Manim")
    return import_module("vizgd.renderers.manim.scene_renderer").draw_scene


def _import_manim(needed: str) -> None:
    with logging_kept("", "PIL", "matplotlib"), _silent("manim"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # warnings of Manim's own imports do not concern the user
        try:
            import_module("manim")
        except ImportError as error:
            raise MissingDependency(
                f"{needed}, which is not installed", why=str(error), hint=install_hint()
            ) from None
        except Exception as error:  # its configuration is read when it is imported
            raise RenderError(
                "Manim does not start",
                why=str(error),
                hint="look at manim.cfg in this folder and at your own, which it reads first",
            ) from None


@contextmanager
def logging_kept(*names: str) -> Iterator[None]:
    """Restore the levels and handlers of some loggers; the root logger's name is empty."""
    loggers = [logging.getLogger(name) for name in names]
    before = [(logger, logger.level, list(logger.handlers)) for logger in loggers]
    try:
        yield
    finally:
        for logger, level, handlers in before:
            logger.setLevel(level)
            logger.handlers[:] = handlers


@contextmanager
def _silent(name: str) -> Iterator[None]:
    """Silence a logger within the block, whatever level it is given."""
    logger = logging.getLogger(name)
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before
