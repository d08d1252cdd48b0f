"""Checks for optimizers, objectives, views and themes of other packages; vizgd's own pass them.

Each raises an AssertionError that says what does not hold. Call them from tests:

>>> import vizgd as vg
>>> from vizgd.testing import check_optimizer
>>> check_optimizer(vg.Momentum(learning_rate=0.01, beta=0.8))
"""

from vizgd.testing.objectives import check_objective
from vizgd.testing.optimizers import check_optimizer
from vizgd.testing.themes import check_theme
from vizgd.testing.views import check_view

__all__ = ["check_objective", "check_optimizer", "check_theme", "check_view"]
