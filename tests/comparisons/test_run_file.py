"""Recorded runs in a file: exactly what was recorded, the same picture, and no trust in what a file says."""

from __future__ import annotations

import dataclasses
import io
import json
import pickle
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import vizgd as vg
from vizgd.base.archives import open_archive, write_archive
from vizgd.base.errors import UsageError
from vizgd.base.hashing import fingerprint
from vizgd.comparisons.gallery import GALLERY
from vizgd.films.fitting import fitted
from vizgd.films.request import ComparisonRequest
from vizgd.storyboard.look import Look

from ..gallery_films import planned

FLOATS = st.floats(allow_nan=True, allow_infinity=True, width=64)
FINITE = st.floats(-1e300, 1e300)
KINDS = st.sampled_from(["<f8", ">f8", "<f4", "<i8", "|b1", "<c16"])


def _array(shape, elements=FLOATS, dtype=np.float64):
    return hnp.arrays(dtype, shape, elements=elements)


@st.composite
def trajectories(draw, dimension):
    steps = draw(st.integers(0, 4))
    kind = draw(st.sampled_from(["converged", "diverged", "moving"]))
    names = draw(st.lists(st.text(max_size=6), max_size=3, unique=True))
    return vg.Trajectory(
        iterates=draw(_array((steps + 1, dimension), FINITE)),
        losses=draw(_array(steps + 1)),
        gradients=np.asfortranarray(draw(_array((steps + 1, dimension)))),
        learning_rates=draw(_array(steps)),
        terms={
            name: draw(hnp.arrays(draw(KINDS), (steps, *draw(hnp.array_shapes(max_dims=2, max_side=3)))))
            for name in names
        },
        status=vg.Status(kind, None if kind == "moving" else draw(st.integers(0, steps)), draw(st.text())),
        examples=draw(hnp.arrays(np.int64, steps + 1)),
        every=draw(st.integers(1, 9)),
        evaluations=draw(st.none() | _counts(steps, np.int64, st.integers(0, 99))),
        seconds=draw(st.none() | _counts(steps, np.float64, st.floats(0, 9))),
    )


def _counts(steps, dtype, each):
    return hnp.arrays(dtype, steps + 1, elements=each).map(np.cumsum)


def _same(one, other):
    assert one.status == other.status
    assert one.every == other.every
    assert list(one.terms) == list(other.terms)
    fields = ("iterates", "losses", "gradients", "learning_rates", "examples")
    pairs = [(getattr(one, name), getattr(other, name)) for name in fields]
    for name in ("evaluations", "seconds"):
        before, after = getattr(one, name), getattr(other, name)
        assert (before is None) == (after is None)
        pairs += [] if before is None else [(before, after)]
    for before, after in pairs + list(zip(one.terms.values(), other.terms.values(), strict=True)):
        assert (before.dtype, before.shape) == (after.dtype, after.shape)
        assert before.tobytes() == after.tobytes()


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 3).flatmap(lambda d: st.lists(trajectories(d), min_size=1, max_size=3)))
def test_trajectories_come_back_bit_for_bit(tmp_path_factory, many):
    path = vg.save(many, tmp_path_factory.mktemp("runs") / "run.npz")
    for one, run in zip(many, vg.load(path).runs, strict=True):
        _same(one, run.trajectory)


@pytest.mark.parametrize("name", list(GALLERY))
def test_a_comparison_of_the_gallery_looks_the_same_from_its_file(name, tmp_path):
    comparison = GALLERY[name]
    loaded = vg.load(vg.save(name, tmp_path / "run.npz"))
    assert [run.optimizer for run in loaded.runs] == [run.optimizer for run in comparison.runs]
    if name in {"neural-network", "batch-norm"}:  # whose picture takes long
        assert fingerprint(loaded.objective) == fingerprint(comparison.objective)
        return
    small = {"size": (320, 180), "seconds": 1.0}
    assert fingerprint(planned(loaded, **small)) == fingerprint(planned(comparison, **small))


