"""Files that were written once are read ever after: comparison files with every key, and recorded runs.

`tests/data/before` is added to and never changed.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import vizgd as vg
from vizgd.optimizers.catalogue import OPTIMIZERS, SCHEDULES

from .gallery_films import planned

BEFORE = Path(__file__).parent / "data" / "before"
SMALL = {"size": (320, 180), "seconds": 1.0}


@pytest.mark.parametrize("path", sorted(BEFORE.glob("*.toml")), ids=lambda path: path.stem)
def test_a_comparison_file_of_before_is_read_and_planned(path):
    comparison = vg.read_comparison(path)
    assert planned(comparison, **SMALL).panels


@pytest.mark.parametrize("path", sorted(BEFORE.glob("*.npz")), ids=lambda path: path.stem)
def test_recorded_runs_of_before_are_read_number_for_number_and_planned(path):
    comparison = vg.load(path)
    arrays = np.load(path)
    for index, run in enumerate(comparison.runs):
        trajectory = run.trajectory
        assert np.array_equal(trajectory.iterates, arrays[f"run{index}_iterates"])
        assert np.array_equal(trajectory.losses, arrays[f"run{index}_losses"])
    assert planned(comparison, **SMALL).panels


def test_the_files_of_before_have_the_names_of_before():
    names = {run.optimizer.name for run in vg.read_comparison(BEFORE / "optimizers.toml").runs}
    assert len(names) >= 17
    assert len(vg.read_comparison(BEFORE / "schedules.toml").runs) >= 9
    assert len(OPTIMIZERS.entries) >= 17
    assert len(SCHEDULES.entries) >= 8
