"""Comparison files: what they may say, and what is said of each mistake."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import vizgd as vg
from vizgd.base.errors import UsageError, VizgdError
from vizgd.comparisons.comparison_file import comparison_from_text, read_comparison
from vizgd.optimizers.cycles import Cosine

GOOD = """
title = "t"
objective = "x**2 + 10*y**2"
start = [5, 2]
steps = 8
views = ["contour", { view = "convergence", scale = "log" }]
[[runs]]
optimizer = "momentum"
learning_rate = 0.05
beta = 0.9
"""


def test_a_file_says_what_a_comparison_in_python_says():
    comparison = comparison_from_text(GOOD, "good.toml")
    (run,) = comparison.runs
    assert run.optimizer == vg.Momentum(learning_rate=0.05, beta=0.9)
    assert run.start == [5, 2]
    assert comparison.steps == 8
    assert comparison.views == (vg.Contour(), vg.Convergence(scale="log"))


def test_a_learning_rate_may_be_a_schedule_and_a_schedule_may_hold_another():
    cosine = '{ schedule = "cosine", learning_rate = 0.1, steps = 9 }'
    rate = f'{{ schedule = "linear-warmup", steps = 5, learning_rate = {cosine} }}'
    comparison = comparison_from_text(GOOD.replace("0.05", rate), "good.toml")
    assert comparison.runs[0].optimizer.learning_rate.learning_rate == Cosine(learning_rate=0.1, steps=9)


def test_data_are_named_or_generated():
    named = comparison_from_text(GOOD.replace('"x**2 + 10*y**2"', '{ data = "line" }'), "f")
    assert named.objective.samples.count == 100
    table = '{ loss = "logistic", generate = 40, w = 1.0, seed = 3 }'
    generated = comparison_from_text(GOOD.replace('"x**2 + 10*y**2"', table), "f")
    assert generated.objective.samples.count == 40
    again = comparison_from_text(GOOD.replace('"x**2 + 10*y**2"', table), "f")
    assert np.array_equal(generated.objective.samples.inputs, again.objective.samples.inputs)


NETWORK = '{ network = [3, 2], data = "moons", generate = 30, noise = 0.1, seed = 4, batch_norm = true }'


def test_a_network_is_described_by_its_hidden_layers_and_its_data():
    objective = comparison_from_text(GOOD.replace('"x**2 + 10*y**2"', NETWORK), "f").objective
    inputs, labels = vg.nn.moons(np.random.default_rng(4), 30, noise=0.1)
    expected = vg.nn.network_loss(vg.nn.Network((2, 3, 2, 1), batch_norm=True), inputs, labels, seed=4)
    start = np.array(expected.start)
    assert objective.start == expected.start
    assert objective.value(start) == expected.value(start)
    wave = comparison_from_text(GOOD.replace('"x**2 + 10*y**2"', '{ network = [3], data = "sine" }'), "f")
    assert wave.objective.dimension == 10
    parts = NETWORK.replace("seed = 4", 'loss = "cross-entropy"')
    classes = comparison_from_text(GOOD.replace('"x**2 + 10*y**2"', parts), "f")
    assert classes.objective.samples.predict(np.array(classes.objective.start), inputs).shape == (30, 2)


def test_a_run_may_have_an_objective_of_its_own_and_equal_ones_are_the_same():
    other = f"""
    [[runs]]
    optimizer = "adam"
    objective = {NETWORK}
    """
    own, again = comparison_from_text(GOOD + other + other, "f").runs[1:]
    assert own.objective is again.objective
    assert own.objective.dimension == 3 * 2 + 6 + 2 * 3 + 4 + 3
    comparison = comparison_from_text(GOOD.replace('"x**2 + 10*y**2"', NETWORK) + other, "f")
    assert comparison.runs[1].objective is comparison.objective


NETWORK_MISTAKES = [
    ("[3, 2]", '"8"', "$.objective.network", "Expected `array`, got `str`"),
    ("[3, 2]", "[0]", "$.objective", "expected whole numbers from 1"),
    ('"moons"', '"mons"', "$.objective.data", "did you mean 'moons'"),
    ('data = "moons", ', "", "$.objective", "missing key `data`"),
    ("noise = 0.1", "noise = -1", "$.objective", "noise is -1"),
    ("generate = 30", "generate = 1000000", "$.objective.generate", "at most 10,000"),
    ("seed = 4", "seed = -4", "$.objective.seed", "seed is -4"),
    ("batch_norm", "batchnorm", "$.objective.batchnorm", "did you mean 'batch_norm'"),
    ("batch_norm = true", 'activation = "relo"', "$.objective", "expected 'tanh' or 'relu'"),
    ("batch_norm = true", 'loss = "logistik"', "$.objective", "did you mean 'logistic'"),
]


@pytest.mark.parametrize(("old", "new", "place", "said"), NETWORK_MISTAKES)
def test_a_mistake_in_a_network_is_told_with_its_place(old, new, place, said):
    for where, text in (
        ("f, $.objective", GOOD.replace('"x**2 + 10*y**2"', NETWORK.replace(old, new))),
        ("f, $.runs[0].objective", f"{GOOD}objective = {NETWORK.replace(old, new)}"),
    ):
        with pytest.raises(UsageError) as caught:
            comparison_from_text(text, "f")
        assert place.replace("$.objective", where) in str(caught.value)
        assert said in str(caught.value)


def test_data_that_are_for_a_network_are_told_from_unknown_ones():
    for data, said in (("moons", "are for a network"), ("mooons", "unknown data set 'mooons'")):
        with pytest.raises(UsageError, match=said):
            comparison_from_text(GOOD.replace('"x**2 + 10*y**2"', f'{{ data = "{data}" }}'), "f")


MISTAKES = [
    ("steps = 8", 'steps = "8"', "$.steps", "Expected `int`, got `str`"),
    ("steps = 8", "steps = 0", "$.steps", "steps is 0"),
    ("steps = 8", "steps = -3", "$.steps", "steps is -3"),
    ("steps = 8", "steps = 8.5", "$.steps", "Expected `int`"),
    ("steps = 8", "steps = true", "$.steps", "Expected `int`, got `bool`"),
    ("steps = 8", "stepz = 8", "$.stepz", "did you mean 'steps'"),
    ('title = "t"', "", "$", "missing key `title`"),
    ('title = "t"', "title = 3", "$.title", "Expected `str`"),
    ("[5, 2]", '[5, "a"]', "$.start", "Expected"),
    ("[5, 2]", "[5, nan]", "$.start", "nan"),
    ('"contour"', '"contur"', "$.views[0]", "did you mean 'contour'"),
    ('scale = "log"', 'scale = "lg"', "$.views[1].scale", "did you mean 'log'"),
    ('scale = "log"', 'scal = "log"', "$.views[1].scal", "did you mean 'scale'"),
    ('view = "convergence", ', "", "$.views[1]", "does not say which view"),
    ('"momentum"', '"momentun"', "$.runs[0].optimizer", "did you mean 'momentum'"),
    ("optimizer = ", "optimiser = ", "$.runs[0].optimiser", "did you mean 'optimizer'"),
    ("learning_rate", "lerning_rate", "$.runs[0].lerning_rate", "did you mean 'learning_rate'"),
    ("0.05", "0", "$.runs[0]", "learning_rate is 0"),
    ("0.05", "-0.1", "$.runs[0]", "learning_rate is -0.1"),
    ("0.05", '"0.05"', "$.runs[0].learning_rate", "expected a number"),
    ("0.05", "inf", "$.runs[0].learning_rate", "inf"),
    ("0.05", '{ schedule = "cosin" }', "$.runs[0].learning_rate.schedule", "did you mean 'cosine'"),
    ("0.05", '{ schedule = "cosine" }', "$.runs[0].learning_rate", "needs"),
    ("beta = 0.9", "beta = 1.5", "$.runs[0]", "beta is 1.5"),
    ("beta = 0.9", "noise = -1", "$.runs[0]", "noise is -1"),
    ("beta = 0.9", 'sampler = "shufled-epochs"', "$.runs[0].sampler", "did you mean"),
    ("x**2 + 10*y**2", "sinn(x)", "$.objective", "did you mean 'sin'"),
    ("x**2 + 10*y**2", "rosenbrok", "$.objective", "did you mean 'rosenbrock'"),
    ("x**2 + 10*y**2", "__import__('os')", "$.objective", "__import__"),
    ("x**2 + 10*y**2", "x**2 + y**2 + z**2", "$.objective", "z"),
    ('"x**2 + 10*y**2"', '{ data = "lime" }', "$.objective.data", "did you mean 'line'"),
    ('"x**2 + 10*y**2"', '{ data = "line", loss = "hinge" }', "$.objective.loss", "hinge"),
    ('"x**2 + 10*y**2"', '{ generate = 0 }', "$.objective", "0 examples"),
    ("steps = 8", "domain = [[1, -1], [0, 1]]", "$.domain[0]", "lower one first"),
    ("steps = 8", "domain = 5", "$.domain", "Expected `array`, got `int`"),
    ("steps = 8", "domain = [[1, 2, 3]]", "$.domain[0]", "length 2"),
    ('"x**2 + 10*y**2"', "[1]", "$.objective", "Expected `str | table`, got `array`"),
    ('[5, 2]', "{ x = 1 }", "$.start", "Expected `float | array`, got `table`"),
    ('"x**2 + 10*y**2"', '{ loss = "logistic", seed = -1 }', "$.objective.seed", "seed is -1"),
    ('"x**2 + 10*y**2"', "{ generate = 1000000 }", "$.objective.generate", "at most 10,000"),
    ("beta = 0.9", 'sampler = { sampler = "replay", recorded = [0] }', "$.runs[0].sampler", "of batches"),
    ("beta = 0.9", 'sampler = { sampler = "replay", recorded = [["a"]] }', "$.runs[0].sampler", "batches"),
    ("steps = 8", "seconds = 0", "$.seconds", "seconds is 0"),
    ("steps = 8", 'pace = "fast"', "$.pace", "known: evaluations, examples, iterations, seconds, together"),
    ("[[runs]]", "[[run]]", "$.run", "did you mean 'runs'"),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "where", "what"), MISTAKES)
def test_each_mistake_is_named_with_its_place(right, wrong, where, what):
    assert right in GOOD
    with pytest.raises(UsageError) as caught:
        comparison_from_text(GOOD.replace(right, wrong, 1), "my.toml")
    text = str(caught.value)
    assert "my.toml" in text
    assert where in text
    assert what in text
    assert len(text.splitlines()) <= 4


@pytest.mark.usefixtures("guarded")
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\xff\xfe binary \x89PNG",
        b"title = ",
        b"= 3",
        b"a." * 50_000 + b"b = 1",
        b"x = " + b"[" * 20_000,
        b"x = " + b"9" * 50_000,
        b"# " + b"x" * 2_000_000,
        b"d = 99999-01-01",
    ],
    ids=["empty", "binary", "cut off", "no key", "dotted", "nested", "digits", "large", "date"],
)
def test_what_is_no_comparison_file_is_refused_at_once(tmp_path, content):
    path = tmp_path / "junk.toml"
    path.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        read_comparison(path)
    assert len(str(caught.value).splitlines()) <= 4
    assert "junk.toml" in str(caught.value)


@pytest.mark.parametrize("key", ["title", "objective", "runs"])
def test_a_missing_key_is_named_as_it_is_written(key):
    lines = {
        "title": 'title = "t"',
        "objective": 'objective = "x"',
        "runs": 'runs = [{ optimizer = "adam" }]',
    }
    text = "\n".join(line for name, line in lines.items() if name != key)
    with pytest.raises(UsageError, match=f"missing key `{key}`"):
        comparison_from_text(text, "my.toml")


def test_of_an_unknown_key_all_keys_are_named_and_no_command_that_does_not_list_them():
    with pytest.raises(UsageError, match=r"known: .*objective.*title, .*views") as caught:
        comparison_from_text(GOOD.replace("steps", "qqq", 1), "my.toml")
    assert "vizgd list" not in str(caught.value)


def test_of_a_wrong_kind_the_kinds_that_a_file_has_are_named():
    with pytest.raises(UsageError, match=r"Expected `str \| table`, got `int`"):
        comparison_from_text('title = "t"\nobjective = 3\nruns = [{ optimizer = "adam" }]', "my.toml")


def test_a_byte_order_mark_does_no_harm(tmp_path):
    path = tmp_path / "bom.toml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert read_comparison(path).title == "t"


def test_a_missing_file_and_a_folder_are_said_to_be_what_they_are(tmp_path):
    for path in (tmp_path / "no.toml", tmp_path):
        with pytest.raises(UsageError, match=re.escape(path.name)):
            read_comparison(path)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


def test_a_key_that_breaks_the_line_does_not_break_the_error():
    text = GOOD.replace("steps = 8", '"a\\fb\\nc" = 1\nsteps = 8', 1)
    with pytest.raises(UsageError) as caught:
        comparison_from_text(text, "my.toml")
    assert r"a\x0cb\nc" in str(caught.value)
    assert len(str(caught.value).splitlines()) <= 4


@given(
    st.sampled_from(
        ["title", "objective", "runs", "start", "steps", "domain", "views", "pace", "seconds", "z"]
    ),
    VALUES,
)
def test_whatever_a_table_holds_it_is_a_comparison_or_a_refusal(key, value):
    from vizgd.comparisons.comparison_file import _comparison, _parsed

    said = ""
    try:
        _comparison({**_parsed(GOOD), key: value})
    except VizgdError as error:
        said = str(error)
    assert len(said.splitlines()) <= 4
