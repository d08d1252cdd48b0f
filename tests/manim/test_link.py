"""What a copy shares with its original."""

from __future__ import annotations

import copy

from vizgd.manim.link import Link


class Owner:
    def __init__(self, target):
        self.link = Link(target)


def test_a_copy_shares_what_was_not_copied_along():
    target = [1]
    assert copy.deepcopy(Owner(target)).link.target is target


def test_what_was_copied_along_is_meant_by_the_copy():
    target = [1]
    copied, owner = copy.deepcopy((target, Owner(target)))
    assert owner.link.target is copied
    assert copied is not target
