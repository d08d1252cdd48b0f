"""Python objects that a comparison file names: only where that is allowed, found beside the file first."""

from __future__ import annotations

import statistics
import subprocess
import sys
from pathlib import Path

import cloudpickle
import numpy as np
import pytest

import vizgd as vg
from vizgd.base.errors import UsageError
from vizgd.base.object_references import is_object_reference
from vizgd.comparisons.gallery import GALLERY
from vizgd.films.fitting import fitted
from vizgd.films.request import ComparisonRequest
from vizgd.storyboard.look import Look

MINE = """
from dataclasses import dataclass
import numpy as np
import vizgd as vg
import helper

def valley(x, y):
    return x**2 + helper.SCALE * y**2

bowl = vg.Objective("bowl", lambda p: helper.squared(p), lambda p: 2 * np.asarray(p), ((-3, 3), (-3, 3)))

@dataclass(frozen=True)
class Half(vg.GradientDescent):
    def terms(self, gradient, state, params, *, hessian=None):
        return super().terms(gradient / 2, state, params, hessian=hessian)

adam = vg.Adam(learning_rate=0.3)

def step(params, gradient, rate=0.1):
    return params - rate * gradient

def data():
    return np.arange(9.0), 3 * np.arange(9.0) + 1

number = 3
"""
HELPER = """
import numpy as np
SCALE = 10
def squared(p):
    return (np.asarray(p) ** 2).sum(axis=-1)
"""
FILE = """
title = "t"
objective = {objective}
start = [2, 1]
steps = 5
views = ["convergence"]
[[runs]]
optimizer = "{optimizer}"
{more}
"""


def written(folder: Path, objective='"mine:valley"', optimizer="mine:adam", more="", mine=MINE) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "mine.py").write_text(mine)
    (folder / "helper.py").write_text(HELPER)
    path = folder / "my.toml"
    path.write_text(FILE.format(objective=objective, optimizer=optimizer, more=more))
    return path


def read(*arguments, **settings):
    return vg.read_comparison(written(*arguments, **settings), allow_code=True)


def test_code_is_not_run_unless_it_is_allowed(tmp_path):
    path = written(tmp_path, mine="raise SystemExit('it was run')")
    with pytest.raises(UsageError) as caught:
        vg.read_comparison(path)
    assert str(caught.value).splitlines()[0] == (
        "'mine:valley' names Python code, which is run only if you allow it"
    )
    assert "--allow-code" in str(caught.value)
    assert "allow_code=True" in str(caught.value)
    for key in ({"objective": '"x**2"'}, {"objective": '{ data = "mine:data" }', "optimizer": "adam"}):
        with pytest.raises(UsageError, match="names Python code"):
            vg.read_comparison(written(tmp_path, **key))


def test_objectives_optimizers_and_data_may_be_objects_of_python(tmp_path):
    comparison = read(tmp_path)
    assert comparison.objective.value(np.array([1.0, 1.0])) == 11.0
    assert comparison.runs[0].optimizer == vg.Adam(learning_rate=0.3)
    half = read(tmp_path, optimizer="mine:Half", more="learning_rate = 0.2").runs[0].optimizer
    whole = vg.record("booth", vg.GradientDescent(learning_rate=0.1), (2, 1), steps=3)
    assert np.allclose(vg.record("booth", half, (2, 1), steps=3).iterates, whole.iterates)
    step = read(tmp_path, optimizer="mine:step", more="rate = 0.1").runs[0].optimizer
    assert np.allclose(vg.record("booth", step, (2, 1), steps=3).iterates, whole.iterates)
    torch = read(tmp_path, optimizer="torch.optim:SGD", more="lr = 0.1").runs[0].optimizer
    assert np.allclose(vg.record("booth", torch, (2, 1), steps=3).iterates, whole.iterates)
    fitted = read(tmp_path, objective='{ data = "mine:data", loss = "least-squares" }', optimizer="adam")
    assert np.allclose(fitted.objective.minimizers, [(3.0, 1.0)])


