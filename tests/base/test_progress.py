"""How far a computation is: told in parts of parts, and only to those who listen."""

from __future__ import annotations

import pytest

import vizgd as vg
from vizgd.base.progress import listening, part, tell


def test_parts_of_parts_add_up():
    heard: list[float] = []
    with listening(heard.append):
        for outer in range(2):
            with part(outer, 2):
                tell(0.5)
                for inner in range(2):
                    with part(inner, 2):
                        tell(1.0)
    assert heard == [0.25, 0.25, 0.5, 0.75, 0.75, 1.0]


def test_a_part_of_which_anything_was_told_is_told_to_its_end():
    heard: list[float] = []
    with listening(heard.append):
        with part(0, 2):
            tell(0.5)
        with part(1, 2):
            pass
    assert heard == [0.25, 0.5]


def test_without_a_listener_nothing_is_told():
    tell(0.5)
    with part(0, 2), listening(None):
        tell(0.5)


@pytest.mark.parametrize("objective", ["sphere", "network"])
def test_a_film_tells_of_its_plan_where_that_takes_long_and_never_goes_back(objective, tmp_path):
    if objective == "network":
        objective = vg.nn.network_loss(vg.nn.Network((1, 2, 1)), [0.0, 1.0, 2.0], [0.0, 1.0, 0.0])
    comparison = vg.Comparison("t", objective, [vg.Run(vg.Adam(learning_rate=0.1))], steps=4)
    told: list[tuple[int, int]] = []
    vg.render(
        comparison,
        tmp_path / "t.gif",
        size=(160, 90),
        seconds=0.4,
        force=True,
        progress=lambda done, total: told.append((done, total)),
    )
    shares = [done / total for done, total in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert (len([share for share in shares if share < 0.5]) > 5) == (objective != "sphere")
