"""Planes: from places to parameters and back, principal components, filter-normalized directions."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg
from hypothesis import given
from hypothesis import strategies as st

from vizgd.base.errors import UsageError
from vizgd.views.plane import Plane, axes_plane, principal_plane, random_plane


@given(seed=st.integers(0, 10_000), dimension=st.integers(2, 9))
def test_a_place_comes_back_and_a_point_is_projected_orthogonally(seed, dimension):
    rng = np.random.default_rng(seed)
    plane = Plane(rng.standard_normal(dimension), rng.standard_normal((2, dimension)))
    places = rng.standard_normal((3, 4, 2))
    np.testing.assert_allclose(plane.places(plane.params(places)), places, atol=1e-8)
    points = rng.standard_normal((5, dimension))
    rest = points - plane.params(plane.places(points))
    np.testing.assert_allclose(rest @ plane.directions.T, 0.0, atol=1e-8)
    assert plane.holds(plane.params(places), 1e-8).all()


def test_places_on_two_axes_are_the_coordinates_themselves():
    plane = axes_plane(np.array([1.0, 2.0, 3.0]), (2, 0), ("z", "x"))
    assert plane.params(np.array([5.0, 7.0])).tolist() == [7.0, 2.0, 5.0]
    assert plane.places(np.array([7.0, 9.0, 5.0])) == pytest.approx([5.0, 7.0])


def test_principal_components_are_those_of_the_covariance_with_their_shares():
    rng = np.random.default_rng(0)
    iterates = rng.standard_normal((40, 6)) * (5, 1, 3, 0.5, 0.2, 0.1) + 2.0
    plane = principal_plane(iterates[-1], iterates)
    variances, components = scipy.linalg.eigh(np.cov(iterates.T))
    for found, expected in zip(plane.directions, components.T[::-1], strict=False):
        assert abs(found @ expected) == pytest.approx(1.0)
    first, second = 100 * variances[::-1][:2] / variances.sum()
    assert plane.labels[0] == f"PC\u00a01 ({first:.2g}\u00a0% of variance)"
    assert plane.labels[1] == f"PC\u00a02 ({second:.2g}\u00a0% of variance)"


def test_a_path_sets_off_at_the_negative_ends_and_ends_at_the_origin():
    iterates = np.random.default_rng(1).standard_normal((30, 5)).cumsum(axis=0)
    plane = principal_plane(iterates[-1], iterates)
    assert (plane.places(iterates[0]) <= 1e-12).all()
    assert plane.places(iterates[-1]) == pytest.approx([0.0, 0.0])


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_path_that_hardly_moves_has_a_plane_too(count):
    iterates = np.outer(np.arange(count), [1.0, 2.0, 0.0])
    plane = principal_plane(iterates[-1], iterates)
    np.testing.assert_allclose(plane.directions @ plane.directions.T, np.eye(2), atol=1e-12)
    assert plane.labels[0].startswith(f"PC\u00a01 ({100 if count > 1 else 0}\u00a0%")


def test_random_directions_have_each_filters_length_and_leave_biases_alone():
    rng = np.random.default_rng(2)
    origin = rng.standard_normal(9)
    filters = np.array([0, 0, 0, 1, 1, -1, -1, 2, 2])
    plane = random_plane(origin, np.random.default_rng(0), filters)
    for direction in plane.directions:
        assert (direction[filters == -1] == 0).all()
        for number in range(3):
            own = filters == number
            assert np.linalg.norm(direction[own]) == pytest.approx(np.linalg.norm(origin[own]))
    assert abs(plane.directions[0] @ plane.directions[1]) < np.linalg.norm(origin) ** 2
    again = random_plane(origin, np.random.default_rng(0), filters)
    np.testing.assert_array_equal(again.directions, plane.directions)


def test_without_filters_a_random_direction_is_as_long_as_the_parameters_and_at_zero_one():
    for origin, length in ((np.arange(5.0), np.sqrt(30)), (np.zeros(5), 1.0)):
        plane = random_plane(origin, np.random.default_rng(0))
        np.testing.assert_allclose(np.linalg.norm(plane.directions, axis=1), length)


@pytest.mark.parametrize(
    ("origin", "directions", "said"),
    [
        ([0, 0, 0], [[1, 0, 0], [2, 0, 0]], "span no plane"),
        ([0, 0, 0], [[1, 0, 0], [0, 0, 0]], "span no plane"),
        ([0, 0], [[1, 0, 0], [0, 1, 0]], "expected \\(d,\\) and \\(2, d\\)"),
        ([0, 0], [[1, 0], [0, np.nan]], "finite"),
        ("ab", [[1, 0], [0, 1]], "finite"),
    ],
)
def test_what_spans_no_plane_is_refused(origin, directions, said):
    with pytest.raises(UsageError, match=said):
        Plane(origin, directions)


def test_components_by_blocks_are_those_of_the_whole(monkeypatch):
    rng = np.random.default_rng(0)
    iterates = np.cumsum(rng.standard_normal((12, 50)) * np.linspace(3, 0.1, 50), axis=0)
    whole = principal_plane(iterates[-1], iterates)
    places = whole.places(iterates)
    monkeypatch.setattr("vizgd.views.plane.LARGE", 1)
    monkeypatch.setattr("vizgd.views.plane.BLOCK", 100)
    parts = principal_plane(iterates[-1], iterates.astype(np.float32))
    np.testing.assert_allclose(parts.directions, whole.directions, atol=1e-5)
    np.testing.assert_allclose(parts.places(iterates), places, atol=1e-3)
    assert parts.labels == whole.labels


@pytest.mark.parametrize("moved", [0.0, 1.0])
def test_components_by_blocks_span_a_plane_even_of_a_line(moved, monkeypatch):
    monkeypatch.setattr("vizgd.views.plane.LARGE", 1)
    iterates = np.outer(np.linspace(0, moved, 5), np.ones(40))
    found = principal_plane(iterates[-1], iterates)
    np.testing.assert_allclose(found.directions @ found.directions.T, np.eye(2), atol=1e-9)


@pytest.mark.parametrize(("count", "dimension"), [(12, 50), (50, 12), (3, 400)])
def test_components_of_several_runs_by_blocks_are_those_of_scipy(count, dimension, monkeypatch):
    from scipy.linalg import svd

    monkeypatch.setattr("vizgd.views.plane.LARGE", 1)
    monkeypatch.setattr("vizgd.views.plane.BLOCK", 100)
    rng = np.random.default_rng(count)
    steps = rng.standard_normal((2, count, dimension)) * np.linspace(3, 0.1, dimension)
    runs = list(np.cumsum(steps, axis=1))
    whole = np.concatenate(runs)
    _, sizes, components = svd(whole - whole.mean(axis=0), full_matrices=False)
    found = principal_plane(whole[-1], *runs)
    np.testing.assert_allclose(np.abs(found.directions @ components[:2].T), np.eye(2), atol=1e-6)
    share = 100 * sizes[0] ** 2 / (sizes**2).sum()
    assert f"{share:.2g}" in found.labels[0]
