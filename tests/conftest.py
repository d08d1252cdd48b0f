"""What holds for every test."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory, monkeypatch):
    """Keep what is remembered of films out of the user's cache folder, and tests from one another's."""
    monkeypatch.setenv("VIZGD_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
