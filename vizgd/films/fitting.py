"""Fits a look to a format: everything that depends on the format is decided here."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from vizgd.encoding.formats import FORMATS, check_transparent, exact_rate
from vizgd.storyboard.look import Look


def fitted(look: Look, format: str) -> Look:  # noqa: A002 - the word of `render`
    """Return a look with the size and the rate that a film of a format has, a rate that it keeps exactly.

    Raises
    ------
    UsageError
        When the format cannot be transparent.
    """
    if look.transparent:
        check_transparent(format)
    row, given = FORMATS[format], look.quality is not None
    asked: dict[str, Any] = {field.name: getattr(look, field.name) for field in fields(Look)}
    return Look(
        **asked
        | {
            "size": look.pixels if given or look.size else row.size,
            "fps": exact_rate(format, look.rate if given or look.fps is not None else row.rate),
            "quality": None,
        }
    )