def test_the_same_runs_are_the_same_file(tmp_path):
    for name in ("a.npz", "b.npz"):
        vg.save("batch-sizes", tmp_path / name)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    again = vg.save(vg.load(tmp_path / "a.npz"), tmp_path / "c.npz")
    assert again.read_bytes() == (tmp_path / "a.npz").read_bytes()


def test_numpy_alone_reads_a_file_without_pickle(tmp_path):
    path = vg.save("bowl", tmp_path / "bowl.npz")
    with np.load(path, allow_pickle=False) as file:
        said = json.loads(str(file["metadata"]))
        assert said["format"] == 1
        assert said["vizgd"] == vg.__version__
        assert said["comparison"]["runs"][0]["optimizer"] == "gradient-descent"
        trajectory = vg.load(path).runs[0].trajectory
        assert np.array_equal(file["run0_iterates"], trajectory.iterates)


def test_of_a_function_of_python_only_charts_are_drawn_and_that_is_said(tmp_path):
    own = vg.Objective(
        "mine", lambda p: (p**2).sum(-1), lambda p: 2 * p, ((-3.0, 3.0), (-3.0, 3.0)), minimum=0.0
    )
    runs = [vg.Run("BFGS", start=(2, 1)), vg.Run(vg.Adam(learning_rate=0.1), start=(2, 1))]
    comparison = vg.Comparison("t", own, runs, steps=9, views=["contour", vg.Convergence(scale="log")])
    with pytest.warns(UserWarning, match="'mine' cannot be written down"):
        path = vg.save(comparison, tmp_path / "run.npz")
    loaded = vg.load(path)
    assert loaded.views == (vg.Convergence(scale="log"),)
    assert loaded.objective.minimum == 0.0
    assert [run.label for run in loaded.runs] == ["scipy BFGS", "Adam α=0.1"]
    assert loaded.runs[1].optimizer == vg.Adam(learning_rate=0.1)
    assert [panel.name for panel in planned(loaded).panels].count("convergence") == 1
    with pytest.raises(UsageError, match="recorded elsewhere"):
        vg.record("booth", loaded.runs[0].optimizer, (2, 1), steps=2)


def test_trajectories_are_saved_by_label(tmp_path):
    runs = {"slow": vg.record("booth", vg.Adam(learning_rate=0.01), steps=5)}
    runs["fast"] = vg.record("booth", vg.Adam(learning_rate=0.1), steps=7)
    loaded = vg.load(vg.save(runs, tmp_path / "run.npz"))
    assert [run.label for run in loaded.runs] == ["slow", "fast"]
    assert planned(loaded).clock.frames > 0
    for wrong in ({}, [], [1], {"a": 2}, 3):
        with pytest.raises(UsageError):
            vg.save(wrong, tmp_path / "no.npz")
    assert not (tmp_path / "no.npz").exists()


def test_a_plot_of_another_file_has_another_recipe(tmp_path):
    requests = []
    for rate in (0.1, 0.2, 0.1):
        one = vg.save(vg.record("booth", vg.Adam(learning_rate=rate), steps=5), tmp_path / "run.npz")
        requests.append(ComparisonRequest(vg.load(one), Path("run.gif"), "gif", fitted(Look(), "gif")))
    assert requests[0].recipe == requests[2].recipe
    assert requests[0].recipe["runs"] != requests[1].recipe["runs"]


def test_a_trajectory_that_cannot_be_read_back_is_not_saved(tmp_path):
    good = vg.record("booth", vg.Adam(), steps=5)
    for wrong in (
        {"losses": good.losses[1:]},
        {"iterates": good.iterates.astype(np.float16)},
        {"iterates": good.iterates + np.nan},
        {"terms": {"step": np.array([object()] * 5)}},
        {"terms": {"step": np.zeros(4)}},
    ):
        with pytest.raises(UsageError):
            vg.save(dataclasses.replace(good, **wrong), tmp_path / "run.npz")
    assert list(tmp_path.iterdir()) == []


def _contents(tmp_path):
    path = vg.save(vg.record("booth", vg.Adam(), steps=5), tmp_path / "good.npz")
    with np.load(path) as file:
        return dict(file)


def _text(**changes):
    def change(arrays):
        said = json.loads(str(arrays["metadata"]))
        said.update(changes)
        return arrays | {"metadata": np.array(json.dumps(said))}

    return change


