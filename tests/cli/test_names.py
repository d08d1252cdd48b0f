"""What is typed for a comparison: a name of the gallery, a file, or a refusal that helps."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizgd.base.errors import UsageError
from vizgd.base.hashing import fingerprint
from vizgd.cli.names import find_comparison, is_file, paths_in, stem, typed
from vizgd.comparisons.gallery import GALLERY

LETTERS = st.characters(blacklist_characters="/\\\0", blacklist_categories=["Cs"])
WORDS = st.text(LETTERS, min_size=1).filter(lambda word: word.strip(". "))


@given(folder=WORDS, word=WORDS, suffix=st.sampled_from([".toml", ".npz", ".TOML"]))
def test_what_is_made_of_a_file_has_the_name_of_the_file(folder, word, suffix):
    name = f"{folder}/{word}{suffix}"
    assert is_file(name)
    assert stem(name) == word


@given(text=st.text(st.characters(blacklist_categories=["Cs"])))
def test_a_text_that_the_terminal_can_type_is_that_text(text):
    assert typed(text) == text


@pytest.mark.parametrize("name", list(GALLERY))
def test_a_name_of_the_gallery_is_its_comparison(name):
    assert not is_file(name)
    assert fingerprint(find_comparison(name)) == fingerprint(GALLERY[name])


def test_a_file_may_have_a_name_without_suffix_unless_the_gallery_has_it():
    for name in ("bowl", "mine"):
        Path(name).touch()
    assert not is_file("bowl")
    assert is_file("mine")


def test_a_name_nearby_is_offered_and_the_way_to_ones_own():
    with pytest.raises(UsageError, match="did you mean momentum") as caught:
        find_comparison("momentun")
    assert "vizgd new momentun.toml" in str(caught.value)


def test_two_comparisons_have_not_one_file():
    assert paths_in(Path("out"), ["bowl", "a/mine.toml"], ".gif") == [
        Path("out/bowl.gif"),
        Path("out/mine.gif"),
    ]
    with pytest.raises(UsageError, match=r"two comparisons .*out/bowl\.gif"):
        paths_in(Path("out"), ["bowl", "a/bowl.toml"], ".gif")
