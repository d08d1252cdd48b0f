"""Help, which teaches by examples, and what is loaded for it: little."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from vizgd.cli.main import run


@pytest.mark.parametrize("arguments", [[], ["render"], ["list"], ["new"]])
def test_every_command_has_help_with_examples(arguments, capsys):
    assert run([*arguments, "--help"]) == 0
    assert f"vizgd {arguments[0] if arguments else 'list'}" in capsys.readouterr().out


def test_without_arguments_there_is_help(capsys):
    assert run([]) == 0
    out, err = capsys.readouterr()
    assert "vizgd render momentum" in out
    assert err == ""


def _loaded(arguments):
    """Return which modules a command loads, beyond those of typer, with which every command begins."""
    code = (
        "import sys; from vizgd.cli.main import run; run(sys.argv[1:]); "
        "print('LOADED', *sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
    )
    loaded = set(re.search(r"LOADED (.*)", done.stderr)[1].split())
    typer = "import sys, typer.main; print(*sys.modules)"
    common = subprocess.run([sys.executable, "-c", typer], capture_output=True, text=True, check=True)
    return loaded - set(common.stdout.split())


def test_help_and_lists_load_nothing_heavy():
    heavy = {"sympy", "scipy", "matplotlib", "av", "torch", "optax", "jax", "manim", "imageio", "PIL"}
    heavy |= {"rich", "msgspec"}
    rooms = {f"vizgd.{room}" for room in ("optimizers", "recording", "comparisons", "views")}
    for command, most, forbidden in (
        (["--help"], 20, {"numpy", *rooms}),
        (["render", "--help"], 200, {"numpy", *rooms}),
        (["list"], 400, {"vizgd.recording", "vizgd.comparisons.comparison", "vizgd.views.view"}),
    ):
        loaded = _loaded(command)
        assert not {name.split(".")[0] for name in loaded} & heavy
        assert not loaded & forbidden
        assert len(loaded) <= most


def test_importing_vizgd_loads_nothing_heavy():
    code = "import sys, vizgd; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not set(loaded) & {"manim", "torch", "optax", "jax", "sympy", "scipy", "matplotlib", "av", "numpy"}
