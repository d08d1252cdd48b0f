"""What holds for every test."""

from __future__ import annotations

import signal

import pytest
from hypothesis import HealthCheck, settings

# How long a machine takes says nothing about what is tested.
settings.register_profile("vizgd", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("vizgd")


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory, monkeypatch):
    """Keep what is remembered of films out of the user's cache folder, and tests from one another's."""
    monkeypatch.setenv("VIZGD_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture
def guarded():
    """Fail where a test would hang for minutes; it measures nothing."""

    def stop(*_):
        raise TimeoutError("it hangs")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(60)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)
