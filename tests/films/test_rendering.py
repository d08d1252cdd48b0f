"""From a comparison to a file, in Python."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from matplotlib import rcParams
from PIL import Image

import vizgd as vg
from vizgd.base.errors import UsageError
from vizgd.comparisons.gallery import GALLERY


def test_the_same_comparison_gives_the_same_file(tmp_path):
    files = [vg.render(GALLERY["bowl"], tmp_path / f"{k}.gif", size=(320, 180), seconds=1) for k in "ab"]
    assert files[0].read_bytes() == files[1].read_bytes()


def test_progress_is_told_up_to_the_last_frame(tmp_path):
    told = []
    vg.render(
        GALLERY["bowl"],
        tmp_path / "b.mp4",
        size=(320, 180),
        fps=10,
        seconds=2,
        progress=lambda done, total: told.append((done, total)),
    )
    assert told[-1] == (20, 20)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_a_gif_takes_the_nearest_rate_that_it_can_keep(tmp_path):
    path = vg.render(GALLERY["bowl"], tmp_path / "b.gif", size=(320, 180), fps=30, seconds=2)
    with Image.open(path) as image:
        durations = []
        for index in range(image.n_frames):
            image.seek(index)
            durations.append(image.info["duration"])
    assert min(durations) == 30
    assert sum(durations) == pytest.approx(2000, abs=30)


def test_rendering_leaves_matplotlib_as_it_was(tmp_path):
    before = dict(rcParams)
    vg.render(GALLERY["bowl"], tmp_path / "b.png", size=(320, 180))
    assert dict(rcParams) == before


def test_rendering_imports_no_pyplot(tmp_path):
    code = (
        "import sys, vizgd as vg; from vizgd.comparisons.gallery import GALLERY;"
        "vg.render(GALLERY['bowl'], sys.argv[1], size=(320, 180), seconds=1);"
        "a = vg.animate(GALLERY['bowl']); a._draw_was_started = True;"
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "x.gif")], check=True)


def test_an_objective_in_python_is_drawn_like_any_other(tmp_path):
    comparison = vg.Comparison(
        title="mine",
        objective=lambda x, y: (x - 1) ** 2 + 3 * np.abs(y),
        runs=[vg.Run(vg.Adam(learning_rate=0.2), start=(3, 2))],
        steps=20,
    )
    assert vg.render(comparison, tmp_path / "m.png", size=(320, 180)).stat().st_size > 1000


def test_memory_does_not_grow_with_the_number_of_frames(tmp_path):
    """Four thousand frames take a twentieth more than a hundred at most: 1.2 kB a frame, where one has 58.

    For GIF, which needs two passes, too.
    """
    code = (
        "import sys, resource, vizgd as vg; from vizgd.comparisons.gallery import GALLERY;"
        "vg.render(GALLERY['descent-1d'], sys.argv[1], size=(160, 90), fps=25, seconds=float(sys.argv[2]));"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    for suffix in ("gif", "mp4"):
        peaks = []
        for seconds in ("4", "160"):
            command = [sys.executable, "-c", code, str(tmp_path / f"f.{suffix}"), seconds]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            peaks.append(int(done.stdout))
        assert peaks[1] <= 1.05 * peaks[0], suffix


@pytest.mark.parametrize("size", [(0, 0), (10, 540), (9000, 540), (960.5, 540), "big", (1, 2, 3)])
def test_a_size_without_sense_is_refused(tmp_path, size):
    with pytest.raises(UsageError, match="size is"):
        vg.render(GALLERY["bowl"], tmp_path / "x.gif", size=size)


def test_runs_and_comparisons_are_checked_when_they_are_made():
    run = vg.Run(vg.Adam(), start=(1, 1))
    for wrong in ({"steps": 0}, {"steps": True}, {"runs": []}, {"seconds": -1.0}, {"domain": [(1, 1)]}):
        with pytest.raises(UsageError):
            vg.Comparison(**({"title": "t", "objective": "sphere", "runs": [run]} | wrong))
    with pytest.raises(UsageError):
        vg.Run(vg.Adam(), noise=float("nan"))
