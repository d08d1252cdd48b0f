"""`vizgd list`: every name there is, a line each."""

from __future__ import annotations

from vizgd.cli.main import run
from vizgd.comparisons.gallery import GALLERY


def test_the_help_names_every_kind_of_list_and_shows_how_names_are_given(capsys):
    from vizgd.cli.listing import KINDS

    assert run(["list", "--help"]) == 0
    said = capsys.readouterr().out
    assert all(kind in said for kind in KINDS)
    assert "[KIND]..." in said
    assert run(["render", "--help"]) == 0
    assert " [NAME|FILE.toml|RUNS.npz]...\n" in capsys.readouterr().out


def test_lists_name_everything(capsys):
    assert run(["list"]) == 0
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    counts = {kind: sum(row[0] == kind for row in rows) for kind in {row[0] for row in rows}}
    assert counts["objectives"] == 97
    assert counts["comparisons"] == len(list(GALLERY))
    assert counts["optimizers"] == 17
    assert counts["schedules"] == 8
    assert all(len(row) == 3 and row[2] for row in rows)
    assert run(["list", "optimisers"]) == 2
    assert "did you mean 'optimizers'" in capsys.readouterr().err
