"""The tables in which optimizers and schedules are found by name."""

from __future__ import annotations

from typing import Any

from vizgd.base.registry import Entry, Registry, lazily


def optimizers() -> dict[str, Entry[Any]]:
    """Return one row an optimizer: its class, a line on what it does, other names it goes by."""
    rows: list[tuple[str, str, str, tuple[str, ...]]] = [
        ("gradient-descent", "descent:GradientDescent", "steps against the gradient", ("gd", "sgd")),
        ("momentum", "descent:Momentum", "moves by a velocity to which gradients add up", ("heavy-ball",)),
        ("nesterov", "descent:Nesterov", "momentum that looks ahead", ("nag",)),
        ("adagrad", "adaptive:AdaGrad", "divides by the root of all squared gradients so far", ()),
        ("rmsprop", "adaptive:RMSprop", "divides by a running root mean square of the gradient", ()),
        ("adadelta", "adaptive:Adadelta", "RMSprop with past steps as its learning rate", ()),
        ("adam", "adam:Adam", "a mean of the gradient divided by its root mean square", ()),
        ("amsgrad", "adam:AMSGrad", "Adam whose effective rate never grows", ()),
        ("adamw", "adam:AdamW", "Adam that also shrinks the params", ()),
        ("adamax", "adam_variants:Adamax", "Adam that divides by a fading maximum", ()),
        ("nadam", "adam_variants:NAdam", "Adam that looks ahead", ()),
        ("radam", "adam_variants:RAdam", "Adam that starts as momentum until its divisor can be trusted", ()),
        ("lion", "lion:Lion", "steps of one length by the sign of a mean gradient", ()),
        ("newton", "newton:Newton", "jumps to where the parabola that fits has no slope, a saddle too", ()),
        ("bfgs", "line_search:BFGS", "learns the curvature from the gradient's changes", ()),
        ("l-bfgs", "line_search:LBFGS", "BFGS that remembers a few steps", ("lbfgs", "l-bfgs-b")),
        ("nonlinear-cg", "line_search:NonlinearCG", "directions that do not undo each other", ("cg",)),
    ]
    return {name: row(target, summary, aliases) for name, target, summary, aliases in rows}


def schedules() -> dict[str, Entry[Any]]:
    """Return one row a schedule: its class and a line on how the rate goes."""
    rows: list[tuple[str, str, str, tuple[str, ...]]] = [
        ("constant", "schedules:Constant", "the same rate in every step", ()),
        ("step-decay", "schedules:StepDecay", "lower by a factor every so many steps", ("step",)),
        ("exponential", "schedules:Exponential", "lower by a factor every step", ()),
        ("inverse-time", "schedules:InverseTime", "falls like one over the count of steps", ()),
        (
            "polynomial",
            "schedules:Polynomial",
            "falls to its minimum along a power of what is left",
            ("linear",),
        ),
        ("cosine", "cycles:Cosine", "falls along half a cosine wave, once or again and again", ()),
        ("linear-warmup", "cycles:LinearWarmup", "rises to another rate, which then takes over", ("warmup",)),
        ("one-cycle", "cycles:OneCycle", "rises to its peak and falls far below its start", ()),
    ]
    return {name: row(target, summary, aliases) for name, target, summary, aliases in rows}


def row(target: str, summary: str, aliases: tuple[str, ...]) -> Entry[Any]:
    """Return the entry for ``"module:attribute"`` in this package, imported when it is asked for."""
    return Entry(lazily(f"vizgd.optimizers.{target}"), summary, aliases)


OPTIMIZERS: Registry[Any] = Registry("optimizer", "vizgd.optimizers", optimizers)
SCHEDULES: Registry[Any] = Registry("schedule", "vizgd.schedules", schedules)