def _in_run(**changes):
    def change(arrays):
        said = json.loads(str(arrays["metadata"]))
        said["runs"][0].update(changes)
        return arrays | {"metadata": np.array(json.dumps(said))}

    return change


def _in_comparison(**changes):
    def change(arrays):
        said = json.loads(str(arrays["metadata"]))
        said["comparison"].update(changes)
        return arrays | {"metadata": np.array(json.dumps(said))}

    return change


WRONG = {
    "missing array": (lambda a: {k: v for k, v in a.items() if k != "run0_losses"}, "is missing"),
    "missing metadata": (lambda a: {k: v for k, v in a.items() if k != "metadata"}, "recorded runs"),
    "another array": (lambda a: a | {"evil": np.zeros(3)}, "'evil' is not expected"),
    "shape": (lambda a: a | {"run0_losses": np.zeros(4)}, "losses is (4,)"),
    "no dimension": (lambda a: a | {"run0_iterates": np.array(1.0)}, "iterates is ()"),
    "falling count": (lambda a: a | {"run0_evaluations": np.arange(6)[::-1].copy()}, "are no count"),
    "unknown count": (_in_run(costs=["euros"]), "not what vizgd writes"),
    "type": (lambda a: a | {"run0_examples": np.zeros(6)}, "examples is (6,) of float64"),
    "text for numbers": (lambda a: a | {"run0_term0": np.array(["a"] * 5)}, "term 0"),
    "nan iterate": (lambda a: a | {"run0_iterates": a["run0_iterates"] * np.nan}, "nan or infinite"),
    "nan domain": (lambda a: a | {"objective0_domain": a["objective0_domain"] * np.nan}, "domain"),
    "metadata of numbers": (lambda a: a | {"metadata": np.zeros(3)}, "recorded runs"),
    "metadata no JSON": (lambda a: a | {"metadata": np.array("{")}, "not what vizgd writes"),
    "metadata nested": (lambda a: a | {"metadata": np.array("[" * 100_000)}, "not what vizgd writes"),
    "metadata too large": (lambda a: a | {"metadata": np.array(" " * 4_100_000)}, "metadata are too large"),
    "nan in metadata": (_in_run(iteration=float("nan")), "not what vizgd writes"),
    "inf in metadata": (_in_comparison(seconds=float("inf")), "not what vizgd writes"),
    "later format": (_text(format=2), "later release"),
    "earlier format": (_text(format=0), "format is 0"),
    "unknown key": (_text(extra=1), "not what vizgd writes"),
    "status": (_in_run(status="lost"), "not what vizgd writes"),
    "iteration": (_in_run(status="converged", iteration=99), "iteration 99 of 5"),
    "converged when": (_in_run(status="converged", iteration=None), "status is converged"),
    "every": (_in_run(every=0), "0 steps apart"),
    "objective of code": (_in_comparison(objective="os:system"), "names Python code"),
    "data of a file": (_in_comparison(objective={"data": "/etc/passwd.csv"}), "none beside"),
    "no runs": (_in_comparison(runs=[]), "there are no runs"),
    "more runs": (_in_comparison(runs=[{"optimizer": "adam"}] * 2), "2 runs, and arrays of 1"),
    "wrong key": (_in_comparison(stepz=3), "did you mean 'steps'"),
    "another objective": (_in_comparison(objective="x**2"), "iterates is (6, 2)"),
}


@pytest.mark.parametrize("case", list(WRONG))
def test_a_file_that_was_tampered_with_is_refused_with_one_clear_error(case, tmp_path):
    change, said = WRONG[case]
    write_archive(tmp_path / "bad.npz", change(_contents(tmp_path)))
    _refused(tmp_path / "bad.npz", said)


def _refused(path, said):
    with pytest.raises(UsageError) as caught:
        vg.load(path)
    assert said in str(caught.value)
    assert path.name in str(caught.value)
    assert len(str(caught.value).splitlines()) <= 4
    assert caught.value.exit_code == 2


def _zipped(path, content, name="metadata.npy"):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(name, content)


def _header(described):
    text = described.encode().ljust(118) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text


