"""``vizgd new``: a comparison file that teaches by its comments and renders as it is."""

from __future__ import annotations

from pathlib import Path

from vizgd.base.atomic_writes import replacing, write_errors
from vizgd.base.errors import UsageError
from vizgd.cli.reporting import print_path, say

TEMPLATE = """\
# A comparison: an objective, runs on it, and views of them. Render it with
#     vizgd render {name}

title = "Momentum and Adam in a ravine"

# What is minimized: an expression in x, or in x and y; or a name from `vizgd list objectives`.
objective = "x**2 + 10*y**2"

# The part that is drawn: one [low, high] for each variable.
domain = [[-6, 6], [-4, 4]]

# Where every run starts (a run may have a start of its own), and how many steps it takes.
start = [-5, 3]
steps = 60

# What is shown: names, or tables with settings. `vizgd list views` shows them all.
views = [
  "contour",
  # {{ view = "surface", orbit = true }},
  {{ view = "convergence", scale = "log" }},
]

# How long the film lasts; by default what suits the number of steps.
# seconds = 10

# One table for each run: the optimizer (`vizgd list optimizers`), then its hyper-parameters.
[[runs]]
optimizer = "gradient-descent"
learning_rate = 0.09

[[runs]]
optimizer = "momentum"
learning_rate = 0.03
beta = 0.8

[[runs]]
optimizer = "adam"
# A learning rate may be a schedule (`vizgd list schedules`).
learning_rate = {{ schedule = "cosine", learning_rate = 0.6, steps = 60 }}
# label = "Adam, cosine"
"""


def write_template(path: Path, *, force: bool) -> None:
    """Write the template and print its path; say on standard error what to type next.

    Raises
    ------
    UsageError
        When the name does not end in ``.toml``, or is taken and not to be replaced.
    RenderError
        When the file cannot be written.
    """
    if path.suffix != ".toml":
        raise UsageError(f"{str(path)!r} is no TOML file", hint=f"name it {path.name}.toml")
    with write_errors(path):
        taken = path.exists()
    if taken and not force:
        raise UsageError(f"{str(path)!r} is there already", hint="choose another name, or add --force")
    with replacing(path) as temporary, write_errors(path):
        temporary.write_text(TEMPLATE.format(name=path), encoding="utf-8")
    print_path(path)
    say(f"now type: vizgd render {path}")
