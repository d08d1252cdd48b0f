"""vizgd shows how optimizers move: record any path exactly, and turn it into GIFs and videos.

>>> import vizgd as vg
>>> trajectory = vg.record("rosenbrock", vg.Adam(learning_rate=0.05), start=(-1.5, 2.0), steps=200)
>>> trajectory.iterates.shape
(201, 2)
"""

# First of all, before even ``__future__``: a module of that name may be in the current folder.
from vizgd.base import search_path  # isort: split

search_path.leave_out_current_folder()

from importlib import import_module  # noqa: E402
from typing import TYPE_CHECKING, Any  # noqa: E402

from vizgd.base.version import __version__  # noqa: E402

if TYPE_CHECKING:
    from vizgd import manim as manim
    from vizgd import nn as nn
    from vizgd.base.errors import MissingDependency, RenderError, UsageError, VizgdError
    from vizgd.comparisons.comparison import Comparison, Run
    from vizgd.comparisons.comparison_file import read_comparison
    from vizgd.comparisons.run_file import load, save
    from vizgd.drawing.theme import Theme
    from vizgd.films.rendering import animate, render
    from vizgd.objectives.datasets.dataset import least_squares, logistic
    from vizgd.objectives.datasets.generation import noisy_line, two_classes
    from vizgd.objectives.datasets.samplers import FullBatch, Replay, ShuffledEpochs, WithReplacement
    from vizgd.objectives.lookup import objective_from
    from vizgd.objectives.objective import Objective
    from vizgd.optimizers.adam import Adam, AdamW, AMSGrad
    from vizgd.optimizers.adam_variants import Adamax, NAdam, RAdam
    from vizgd.optimizers.adaptive import Adadelta, AdaGrad, RMSprop
    from vizgd.optimizers.cycles import Cosine, LinearWarmup, OneCycle
    from vizgd.optimizers.descent import GradientDescent, Momentum, Nesterov
    from vizgd.optimizers.foreign.optax_transformations import Optax
    from vizgd.optimizers.foreign.scipy_methods import Scipy
    from vizgd.optimizers.foreign.torch_optimizers import Torch
    from vizgd.optimizers.interface import Optimizer
    from vizgd.optimizers.line_search import BFGS, LBFGS, NonlinearCG
    from vizgd.optimizers.lion import Lion
    from vizgd.optimizers.newton import Newton
    from vizgd.optimizers.schedules import Constant, Exponential, InverseTime, Polynomial, StepDecay
    from vizgd.recording.loop import record
    from vizgd.recording.many.sweeps import Sweep, sweep
    from vizgd.recording.trajectory import Status, Trajectory
    from vizgd.views.anatomy import Anatomy
    from vizgd.views.charts.activations import Activations
    from vizgd.views.charts.chart import Chart
    from vizgd.views.charts.convergence import Convergence
    from vizgd.views.charts.learning_rate import LearningRate
    from vizgd.views.charts.race import Race
    from vizgd.views.charts.stability import Stability
    from vizgd.views.charts.state import State
    from vizgd.views.contour import Contour
    from vizgd.views.curve import Curve
    from vizgd.views.data import Data
    from vizgd.views.decision import Decision
    from vizgd.views.formulas.equation import Equation
    from vizgd.views.maps.basins import Basins
    from vizgd.views.maps.sensitivity import Sensitivity
    from vizgd.views.plane import Plane
    from vizgd.views.surface import Surface

# Where each public name lives. A name is imported when it is first used, so that `import vizgd` and the
# command line start at once.
_HOMES = {
    "comparisons.comparison": "Comparison Run",
    "comparisons.comparison_file": "read_comparison",
    "base.errors": "MissingDependency RenderError UsageError VizgdError",
    "objectives.datasets.dataset": "least_squares logistic",
    "objectives.datasets.generation": "noisy_line two_classes",
    "objectives.lookup": "objective_from",
    "objectives.objective": "Objective",
    "objectives.datasets.samplers": "FullBatch Replay ShuffledEpochs WithReplacement",
    "optimizers.adam": "Adam AdamW AMSGrad",
    "optimizers.adam_variants": "Adamax NAdam RAdam",
    "optimizers.adaptive": "Adadelta AdaGrad RMSprop",
    "optimizers.cycles": "Cosine LinearWarmup OneCycle",
    "optimizers.descent": "GradientDescent Momentum Nesterov",
    "optimizers.interface": "Optimizer",
    "optimizers.line_search": "BFGS LBFGS NonlinearCG",
    "optimizers.lion": "Lion",
    "optimizers.newton": "Newton",
    "optimizers.schedules": "Constant Exponential InverseTime Polynomial StepDecay",
    "views.plane": "Plane",
    "recording.loop": "record",
    "optimizers.foreign.optax_transformations": "Optax",
    "optimizers.foreign.scipy_methods": "Scipy",
    "recording.many.sweeps": "Sweep sweep",
    "optimizers.foreign.torch_optimizers": "Torch",
    "films.rendering": "animate render",
    "comparisons.run_file": "load save",
    "drawing.theme": "Theme",
    "recording.trajectory": "Status Trajectory",
    "views.maps.basins": "Basins",
    "views.anatomy": "Anatomy",
    "views.charts.activations": "Activations",
    "views.charts.chart": "Chart",
    "views.contour": "Contour",
    "views.charts.convergence": "Convergence",
    "views.curve": "Curve",
    "views.data": "Data",
    "views.decision": "Decision",
    "views.formulas.equation": "Equation",
    "views.charts.learning_rate": "LearningRate",
    "views.charts.stability": "Stability",
    "views.charts.state": "State",
    "views.charts.race": "Race",
    "views.maps.sensitivity": "Sensitivity",
    "views.surface": "Surface",
}
_ROOMS = ("manim", "nn")
"""Rooms that are public themselves."""
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names.split()}

__all__ = [
    "BFGS",
    "LBFGS",
    "AMSGrad",
    "Activations",
    "AdaGrad",
    "Adadelta",
    "Adam",
    "AdamW",
    "Adamax",
    "Anatomy",
    "Basins",
    "Chart",
    "Comparison",
    "Constant",
    "Contour",
    "Convergence",
    "Cosine",
    "Curve",
    "Data",
    "Decision",
    "Equation",
    "Exponential",
    "FullBatch",
    "GradientDescent",
    "InverseTime",
    "LearningRate",
    "LinearWarmup",
    "Lion",
    "MissingDependency",
    "Momentum",
    "NAdam",
    "Nesterov",
    "Newton",
    "NonlinearCG",
    "Objective",
    "OneCycle",
    "Optax",
    "Optimizer",
    "Plane",
    "Polynomial",
    "RAdam",
    "RMSprop",
    "Race",
    "RenderError",
    "Replay",
    "Run",
    "Scipy",
    "Sensitivity",
    "ShuffledEpochs",
    "Stability",
    "State",
    "Status",
    "StepDecay",
    "Surface",
    "Sweep",
    "Theme",
    "Torch",
    "Trajectory",
    "UsageError",
    "VizgdError",
    "WithReplacement",
    "__version__",
    "animate",
    "least_squares",
    "load",
    "logistic",
    "manim",
    "nn",
    "noisy_line",
    "objective_from",
    "read_comparison",
    "record",
    "render",
    "save",
    "sweep",
    "two_classes",
]


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return import_module(f"{__name__}.{name}")
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
