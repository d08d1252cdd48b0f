"""What the README and the pages of docs claim, held against the program: counts, names, tables, extras."""

from __future__ import annotations

import dataclasses
import re
import tomllib
import warnings
from pathlib import Path

import numpy as np
import pytest

import vizgd as vg
from vizgd.comparisons.gallery import GALLERY
from vizgd.comparisons.objective_table import _DataLossTable, _NetworkLossTable
from vizgd.objectives.catalogue import rows
from vizgd.objectives.datasets.samplers import SAMPLERS
from vizgd.optimizers.catalogue import OPTIMIZERS, SCHEDULES
from vizgd.views import VIEWS

from .gallery_films import planned

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
FILES = (ROOT / "docs/comparison-files.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
SETTINGS = {
    "learning_rate": 0.05,
    "every": 3,
    "factor": 0.5,
    "decay": 0.1,
    "steps": 8,
    "power": 1.0,
}


def table(text: str, heading: str) -> dict[str, str]:
    """Return a table of a page, the second column by the first, without marks."""
    rows_ = re.search(rf"^\| {heading} \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", text, re.MULTILINE)
    assert rows_, heading
    cells = [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows_[1].splitlines()]
    return {name.strip(" |`"): " ".join(rest) for name, *rest in cells}


def test_the_readme_counts_right():
    assert f"{len(rows())} test functions" in README
    assert len(list(SCHEDULES)) == 8
    assert "Eight learning-rate **schedules**" in README
    assert "`scenes/` has ten chapters" in README
    assert len(list((ROOT / "scenes").glob("[!_]*.py"))) == 10


def test_the_readme_names_every_optimizer_and_every_view():
    squeezed = README.lower().replace(" ", "").replace("-", "")
    for name in OPTIMIZERS:
        assert name.replace("-", "") in squeezed, name
    for name in VIEWS:
        assert f"`{name}`" in README, name


def test_every_optimizer_tells_its_formula_its_source_and_whose_convention_it_follows():
    for name in OPTIMIZERS:
        told = OPTIMIZERS[name].__doc__
        assert "←" in told, name
        assert "References" in told, name
        assert re.search("torch|optax|scipy", told.lower()), name


@pytest.mark.parametrize("name", list(SCHEDULES))
def test_every_schedule_stands_wherever_a_learning_rate_may(name):
    kind = SCHEDULES[name]
    needed = {
        field.name: SETTINGS[field.name]
        for field in dataclasses.fields(kind)
        if field.name == "learning_rate" or field.default is dataclasses.MISSING
    }
    for optimizer in OPTIMIZERS:
        if any(field.name == "learning_rate" for field in dataclasses.fields(OPTIMIZERS[optimizer])):
            rule = OPTIMIZERS[optimizer](learning_rate=kind(**needed))
            run = vg.record("x**2 + 10*y**2", rule, start=(5, 2), steps=8)
            rates = [float(kind(**needed)(step)) for step in range(len(run.learning_rates))]
            np.testing.assert_allclose(run.learning_rates, rates)


def test_the_tables_of_settings_are_complete():
    for name, settings in table(FILES, "schedule").items():
        named = set(re.findall(r"`(\w+)`", settings))
        assert named == {field.name for field in dataclasses.fields(SCHEDULES[name])}, name
    for name, settings in table(FILES, "view").items():
        named = set(re.findall(r"`(\w+)`", settings))
        assert named == {field.name for field in dataclasses.fields(VIEWS[name])}, name
    assert set(table(FILES, "schedule")) == set(SCHEDULES)
    assert set(table(FILES, "view")) == set(VIEWS)
    for key in (*_NetworkLossTable.__struct_fields__, *_DataLossTable.__struct_fields__):
        assert re.search(rf"`{key}`|\b{key} = ", FILES), key
    for name in SAMPLERS:
        assert f'"{name}"' in FILES or name == "replay", name


def test_the_defaults_of_keys_are_those_that_are_said():
    comparison = vg.Comparison("t", "x**2", [vg.Run(vg.Adam())])
    assert f"| `steps` | how many steps each run takes | {comparison.steps} |" in FILES
    assert f"(start and end) | `{comparison.pace}` |" in FILES
    table_ = _NetworkLossTable(network=[3], data="moons")
    assert f"| `tanh` or `relu` | `{table_.activation}` |" in FILES
    assert f"| {table_.generate}, what suits the data |" in FILES
    assert not table_.batch_norm
    assert "statistics of the batch | `false` |" in FILES


NEEDED = {"points.csv": "0.5,1\n2,3\n", "mine.py": "def loss(x, y):\n    return x**2 + y**2\n"}


@pytest.mark.parametrize(
    "said", re.findall(r"`((?:objective = |learning_rate = |views = |\{ ).*?)`", FILES, re.DOTALL)
)
def test_what_a_page_says_to_write_is_read_and_planned(said, tmp_path):
    """Each line and table that stands within a sentence of the page on files."""
    for name, text in NEEDED.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    said = " ".join(said.split())
    lines = {
        "objective": 'objective = "line"',
        "views": 'views = ["convergence"]',
        "rate": "learning_rate = 0.01",
    }
    sampler = ""
    if said.startswith("objective"):
        lines["objective"] = said
    elif said.startswith("learning_rate"):
        lines["rate"] = said
    elif said.startswith("views"):
        lines["views"] = said
    elif "sampler" in said:
        sampler = f"sampler = {said}"
    else:
        lines |= {"views": f"views = [{said}]", "objective": 'objective = "himmelblau"'}
    text = f"""
        title = "t"
        steps = 4
        {lines["objective"]}
        {lines["views"]}
        [[runs]]
        optimizer = "gradient-descent"
        {lines["rate"]}
        {sampler}
    """
    (tmp_path / "my.toml").write_text(text, encoding="utf-8")
    comparison = vg.read_comparison(tmp_path / "my.toml")
    assert planned(comparison, size=(320, 180), seconds=1.0).panels


def test_what_is_said_to_be_installed_are_extras():
    named = set()
    for text in (README, FILES, (ROOT / "docs/manim-scenes.md").read_text(encoding="utf-8")):
        for extras in re.findall(r"pip install '[.\w]*\[([\w,]+)\]'", text):
            named |= set(extras.split(","))
    assert named
    assert named <= PROJECT["optional-dependencies"].keys()


def test_an_animation_is_made_for_a_window_and_plays_every_frame():
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    animation = vg.animate(GALLERY["bowl"], size=(160, 90), fps=4, seconds=2)
    assert plt.get_fignums()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        page = animation.to_jshtml()
    frames = len(list(animation.new_frame_seq()))
    assert page.count("data:image/png;base64") == frames > 4
    plt.close("all")


def test_links_between_pages_lead_somewhere():
    for page in [
        ROOT / "README.md",
        ROOT / "CHANGELOG.md",
        ROOT / "CONTRIBUTING.md",
        *(ROOT / "docs").glob("*.md"),
    ]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
