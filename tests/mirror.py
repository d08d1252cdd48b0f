"""Which test holds a module that has no test of its own name at its own place.

Tests mirror the package: that of ``vizgd/drawing/ticks.py`` is ``tests/drawing/test_ticks.py``, and that of a
folder's ``__init__.py`` is a test of the folder's name beside it. The other modules stand here, without
``vizgd/``, ``tests/`` and ``.py``; `tests/test_rooms.py` says when a line is missing or stale.
"""

from __future__ import annotations

HELD_BY = {
    "__init__": "test_public_surface",
    "__main__": "base/test_search_path",
    "base/rooms": "test_rooms",
    "cli/films": "cli/test_render_command",
    "comparisons/comparison_table": "comparisons/test_comparison_file",
    "comparisons/objective_facts": "comparisons/test_run_file",
    "comparisons/objective_table": "comparisons/test_comparison_file",
    "comparisons/external_names": "base/test_object_references",
    "comparisons/toml_tables": "comparisons/test_comparison_file",
    "encoding/apng": "encoding/test_variable_rate",
    "encoding/webp": "encoding/test_variable_rate",
    "films/lecture": "cli/test_scenes_command",
    "films/request": "films/test_cache",
    "manim/__init__": "manim/test_scenes",
    "manim/position": "manim/test_descent",
    "objectives/callables/autograd_functions": "objectives/callables/test_conversion",
    "objectives/callables/jax_functions": "objectives/callables/test_conversion",
    "optimizers/adam": "optimizers/test_references",
    "optimizers/adam_variants": "optimizers/test_references",
    "optimizers/adaptive": "optimizers/test_references",
    "optimizers/cycles": "optimizers/test_schedules",
    "optimizers/descent": "optimizers/test_references",
    "optimizers/foreign/steps": "optimizers/foreign/test_step_functions",
    "optimizers/interface": "optimizers/test_rules",
    "optimizers/lion": "optimizers/test_references",
    "optimizers/task": "recording/test_ensembles",
    "recording/arrays": "comparisons/test_run_file",
    "recording/builder": "recording/test_keeping",
    "recording/columns": "recording/test_keeping",
    "recording/pieces": "recording/test_keeping",
    "recording/recorded": "comparisons/test_run_file",
    "recording/side_by_side": "recording/test_keeping",
    "renderers/__init__": "renderers/test_manim_import",
    "renderers/manim/__init__": "renderers/test_manim_import",
    "renderers/manim/compositor": "renderers/test_compositor",
    "renderers/manim/intro": "renderers/manim/test_renderer",
    "renderers/manim/mobject_painter": "renderers/manim/test_renderer",
    "renderers/manim/painter": "renderers/test_painter",
    "renderers/manim/raster": "renderers/manim/test_storyboard_mobject",
    "renderers/manim/scene_renderer": "cli/test_scenes_command",
    "renderers/matplotlib/compositor": "renderers/test_compositor",
    "renderers/matplotlib/painter": "renderers/test_painter",
    "views/charts/bars": "views/charts/test_state",
    "views/charts/state_groups": "views/charts/test_state",
    "views/__init__": "testing/test_views",
    "views/moments": "views/test_decision",
    "views/relief": "views/test_surface",
    "views/view": "views/test_legal_comparisons",
}
