"""The page on extending vizgd runs as it stands: its module, its plug-in, its command lines."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from vizgd.base.errors import UsageError
from vizgd.base.registry import Registry
from vizgd.renderers import RENDERERS

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/extending.md").read_text(encoding="utf-8")


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)


DEFINED = [block for block in blocks("python") if "from sunrise import" not in block]
USED = [block for block in blocks("python") if "from sunrise import" in block]
PROJECT, COMPARISON = blocks("toml")

# In a process of its own: names are looked up once in each.
RENDERED = """
import json, sys

import vizgd as vg
from vizgd.comparisons.comparison_file import read_comparison
from vizgd.comparisons.resolving import resolved
from vizgd.storyboard.planning import plan
from vizgd.renderers import RENDERERS
from vizgd.storyboard.look import Look

comparison = read_comparison("signs.toml")
board = plan(resolved(comparison), Look(size=(480, 270), fps=10, theme="paper", seconds=1.0))
panel = next(panel for panel in board.panels if panel.name == "travelled")
for renderer in RENDERERS:
    vg.render(
        comparison, f"{renderer}.png", renderer=renderer, size=(480, 270), fps=10, seconds=1.0, theme="paper"
    )
box = panel.box
print(json.dumps([box.left, box.bottom, box.right, box.top]))
"""

# What each view says of the page's rule, of which it has only the one file.
TOLD = """
import json

import vizgd as vg
from vizgd.comparisons.resolving import resolved
from vizgd.storyboard.look import Look
from vizgd.storyboard.planning import plan
from sunrise import SignMomentum

VIEWS = {
    "parts": vg.Contour(arrows="parts"),
    "equation": vg.Equation(),
    "bars": vg.State(),
    "squares": vg.State(kind="squares"),
    "chart": vg.Chart(quantity=["velocity", "spread", "effective_rate"]),
}
rule = SignMomentum(learning_rate=0.1, beta=0.5, weight_decay=2.0)
told = {}
for name, view in VIEWS.items():
    comparison = vg.Comparison("Signs", "x**2 + 10*y**2", [vg.Run(rule, (5, 2))], steps=8, views=[view])
    marks = [m for p in plan(resolved(comparison), Look()).panels for l in p.layers_at(0) for m in l.marks]
    texts = [mark.text for mark in marks if hasattr(mark, "text")]
    told[name] = " ".join(text if isinstance(text, str) else " ".join(text.values) for text in texts)
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Return a folder with the page's module, installed as a distribution as pip would leave it."""
    folder = tmp_path_factory.mktemp("installed")
    (folder / "sunrise.py").write_text("\n\n".join(DEFINED), encoding="utf-8")
    (folder / "signs.toml").write_text(COMPARISON, encoding="utf-8")
    project = tomllib.loads(PROJECT)["project"]
    information = folder / f"{project['name']}-{project['version']}.dist-info"
    information.mkdir()
    (information / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n", encoding="utf-8"
    )
    lines = []
    for group, points in project["entry-points"].items():
        lines += [f"[{group}]", *(f"{name} = {target}" for name, target in points.items())]
    (information / "entry_points.txt").write_text("\n".join(lines), encoding="utf-8")
    return folder


def run(folder: Path, *arguments: str) -> str:
    """Run Python with the plug-in installed, in its folder, and return what it prints."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)])}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_page_has_what_it_promises():
    assert len(DEFINED) == 5
    assert len(USED) == 4
    assert "docs/extending.md" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("example", USED, ids=["optimizer", "formula", "together", "checks"])
def test_an_example_of_the_page_runs(folder, example):
    printed = run(folder, "-c", example)
    for said in re.findall(r"print\(.*\)  # (.*)", example):
        assert said in printed


def test_names_of_a_plug_in_are_listed_without_importing_it(folder):
    tables = {
        "optimizers": "sign-momentum",
        "objectives": "dent",
        "views": "travelled",
        "themes": "paper",
        "formats": "array",
    }
    code = f"""
import sys
from vizgd.cli.main import run
assert [run(["list", table]) for table in {list(tables)}] == [0] * 5
assert "sunrise" not in sys.modules
"""
    printed = run(folder, "-c", code)
    for name in tables.values():
        assert f"\t{name}\tfrom sunrise\n" in printed


def test_a_plug_in_that_cannot_be_imported_is_named(monkeypatch):
    point = EntryPoint("dusk", "nowhere_at_all:Dusk", "vizgd.views")
    monkeypatch.setattr("vizgd.base.registry.announced", lambda _: [point])
    table: Registry = Registry("view", "vizgd.views", dict)
    assert list(table) == ["dusk"]
    with pytest.raises(UsageError, match="the view 'dusk' cannot be loaded: No module named") as caught:
        table["dusk"]
    assert "nowhere_at_all:Dusk" in str(caught.value)


def test_the_command_lines_of_the_page_work(folder):
    lines = [line[2:] for block in blocks("console") for line in block.splitlines()]
    assert len(lines) == 2
    for line in lines:
        program, *arguments = shlex.split(line)
        assert program == "vizgd"
        small = ["--size", "320x180", "--seconds", "1"] if "render" in arguments else []
        run(folder, "-m", "vizgd", *arguments, *small)
    assert (folder / "output/signs.gif").stat().st_size > 0


def test_a_format_of_a_plug_in_is_chosen_by_its_suffix_and_holds_every_frame(folder):
    code = """
import numpy as np, vizgd as vg
from vizgd.comparisons.comparison_file import read_comparison
film = vg.render(read_comparison("signs.toml"), "signs.npy", size=(160, 90), fps=10, seconds=1.0)
print(np.load(film).shape)
"""
    frames, *picture = json.loads(run(folder, "-c", code).strip().replace("(", "[").replace(")", "]"))
    assert frames == 10
    assert picture == [90, 160, 3]


def test_a_view_of_a_plug_in_appears_in_every_renderer(folder):
    corners = np.array(json.loads(run(folder, "-c", RENDERED).splitlines()[-1]))
    scale = 270 / 1000
    left, bottom, right, top = np.round(corners * scale).astype(int)
    for renderer in RENDERERS:
        image = np.asarray(Image.open(folder / f"{renderer}.png").convert("RGB")).astype(int)
        assert image.shape == (270, 480, 3)
        inside = image[270 - top : 270 - bottom, left:right]
        curve = np.abs(inside - (0x00, 0x5C, 0xBD)).sum(axis=-1) < 60
        columns = np.flatnonzero(curve.any(axis=0))
        assert curve.sum() > 60, renderer
        assert np.ptp(columns) > 0.8 * inside.shape[1], renderer


def test_every_view_shows_what_a_rule_of_somebody_elses_tells(folder):
    told = json.loads(run(folder, "-c", TOLD))
    assert r"-\alpha \sqrt{s} \mathrm{sign}(v)" in told["parts"]
    assert r"-\alpha \lambda \theta_{t-1}" in told["parts"]
    assert r"s \leftarrow \beta s + (1 - \beta) g^{2}" in told["equation"]
    assert {"gradient", "velocity", "step"} <= set(told["bars"].split())
    assert {"squared", "spread"} <= set(told["squares"].split())
    assert r"\Vert v \Vert" in told["chart"]
    # The numbers of the first step: v = g, s = (1 − β) g².
    assert {"10.0", "40.0", "50.0", "800"} <= set(told["equation"].split())
