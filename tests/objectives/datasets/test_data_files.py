"""Examples from files: what a table or an archive may hold, and what is said of each mistake."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import vizgd as vg
from vizgd.base.errors import UsageError
from vizgd.objectives.datasets.data_files import read_examples

FINITE = st.floats(allow_nan=False, allow_infinity=False)


def _table(folder, content):
    path = folder / "points.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@given(st.lists(st.tuples(FINITE, FINITE, FINITE), min_size=1, max_size=9), st.booleans())
def test_a_table_is_read_number_for_number_with_and_without_names(tmp_path_factory, rows, names):
    head = "weight,height,price\r\n" if names else ""
    text = head + "".join(f"{a!r}, {b!r},{c!r}\r\n" for a, b, c in rows)
    inputs, targets = read_examples(_table(tmp_path_factory.mktemp("data"), text))
    expected = np.array(rows)
    assert np.array_equal(inputs, expected[:, :2])
    assert np.array_equal(targets, expected[:, 2])


def test_a_byte_order_mark_blank_lines_and_quotes_do_no_harm(tmp_path):
    inputs, targets = read_examples(_table(tmp_path, b'\xef\xbb\xbf"a","b"\n\n"1",2\n,\n3,4\n'))
    assert inputs.tolist() == [[1.0], [3.0]]
    assert targets.tolist() == [2.0, 4.0]


MISTAKES = {
    "": "no examples",
    "a,b\n": "no examples",
    "1\n2\n": "one column",
    "1,2\n3,4,5\n": "line 2",
    "a,b\n1,2\n3\n": "line 3",
    "1,2\n3,four\n": "column 2 is 'four'",
    "1,2\n3,\n": "column 2 is empty",
    "1,nan\n": "column 2 is 'nan'",
    "inf,1\n": "column 1 is 'inf'",
    "1,1_000\n": "column 2 is '1_000'",
    "a;b\n1,5;2,5\n": "separated by semicolons",
    "1\t2\n": "separated by tabs",
    "Reservations  Orders\n29  52\n": "separated by spaces",
    "1,2,\n3,4,\n": "line 1",
    "a,b,\n1,2,\n": "ends with a comma",
    ",y\n0,2\n1,3\n": "beside row numbers",
    "1,5;2\n": "points in numbers",
    "1,2\n" * 10_001: "at most 10,000 examples",
    "1," * 101 + "1\n": "at most 10,000 examples of 100 inputs",
    "1,2\n" * 2_600_000: "too large",
    "1," + "2" * 200_000: "no table",
    "a,b\n1,2\n".encode("utf-16"): "not text in UTF-8",
    b"\x89PNG\r\n\xff": "not text in UTF-8",
    "x,y\n1,2\n\x00,3\n": "line 3",
}


@pytest.mark.parametrize("content", list(MISTAKES), ids=list(MISTAKES.values()))
def test_each_mistake_in_a_table_is_named_with_its_line(tmp_path, content):
    with pytest.raises(UsageError) as caught:
        read_examples(_table(tmp_path, content))
    assert MISTAKES[content] in str(caught.value)
    assert "points.csv" in str(caught.value)
    assert len(str(caught.value).splitlines()) <= 4


def test_an_archive_holds_inputs_and_targets(tmp_path):
    path = tmp_path / "points.npz"
    np.savez_compressed(path, inputs=np.arange(6).reshape(3, 2), targets=np.array([True, False, True]))
    inputs, targets = read_examples(path)
    assert inputs.tolist() == [[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]
    assert targets.tolist() == [1.0, 0.0, 1.0]
    np.savez(path, inputs=np.arange(3.0), targets=np.arange(3.0), more=np.arange(2))
    assert read_examples(path)[0].shape == (3, 1)


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"X": np.zeros(2), "y": np.zeros(2)}, "it has X, y"),
        ({"inputs": np.zeros(2), "targets": np.zeros(3)}, "do not fit"),
        ({"inputs": np.zeros((2, 2, 2)), "targets": np.zeros(2)}, "do not fit"),
        ({"inputs": np.array([1.0, np.nan]), "targets": np.zeros(2)}, "nan or infinite"),
        ({"inputs": np.array(["a"]), "targets": np.zeros(1)}, "must hold numbers"),
        ({"inputs": np.array([None]), "targets": np.zeros(1)}, "Python objects"),
        ({"inputs": np.zeros(2_000_000), "targets": np.zeros(1)}, "too large"),
        ({"inputs": np.zeros(10_001), "targets": np.zeros(10_001)}, "at most 10,000"),
    ],
)
def test_each_mistake_in_an_archive_is_named(tmp_path, arrays, said):
    np.savez(tmp_path / "points.npz", **arrays)
    with pytest.raises(UsageError) as caught:
        read_examples(tmp_path / "points.npz")
    assert said in str(caught.value)
    assert "points.npz" in str(caught.value)
    assert len(str(caught.value).splitlines()) <= 4


INDEX = ",area,price\n0,50,150\n1,60,178\n2,70,206\n"


@pytest.mark.parametrize(
    "text",
    [INDEX, INDEX.replace(",", "Unnamed: 0,", 1), '""' + INDEX, "\ufeff" + INDEX.replace("\n", "\r\n")],
)
def test_the_index_of_a_data_frame_is_left_out_and_that_is_said(tmp_path, text):
    with pytest.warns(UserWarning, match=r"first column of points\.csv has no name .* left out"):
        inputs, targets = read_examples(_table(tmp_path, text))
    assert inputs.tolist() == [[50.0], [60.0], [70.0]]
    assert targets.tolist() == [150.0, 178.0, 206.0]


@pytest.mark.parametrize("first", [(7, 3, 5), (0, 1, 3), (2, 3, 4)])
def test_a_column_without_a_name_that_does_not_count_the_rows_is_refused(tmp_path, first):
    text = ",area,price\n" + "".join(f"{number},5{number},9\n" for number in first)
    with pytest.raises(UsageError, match="column 1 has no name") as caught:
        read_examples(_table(tmp_path, text))
    assert "index=False" in str(caught.value)
    with pytest.raises(UsageError, match="column 1 has no name"):
        read_examples(_table(tmp_path, ",area,price\n2024-01-01,5,9\n"))
    with pytest.raises(UsageError, match="column 2 has no name"):
        read_examples(_table(tmp_path, text.replace(",area", "area,")))


def test_a_data_frame_without_names_has_numbers_for_them_and_an_index_all_the_same(tmp_path):
    with pytest.warns(UserWarning, match="counts the rows: left out"):
        inputs, targets = read_examples(_table(tmp_path, ",0,1\n0,50,150\n1,60,178\n2,70,206\n"))
    assert inputs.tolist() == [[50], [60], [70]]
    assert targets.tolist() == [150, 178, 206]
    with pytest.raises(
        UsageError, match="column 1 is empty"
    ):  # an example that lacks a number is no such line
        read_examples(_table(tmp_path, ",5,150\n1,60,178\n2,70,206\n"))


def test_row_numbers_that_may_be_an_input_are_kept_and_that_is_said(tmp_path):
    for head in ("", "id,area,price\n"):
        with pytest.warns(UserWarning, match="counts the rows and is taken for an input"):
            inputs, _ = read_examples(_table(tmp_path, head + "0,5,3\n1,9,4\n2,4,2\n"))
        assert inputs.shape == (3, 2)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("text", "inputs"),
    [
        ("x,y\n0,1\n1,2\n2,3\n", [[0.0], [1.0], [2.0]]),
        ("5,1\n", [[5.0]]),
        ("a,b,y\n4,1,2\n4,2,3\n4,3,1\n", [[4.0, 1.0], [4.0, 2.0], [4.0, 3.0]]),
        ("a,a,y\r4,1,2\r5,2,3\r", [[4.0, 1.0], [5.0, 2.0]]),
        ('"the area","the, price"\r\n1,2\r\n', [[1.0]]),
    ],
    ids=["steps of one input", "one row", "constant", "twice, old line ends", "quoted"],
)
def test_what_is_plain_is_read_without_a_word(tmp_path, text, inputs):
    assert read_examples(_table(tmp_path, text))[0].tolist() == inputs


@pytest.mark.parametrize("name", ["profits.txt", "a.tsv", "b.xlsx", "folder/points", "..", "x.json"])
def test_a_file_of_another_kind_is_told_from_an_unknown_data_set(tmp_path, name):
    (tmp_path / "my.toml").write_text(FILE.format(data=name, loss="least-squares"))
    with pytest.raises(UsageError, match=r"no file of data.*\n.*\n.*\.csv and \.npz files are read"):
        vg.read_comparison(tmp_path / "my.toml")


def test_the_data_of_a_network_are_generated_and_no_file(tmp_path):
    _table(tmp_path, "x,y\n1,2\n3,4\n")
    text = FILE.format(data="points.csv", loss="squared").replace("{ data", "{ network = [3], data")
    (tmp_path / "my.toml").write_text(text)
    with pytest.raises(UsageError, match="data that are generated: moons"):
        vg.read_comparison(tmp_path / "my.toml")


@pytest.mark.parametrize(
    ("view", "columns", "said"),
    [
        ("data", 4, "has examples of 3 inputs"),
        ("decision", 4, "has examples of 3 inputs"),
        ("decision", 3, "2 inputs, with numbers that are no classes"),
    ],
)
def test_a_view_says_what_examples_there_are(tmp_path, view, columns, said):
    rows = np.random.default_rng(0).normal(size=(9, columns))
    _table(tmp_path, "\n".join(",".join(map(str, row)) for row in rows))
    file = FILE.format(data="points.csv", loss="least-squares")
    (tmp_path / "my.toml").write_text(file.replace("start = [0, 0]", f'views = ["{view}"]'))
    with pytest.raises(UsageError, match=said):
        vg.render(vg.read_comparison(tmp_path / "my.toml"), tmp_path / "my.png")


FILE = """
title = "t"
objective = {{ data = "{data}", loss = "{loss}" }}
start = [0, 0]
[[runs]]
optimizer = "adam"
sampler = "with-replacement"
"""


def test_a_comparison_file_names_a_data_file_beside_it(tmp_path):
    _table(tmp_path, "x,y\n" + "".join(f"{x},{2 * x + 3}\n" for x in range(5)))
    (tmp_path / "my.toml").write_text(FILE.format(data="points.csv", loss="least-squares"))
    objective = vg.read_comparison(tmp_path / "my.toml").objective
    assert objective.name == "points.csv"
    assert np.allclose(objective.minimizers, [(2.0, 3.0)])
    for data, loss, said in (
        ("points.csv", "logistic", "each must be 0 or 1"),
        ("none.csv", "logistic", "No such file"),
        ("none.npz", "least-squares", "No such file"),
    ):
        (tmp_path / "my.toml").write_text(FILE.format(data=data, loss=loss))
        with pytest.raises(UsageError, match=said) as caught:
            vg.read_comparison(tmp_path / "my.toml")
        assert "$.objective" in str(caught.value)