def test_the_folder_of_the_file_comes_first_and_leaves_no_trace(tmp_path):
    before = set(sys.modules), list(sys.path)
    one, other = (
        written(tmp_path / name, mine=MINE.replace("0.3", rate))
        for name, rate in (("a", "0.1"), ("b", "0.2"))
    )
    rates = [
        vg.read_comparison(path, allow_code=True).runs[0].optimizer.learning_rate for path in (one, other)
    ]
    assert rates == [0.1, 0.2]
    (tmp_path / "a" / "statistics.py").write_text("import vizgd as vg\nadam = vg.Adam(learning_rate=7)")
    path = written(tmp_path / "a", optimizer="statistics:adam")
    assert vg.read_comparison(path, allow_code=True).runs[0].optimizer.learning_rate == 7
    assert sys.modules["statistics"] is statistics
    assert {"mine", "helper"}.isdisjoint(sys.modules)
    assert before[1] == sys.path
    assert sorted(entry.name for entry in (tmp_path / "b").iterdir()) == ["helper.py", "mine.py", "my.toml"]


def test_all_names_of_a_file_share_one_import_and_prints_do_not_reach_standard_output(tmp_path, capsys):
    read(tmp_path, mine=MINE + "\nprint('imported')")
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "imported\n"


def _recipe(path):
    return ComparisonRequest(
        vg.read_comparison(path, allow_code=True), Path("a.gif"), "gif", fitted(Look(), "gif")
    ).recipe


@pytest.mark.parametrize("objective", ["mine:valley", "mine:bowl"])
def test_a_film_is_made_again_when_the_code_has_changed(tmp_path, objective):
    path = written(tmp_path, objective=f'"{objective}"')
    first = _recipe(path)
    assert first is not None
    assert _recipe(path) == first
    changed = HELPER.replace("= 10", "= 11").replace("** 2", "** 4")
    (tmp_path / "helper.py").write_text(changed)
    assert _recipe(path)["objective"] != first["objective"]
    written(tmp_path, optimizer="mine:Half", more="learning_rate = 0.1")
    first = _recipe(path)
    (tmp_path / "mine.py").write_text(MINE.replace("gradient / 2", "gradient / 3"))
    assert _recipe(path)["runs"] != first["runs"]


def test_other_processes_need_no_such_modules(tmp_path):
    comparison = read(tmp_path, objective='"mine:bowl"', optimizer="mine:Half", more="learning_rate = 0.1")
    pickled = tmp_path / "comparison"
    pickled.write_bytes(cloudpickle.dumps(comparison))
    code = (
        "import pickle, sys; c = pickle.loads(open(sys.argv[1], 'rb').read()); "
        "print(c.objective.value([[1.0, 2.0]]), c.runs[0].optimizer.learning_rate)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(pickled)], cwd="/", capture_output=True, text=True, check=True
    )
    assert done.stdout == "[5.] 0.1\n"


@pytest.mark.parametrize(
    ("mine", "settings", "said"),
    [
        ("def vally(x): pass", {}, "did you mean 'vally'"),
        ("import nothing_there", {}, "No module named 'nothing_there'"),
        ("def f(:", {}, "mine.py, line 1"),
        ("\n\n1 / 0", {}, "mine.py, line 3"),
        ("raise SystemExit(3)", {}, "importing 'mine' failed: SystemExit: 3"),
        (MINE, {"objective": '"mine:number"'}, "cannot make an objective of int '3'"),
        (MINE, {"objective": '"nowhere:f"'}, "there is no module 'nowhere'"),
        (MINE, {"objective": '"mine.inner:f"'}, "mine.inner"),
        (MINE, {"optimizer": "mine:number"}, "expected an optimizer of vizgd, torch or optax"),
        (MINE, {"optimizer": "mine:Half", "more": "lerning_rate = 1"}, "did you mean 'learning_rate'"),
        (MINE, {"more": "learning_rate = 1"}, "unknown key 'learning_rate'"),
        (MINE, {"objective": '{ data = "mine:number" }'}, "expected a pair (inputs, targets)"),
        (MINE, {"objective": '{ data = "mine:valley" }'}, "cannot be called without arguments"),
    ],
)
def test_what_is_wrong_with_code_is_one_clear_error(tmp_path, mine, settings, said):
    with pytest.raises(UsageError) as caught:
        read(tmp_path, mine=mine, **settings)
    assert said in str(caught.value)
    assert "my.toml" in str(caught.value)
    assert len(str(caught.value).splitlines()) <= 4


def test_no_expression_and_no_name_is_taken_for_code():
    assert is_object_reference("package.module:name.part")
    for text in ("x**2", "mine:", ":f", "a b:c", "mine:1", "C:\\data.csv", *GALLERY):
        assert not is_object_reference(text)
