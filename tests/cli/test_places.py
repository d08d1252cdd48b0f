"""Whatever the names, the places and the locale are: a file that is written, or one clear error."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from vizgd.cli.main import run

from ..processes import ended

TINY = ["--size", "160x90", "--seconds", "1", "--fps", "10"]
ALPHA = """
title = "α → β"
objective = "x**2 + y**2"
start = [1, 1]
views = ["contour"]
[[runs]]
optimizer = "adam"
label = "η = 1"
"""
ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


def made():
    """Make what a film cannot be written to."""
    Path("loop.gif").symlink_to("loop.gif")
    Path("one").symlink_to("two")
    Path("two").symlink_to("one")
    Path("folder.gif").mkdir()
    os.mkfifo("fifo.gif")
    Path("device.gif").symlink_to("/dev/null")
    Path("file").touch()


@pytest.mark.parametrize(
    ("output", "why"),
    [
        ("loop.gif", "a link that leads to itself"),
        ("one/a.gif", "lead in a circle"),
        ("one", "lead in a circle"),
        ("folder.gif", "it is a folder"),
        ("fifo.gif", "it is not a file"),
        ("device.gif", "it is not a file"),
        ("file/a.gif", "a part of the path is a file"),
        ("/dev/null", "a part of the path is a file"),
        (f"{'long' * 80}.gif", "the name is too long"),
    ],
)
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_output_that_cannot_be_written_is_one_clear_error(output, why, jobs, capsys):
    made()
    before = sorted(one.name for one in Path().iterdir())
    names = ["bowl"] if output.endswith(".gif") else ["bowl", "ravine"]
    assert run(["render", *names, *TINY, "-o", output, "-j", jobs]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert why in err
    assert err.count("error: cannot write ") == len(names)
    assert len(err.splitlines()) <= 4 * len(names)
    assert sorted(one.name for one in Path().iterdir()) == before


def test_through_a_link_to_what_is_not_there_yet_a_film_is_written(capsys):
    Path("link.gif").symlink_to("deep/er/film.gif")
    assert run(["render", "bowl", *TINY, "-o", "link.gif"]) == 0
    assert Path("link.gif").is_symlink()
    assert Path("deep/er/film.gif").is_file()
    assert capsys.readouterr().out == "link.gif\n"


@pytest.mark.parametrize("line", ["list", "render bowl", "record bowl", "new /nowhere/n.toml", "doctor"])
def test_in_a_folder_that_was_removed_the_error_says_so(line, capsys):
    Path("../here").resolve().rmdir()
    assert run(line.split()) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: the current folder cannot be used\n  it was removed\n")
    assert len(err.splitlines()) <= 4


def test_a_process_that_starts_in_a_folder_that_was_removed_says_so_too(tmp_path):
    command = ["bash", "-c", f"rmdir '{tmp_path}/here'; exec '{sys.executable}' -m vizgd render bowl"]
    code, out, err = ended(folder=tmp_path / "here", command=command)
    assert (code, out) == (2, "")
    assert err.startswith("error: the current folder cannot be used\n")


def test_a_locale_of_few_letters_changes_no_film(tmp_path):
    Path("α.toml").write_text(ALPHA, encoding="utf-8")
    locales = {"C": ASCII, "ascii": {"PYTHONIOENCODING": "ascii"}, "all": {}}
    for folder, variables in locales.items():
        code, out, err = ended(
            "render", "α.toml", "bowl", "--title", "γ", "-j", "2", "-o", folder, *TINY,
            folder=tmp_path / "here", **variables,
        )  # fmt: skip
        assert (code, err) == (0, ""), folder
        assert len(out.split()) == 2
        for name in ("α.gif", "bowl.gif"):
            assert Path(folder, name).read_bytes() == Path("C", name).read_bytes()


@pytest.mark.parametrize("locale", [ASCII, {"PYTHONIOENCODING": "ascii"}], ids=["C", "ascii"])
def test_in_a_locale_of_few_letters_an_error_is_told_too(locale, tmp_path):
    code, _, err = ended("render", "β", folder=tmp_path / "here", **locale)
    assert code == 2
    assert err.startswith("error: there is no comparison ")


def test_a_file_may_have_any_name_and_its_film_has_it_too(tmp_path):
    stems = [b" sp ace ", b"new\nline", b"no text \xff", b"-q", b"y" * 240, b"a.b.gif", b"$(x)`"]
    for stem in stems:
        Path(os.fsdecode(stem + b".toml")).write_text(ALPHA, encoding="utf-8")
    names = [stem + b".toml" for stem in stems]
    code, out, err = ended("render", *TINY, "-j", "1", "--", *names, folder=tmp_path / "here")
    assert (code, err) == (0, "")
    assert os.fsencode(out) == b"".join(b"output/" + stem + b".gif\n" for stem in stems)
    assert all(Path(os.fsdecode(b"output/" + stem + b".gif")).is_file() for stem in stems)


@pytest.mark.parametrize(
    "variables",
    [
        {"HOME": None, "VIZGD_CACHE_DIR": None},
        {"TMPDIR": "/nowhere"},
        {"VIZGD_CACHE_DIR": "/dev/null"},
        {"VIZGD_CACHE_DIR": "/proc/nowhere"},
    ],
    ids=str,
)
def test_without_a_place_for_caches_films_are_made_all_the_same(variables, tmp_path):
    code, out, err = ended(
        "render", "bowl", "ravine", "-j", "2", *TINY, folder=tmp_path / "here", **variables
    )
    assert (code, err) == (0, "")
    assert sorted(out.split()) == ["output/bowl.gif", "output/ravine.gif"]
