"""Options declared on fields: a function has their signature, their documentation and their check."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Annotated, Literal, get_type_hints

import pytest

from vizgd.base.options import Help, Option, given, help_of, taking


@dataclass(frozen=True, kw_only=True)
class Shade:
    depth: Annotated[Literal["light", "deep"], Option("How dark.", letter="d")] = "light"
    width: Annotated[float | None, Option("How wide.", "In meters.", default="as wide as it is high")] = None


@dataclass(frozen=True)
class Drawn(Shade):
    what: Annotated[str | int, Help("What is drawn.")]


@taking(Drawn)
def draw(asked: Drawn) -> tuple[str | int, str]:
    """Draw something.

    Raises
    ------
    ValueError
        Never.
    """
    return asked.what, asked.depth


def test_a_function_is_called_with_the_fields_and_gets_them_as_one():
    assert draw("tree") == draw(what="tree") == ("tree", "light")
    assert draw("tree", depth="deep") == ("tree", "deep")


def test_its_signature_has_every_field_with_type_and_default():
    assert str(inspect.signature(draw)).startswith(
        "(what: str | int, *, depth: Literal['light', 'deep'] = 'light', "
    )
    assert get_type_hints(draw)["width"] == float | None
    assert draw.__name__ == "draw"
    assert draw.__module__ == __name__


def test_its_documentation_has_a_section_on_them_before_the_others():
    assert inspect.getdoc(draw) == inspect.cleandoc("""
        Draw something.

        Parameters
        ----------
        what : str or int
            What is drawn.
        depth : {'light', 'deep'}, default 'light'
            How dark.
        width : float, optional
            How wide. In meters. By default as wide as it is high.

        Raises
        ------
        ValueError
            Never.
        """)


@pytest.mark.parametrize(
    ("arguments", "named", "said"),
    [
        ((), {}, r"draw\(\) missing a required argument: 'what'"),
        (("tree",), {"dept": "deep"}, r"draw\(\) got an unexpected keyword argument 'dept'"),
        (("tree", "deep"), {}, r"draw\(\) too many positional arguments"),
    ],
)
def test_what_it_does_not_take_is_an_error_of_the_function(arguments, named, said):
    with pytest.raises(TypeError, match=said):
        draw(*arguments, **named)


def test_what_was_asked_for_differs_from_the_defaults():
    assert given(Shade()) == []
    assert given(Shade(width=2.0)) == ["width"]
    assert help_of(Shade, "depth").letter == "d"
