"""Each loss over data in turn."""

from __future__ import annotations

import pytest

from .problems import OBJECTIVES


@pytest.fixture(params=OBJECTIVES)
def objective(request):
    return OBJECTIVES[request.param]()
