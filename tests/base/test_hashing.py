"""Equal values have equal fingerprints, in any process; whatever is edited has another one."""

from __future__ import annotations

import functools
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import vizgd as vg
from vizgd.base.hashing import Unknown, fingerprint
from vizgd.comparisons.gallery import GALLERY

from ..gallery_films import NAMES

leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary()
values = st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)


@given(values, values)
def test_values_have_the_same_fingerprint_when_they_are_equal(a, b):
    assert (fingerprint(a) == fingerprint(b)) == (repr(a) == repr(b))


def test_comparisons_of_the_gallery_differ_and_are_the_same_in_another_process():
    code = (
        "from vizgd.comparisons.gallery import GALLERY; from vizgd.base.hashing import fingerprint;"
        "print(*(fingerprint(GALLERY[name]) for name in GALLERY))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    here = [fingerprint(GALLERY[name]) for name in NAMES]
    assert done.stdout.split() == here
    assert len(set(here)) == len(here)


def test_arrays_count_by_type_shape_and_content():
    array = np.arange(6.0)
    others = [array[:5], array.reshape(2, 3), array.astype(np.float32), array + 1e-12, array.tolist()]
    assert len({fingerprint(one) for one in (array, *others)}) == 6
    assert fingerprint(array) == fingerprint(array.copy())


def test_a_million_numbers_or_names_count_one_by_one():
    numbers, names = [0.5] * 1_000_000, [f"w[{k}]" for k in range(100_000)]
    assert fingerprint(numbers) == fingerprint(list(numbers))
    assert fingerprint(numbers) != fingerprint([*numbers[:-1], 0.25])
    assert fingerprint(names) != fingerprint([*names[:-1], "w"])
    assert fingerprint(("ab", "c")) != fingerprint(("a", "bc"))
    assert fingerprint(((-1.0, 1.0),) * 3) != fingerprint(((-1.0, 1.0),) * 4)


def test_a_tensor_is_the_same_wherever_it_lies_in_memory():
    import torch

    one = torch.arange(6.0)
    others = [one + 1, one.reshape(2, 3), one.double(), one.clone().requires_grad_(), one.to(torch.bfloat16)]
    assert fingerprint(one) == fingerprint(one.clone())
    assert len({fingerprint(each) for each in (one, *others)}) == 6
    assert fingerprint(torch.zeros(0)) == fingerprint(torch.zeros(0))


def compiled(source, **around):
    """A function as a user's script defines it."""
    namespace = {"np": np, "__name__": "__main__", **around}
    exec(source, namespace)
    return namespace["f"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("def f(x): return x**2", "def f(x): return x**3"),
        ("def f(x): return x + 1", "def f(x): return x + 2"),
        ("def f(x, a=1): return a * x", "def f(x, a=2): return a * x"),
        ("def f(x): return np.sin(x)", "def f(x): return np.cos(x)"),
        ("a = 1\ndef f(x): return a * x", "a = 2\ndef f(x): return a * x"),
        ("def g(x): return x\ndef f(x): return g(x)", "def g(x): return -x\ndef f(x): return g(x)"),
        ("f = (lambda a: lambda x: a * x)(1)", "f = (lambda a: lambda x: a * x)(2)"),
    ],
)
def test_a_function_counts_by_its_code_and_by_what_it_uses(one, other):
    assert fingerprint(compiled(one)) == fingerprint(compiled(one))
    assert fingerprint(compiled(one)) != fingerprint(compiled(other))


def test_a_function_from_nowhere_counts_by_its_code():
    spaces: list[dict] = [{}, {}]
    for space, rate in zip(spaces, (1, 2), strict=True):
        exec(f"def f(x): return {rate} * x", space)
        space["f"].__module__ = None
    assert fingerprint(spaces[0]["f"]) != fingerprint(spaces[1]["f"])


def test_a_comment_or_a_name_around_a_function_does_not_change_it():
    plain = compiled("def f(x): return x**2")
    assert fingerprint(plain) == fingerprint(compiled("# squares\n\n\ndef f(x):\n    return x**2", other=3))


def test_a_function_that_calls_itself_comes_to_an_end():
    source = "def f(x): return f(x - 1) if x > 0 else 0"
    assert fingerprint(compiled(source)) == fingerprint(compiled(source))


@dataclass(frozen=True)
class Slower(vg.GradientDescent):
    def terms(self, gradient, state, params, *, hessian=None):
        return super().terms(gradient / 2, state, params, hessian=hessian)


def test_an_optimizer_counts_by_its_class_and_hyper_parameters():
    optimizers = [vg.Adam(0.1), vg.Adam(0.2), vg.AMSGrad(0.1), vg.GradientDescent(0.1), Slower(0.1)]
    assert len({fingerprint(one) for one in optimizers}) == len(optimizers)
    assert fingerprint(Slower(0.1)) == fingerprint(replace(Slower(0.2), learning_rate=0.1))


def test_other_objects_count_by_what_pickle_would_keep():
    assert fingerprint(np.random.default_rng(0)) == fingerprint(np.random.default_rng(0))
    assert fingerprint(np.random.default_rng(0)) != fingerprint(np.random.default_rng(1))
    assert fingerprint(functools.partial(max, 1)) != fingerprint(functools.partial(max, 2))
    assert fingerprint(Path("a")) != fingerprint(Path("b"))


def test_what_cannot_be_compared_is_said_to_be_unknown():
    with pytest.raises(Unknown, match="generator"):
        fingerprint({"samples": (k for k in range(3))})


def test_an_objective_is_the_same_before_and_after_it_was_used():
    objective = GALLERY["bowl"].objective
    before = fingerprint(objective)
    objective.hessian(np.array([1.0, 2.0]))
    assert fingerprint(objective) == before
