"""The gallery: in teaching order, each with a line that says what it is."""

from __future__ import annotations

from vizgd.comparisons.gallery import GALLERY, TEACHING_ORDER


def test_the_gallery_is_in_teaching_order_and_says_what_each_is():
    assert list(GALLERY)[: len(TEACHING_ORDER)] == list(TEACHING_ORDER)
    for name in GALLERY:
        comparison = GALLERY[name]
        assert comparison.description == GALLERY.summary(name)
        assert comparison.title
