"""Processes beside this one: results in order, however long each takes, and none left over."""

from __future__ import annotations

import os
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizgd.base.errors import RenderError
from vizgd.base.workers import cores, results_in_order, worker_pool


class Counting:
    """An executor that works when it is asked for a result, and counts what waits."""

    def __init__(self):
        self.waiting = self.most = 0

    def submit(self, work, item):
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        future = Future()

        def result(timeout=None):
            del timeout
            self.waiting -= 1
            return work(item)

        future.result = result
        return future


@given(items=st.lists(st.integers()), ahead=st.integers(1, 6))
def test_results_come_in_the_order_of_the_items_with_so_many_under_way_at_most(items, ahead):
    pool = Counting()
    assert list(results_in_order(pool, lambda item: 2 * item, iter(items), ahead)) == [
        2 * item for item in items
    ]
    assert pool.most <= ahead
    assert pool.waiting == 0


def test_the_first_failure_is_raised_in_its_turn():
    with ThreadPoolExecutor(2) as pool:
        results = results_in_order(pool, lambda item: 1 // item, [1, 0, 1], 3)
        assert next(results) == 1
        with pytest.raises(ZeroDivisionError):
            next(results)


def test_work_is_done_in_other_processes_which_are_kept():
    seen = []
    for _ in range(2):
        with worker_pool(1) as pool:
            seen.append(pool.submit(os.getpid).result())
    assert seen[0] == seen[1] != os.getpid()


def test_where_no_process_can_be_started_the_error_says_so(monkeypatch):
    def refuse(**_):
        raise OSError(11, "Resource temporarily unavailable")

    monkeypatch.setattr("loky.get_reusable_executor", refuse)
    with pytest.raises(RenderError, match=r"(?s)no processes can be started.*--jobs 1"), worker_pool(2):
        pass


def test_there_is_at_least_one_processor():
    assert 1 <= cores() <= (os.cpu_count() or 1)
