"""What a run did, as data."""

import vizgd as vg


def test_a_trajectory_says_in_one_line_what_happened():
    slow = vg.record("x**2", vg.GradientDescent(learning_rate=0.25), start=8, steps=2)
    assert repr(slow) == "<Trajectory of 2 steps to (2), moving>"
    there = vg.record("x**2 + y**2", vg.GradientDescent(learning_rate=0.5), start=(8, 1), steps=2)
    assert repr(there) == "<Trajectory of 2 steps to (0, 0), converged at 1>"