def test_what_is_no_archive_of_arrays_is_refused(tmp_path):
    path = tmp_path / "bad.npz"
    for content, said in (
        (b"", "no .npz file"),
        (b"title = 't'", "no .npz file"),
        (pickle.dumps({"a": 1}), "no .npz file"),
        (b"PK\x03\x04" + b"\0" * 50, "cut off or damaged"),
    ):
        path.write_bytes(content)
        _refused(path, said)
    _refused(tmp_path / "none.npz", "No such file")
    (tmp_path / "folder.npz").mkdir()
    _refused(tmp_path / "folder.npz", "folder.npz")


class _Evil:
    def __reduce__(self):
        return (pytest.fail, ("code was run",))


def test_objects_are_refused_and_never_made(tmp_path):
    for arrays in ({"metadata": np.array([_Evil()], dtype=object)}, {"metadata": np.zeros(2, "f8,O")}):
        with zipfile.ZipFile(tmp_path / "bad.npz", "w") as file, file.open("metadata.npy", "w") as member:
            np.lib.format.write_array(member, arrays["metadata"], allow_pickle=True)
        _refused(tmp_path / "bad.npz", "Python objects")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            _header("{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }"),
            "does not have the",
        ),
        (_header("{'descr': '<f8', 'fortran_order': False, 'shape': (-8,), }") + b"\0" * 8, "no numbers"),
        (_header("__import__('os').system('true')"), "no header"),
        (_header("(" * 100), "no header"),
        (b"\x93NUMPY\x02\x00" + (1 << 31).to_bytes(4, "little") + b"{", "no header"),
        (b"\x93NUMPY\x01\x00\xff\xff", "no header"),
        (b"hello", "no header"),
    ],
    ids=["billions", "negative", "code", "nested", "huge header", "short header", "no magic"],
)
def test_what_an_array_says_of_itself_is_not_believed(tmp_path, content, said):
    _zipped(tmp_path / "bad.npz", content)
    _refused(tmp_path / "bad.npz", said)


def test_a_bomb_is_refused_before_memory_is_asked_for(tmp_path):
    path = tmp_path / "bad.npz"
    arrays = {f"a{number}": np.zeros(1 << 20) for number in range(4)}
    write_archive(path, arrays)
    assert path.stat().st_size < 200_000
    del arrays
    tracemalloc.start()
    with pytest.raises(UsageError, match="too large"), open_archive(path, 1 << 24):
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 20


def test_many_or_doubled_arrays_are_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "bad.npz", "w") as file:
        for number in range(10_001):
            file.writestr(f"a{number}.npy", b"")
    _refused(tmp_path / "bad.npz", "too many arrays")


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_file_that_is_cut_off_or_damaged_is_refused_or_reads_the_same(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("damaged")
    trajectory = vg.record("booth", vg.Adam(), steps=5)
    whole = vg.save(trajectory, folder / "run.npz").read_bytes()
    if data.draw(st.booleans()):
        content = whole[: data.draw(st.integers(0, len(whole) - 1))]
    else:
        place = data.draw(st.integers(0, len(whole) - 1))
        content = bytearray(whole)
        content[place] ^= data.draw(st.integers(1, 255))
    (folder / "run.npz").write_bytes(bytes(content))
    try:
        loaded = vg.load(folder / "run.npz")
    except UsageError:
        return
    _same(trajectory, loaded.runs[0].trajectory)


def test_a_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    path = vg.save("bowl", tmp_path / "run.npz")
    before = path.read_bytes()

    def fails(temporary, arrays):
        del arrays
        temporary.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("vizgd.comparisons.run_file.write_archive", fails)
    with pytest.raises(vg.RenderError, match="disk is full"):
        vg.save("ravine", path)
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["run.npz"]


def test_another_suffix_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"name it run\.txt\.npz"):
        vg.save("bowl", tmp_path / "run.txt")


def test_a_file_in_memory_is_as_long_as_it_says():
    buffer = io.BytesIO()
    write_archive(buffer, {"a": np.arange(3)})
    assert np.load(io.BytesIO(buffer.getvalue()))["a"].tolist() == [0, 1, 2]
