"""Building blocks for your own Manim scenes: mobjects, animations and whole scenes.

A name is imported when it is first used. Without Manim that fails, and the message says how to install it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from vizgd.base.errors import MissingDependency
from vizgd.renderers.manim_import import install_hint

if TYPE_CHECKING:
    from vizgd.manim.annotations import (
        GradientArrow,
        StepArrow,
        Tangent,
        TermArrow,
        VelocityArrow,
    )
    from vizgd.manim.chart import Chart
    from vizgd.manim.descent import Descend, Descent
    from vizgd.manim.descent3d import Descent3D
    from vizgd.manim.landscape import Landscape
    from vizgd.manim.landscape3d import Landscape3D
    from vizgd.manim.loss_plot import LossPlot
    from vizgd.manim.marker import Marker
    from vizgd.manim.mesh import Mesh
    from vizgd.manim.readout import Readout, UpdateRule
    from vizgd.manim.roles import role_color
    from vizgd.manim.scenes import DescentScene, DescentScene3D
    from vizgd.manim.text import Formula, PlainText

_MODULES = {
    "chart": "Chart",
    "descent": "Descend Descent",
    "descent3d": "Descent3D",
    "annotations": "GradientArrow StepArrow Tangent TermArrow VelocityArrow",
    "landscape": "Landscape",
    "landscape3d": "Landscape3D",
    "loss_plot": "LossPlot",
    "marker": "Marker",
    "mesh": "Mesh",
    "readout": "Readout UpdateRule",
    "roles": "role_color",
    "scenes": "DescentScene DescentScene3D",
    "text": "Formula PlainText",
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names.split()}

__all__ = [
    "Chart",
    "Descend",
    "Descent",
    "Descent3D",
    "DescentScene",
    "DescentScene3D",
    "Formula",
    "GradientArrow",
    "Landscape",
    "Landscape3D",
    "LossPlot",
    "Marker",
    "Mesh",
    "PlainText",
    "Readout",
    "StepArrow",
    "Tangent",
    "TermArrow",
    "UpdateRule",
    "VelocityArrow",
    "role_color",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        module = import_module(f"{__name__}.{_MODULE_OF[name]}")
    except ImportError as error:
        raise MissingDependency(
            f"{name} needs Manim, which is not installed", why=str(error), hint=install_hint()
        ) from None
    globals()[name] = getattr(module, name)
    return globals()[name]


def __dir__() -> list[str]:
    return sorted(__all__)
