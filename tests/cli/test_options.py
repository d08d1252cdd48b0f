"""The options of the command are the fields of a class: each with its help, its choices and completion."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import fields

import pytest

from vizgd.base.options import Option, help_of
from vizgd.base.settings import annotations_of, choices
from vizgd.cli.main import COMPLETION, run
from vizgd.cli.options import flag
from vizgd.cli.render_options import RenderOptions

FIELDS = {field.name: help_of(RenderOptions, field.name) for field in fields(RenderOptions)}
OPTIONS = [name for name, told in FIELDS.items() if isinstance(told, Option)]


@pytest.fixture
def asked(monkeypatch):
    """Parse a line and return the options that the command gets."""

    def parsed(*arguments):
        seen = []
        monkeypatch.setattr(
            "vizgd.cli.render_command.render_all", lambda _, options, *__: seen.append(options) or 0
        )
        assert run(["render", "bowl", *arguments]) == 0
        return seen[0]

    return parsed


@pytest.mark.parametrize("name", OPTIONS)
def test_the_help_says_of_each_option_what_its_field_says(name, capsys):
    assert run(["render", "--help"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    option = FIELDS[name]
    assert f"{flag(RenderOptions, name)} " in said
    assert option.text in said
    assert option.default in said
    if option.letter:
        assert f"-{option.letter}, {flag(RenderOptions, name)}" in said
    for choice in (*option.choices, *choices(annotations_of(RenderOptions)[name])):
        assert re.search(rf"\b{choice}\b", said)


def test_without_options_there_are_the_defaults(asked):
    assert asked() == RenderOptions()


def test_what_is_typed_is_what_the_fields_hold(asked):
    typed = asked(
        "--size", "320x180", "--fps", "12.5", "-q", "h", "--frames", "-j", "2", "-o", "there", "--title", "é"
    )
    assert typed == RenderOptions(
        size=(320, 180), fps=12.5, quality="h", every_frame=True, jobs=2, output=typed.output, title="é"
    )
    assert str(typed.output) == "there"
    assert (typed.size, typed.jobs) == ((320, 180), 2)


def _completed(line):
    """Return what a shell is offered after a line that was begun."""
    words = line.split(" ")
    environment = os.environ | {
        COMPLETION: "complete_bash",
        "COMP_WORDS": f"vizgd {line}",
        "COMP_CWORD": str(len(words)),
    }
    done = subprocess.run(
        [sys.executable, "-m", "vizgd"], capture_output=True, text=True, env=environment, check=True
    )
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("ren", ["render"]),
        ("render --theme ", ["light", "dark"]),
        ("render --renderer m", ["matplotlib", "manim"]),
        ("render -q ", ["l", "m", "h", "p", "k"]),
        ("render --math l", ["latex"]),
        ("render -f web", ["webm", "webp"]),
        ("render --tra", ["--transparent"]),
    ],
)
def test_a_shell_completes_commands_options_and_choices(line, offered):
    assert _completed(line) == offered
