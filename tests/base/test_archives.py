"""Arrays in one file: the same bits come back, equal arrays are equal files, and nothing else is read."""

from __future__ import annotations

import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays, scalar_dtypes

from vizgd.base.archives import open_archive, write_archive
from vizgd.base.errors import UsageError

NUMBERS = scalar_dtypes().filter(lambda kind: kind.kind in "biufc")
ARRAYS = st.dictionaries(
    st.text("abcxyz/_0", min_size=1, max_size=6).filter(lambda name: name.strip("/") == name),
    NUMBERS.flatmap(lambda kind: arrays(kind, array_shapes(min_dims=0, min_side=0, max_side=4))),
    max_size=4,
)


@given(given_arrays=ARRAYS)
def test_arrays_come_back_bit_for_bit_in_type_and_shape(tmp_path_factory, given_arrays):
    path = tmp_path_factory.mktemp("archive") / "a.npz"
    write_archive(path, given_arrays)
    with open_archive(path) as archive:
        assert set(archive.headers) == set(given_arrays)
        for name, values in given_arrays.items():
            found = archive.array(name)
            assert (found.dtype, found.shape) == (values.dtype, values.shape)
            assert found.tobytes() == values.tobytes()


def test_the_order_in_memory_is_kept_and_numpy_reads_the_file(tmp_path):
    columns = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    write_archive(tmp_path / "a.npz", {"columns": columns, "words": np.array(["a", "β"])})
    with open_archive(tmp_path / "a.npz") as archive:
        assert archive.array("columns").flags.f_contiguous
    with np.load(tmp_path / "a.npz", allow_pickle=False) as read:
        np.testing.assert_array_equal(read["columns"], columns)
        assert read["words"].tolist() == ["a", "β"]


def test_the_same_arrays_are_the_same_bytes(tmp_path):
    for name in ("a.npz", "b.npz"):
        write_archive(tmp_path / name, {"x": np.arange(5)})
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_objects_are_neither_written_nor_read(tmp_path):
    with pytest.raises(UsageError, match="only numbers can be saved"):
        write_archive(tmp_path / "a.npz", {"x": np.array([{}])})
    np.savez(tmp_path / "b.npz", x=np.array([{}]))
    with pytest.raises(UsageError, match="Python objects"), open_archive(tmp_path / "b.npz"):
        pass


def test_what_is_larger_than_allowed_is_refused_by_what_it_says(tmp_path):
    write_archive(tmp_path / "a.npz", {"x": np.zeros(1000)})
    with pytest.raises(UsageError, match="too large"), open_archive(tmp_path / "a.npz", largest=4000):
        pass


def test_a_name_that_is_there_twice_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as file:
        file.writestr("x.npy", b"")
        with pytest.warns(UserWarning, match="Duplicate"):
            file.writestr("x.npy", b"")
    with pytest.raises(UsageError, match="one of them twice"), open_archive(tmp_path / "a.npz"):
        pass
