"""The objective of a comparison file: an expression, a name, code, or a table for a loss over data."""

from __future__ import annotations

import re
from typing import Any, cast

import msgspec

from vizgd.base.errors import UsageError, unknown
from vizgd.base.object_references import is_object_reference
from vizgd.comparisons.external_names import ExternalNames
from vizgd.comparisons.toml_tables import converted, located
from vizgd.objectives.datasets.data_files import MOST_EXAMPLES, is_data_file


class _DataLossTable(msgspec.Struct):
    data: str | None = None
    loss: str | None = None
    generate: int = 100
    w: float = 2.0
    b: float = 3.0
    noise: float = 0.5
    seed: int = 0


class _NetworkLossTable(msgspec.Struct):
    network: list[int]
    data: str
    loss: str | None = None
    activation: str = "tanh"
    batch_norm: bool = False
    generate: int = 200
    noise: float | None = None
    seed: int = 0


def read_objective(value: str | dict[str, Any], names: ExternalNames, where: str = "$.objective") -> Any:
    """Return the objective that a text or a table of a comparison file stands for.

    Raises
    ------
    UsageError
        For what cannot be read, with its place.
    """
    from vizgd.nn.examples import GENERATORS
    from vizgd.objectives.datasets.dataset import DATASETS, least_squares, logistic
    from vizgd.objectives.lookup import objective_from

    if isinstance(value, str):
        thing = names.object if is_object_reference(value) else str
        return located(lambda: objective_from(thing(value)), where)
    if "network" in value:
        return _network(converted(value, _NetworkLossTable, where), where)
    table: _DataLossTable = converted(value, _DataLossTable, where)
    losses = {"least-squares": least_squares, "logistic": logistic}
    if table.loss is not None and table.loss not in losses:
        raise unknown("loss", table.loss, losses).at(f"{where}.loss")
    _check_generation(table, where)
    if table.data is None:
        return located(lambda: losses[table.loss or "least-squares"](*_generated(table)), where)
    given = {"generate", "w", "b", "noise", "seed"} & value.keys()
    if given:
        raise UsageError(f"{', '.join(sorted(given))} and data", where, "data are either named or generated")
    examples = located(lambda: names.examples(str(table.data)), f"{where}.data")
    if examples is not None:
        make = losses[table.loss or "least-squares"]
        return located(lambda: make(*examples, name=re.split(r"[/\\:]", str(table.data))[-1]), where)
    if table.data in GENERATORS and table.data not in DATASETS:
        raise UsageError(
            f"the data {table.data!r} are for a network",
            f"{where}.data",
            f"a line or a logistic regression is fitted to {', '.join(DATASETS)}, or to a file",
            "say which network: network = [8, 8]",
        )
    objective = located(lambda: DATASETS[str(table.data)], f"{where}.data")
    if table.loss is None:
        return objective
    samples = objective.samples
    assert samples is not None
    make = losses[table.loss]
    return located(lambda: make(samples.inputs, samples.targets, name=table.data), where)


def _check_generation(table: _DataLossTable | _NetworkLossTable, where: str) -> None:
    if table.seed < 0:
        raise UsageError(f"seed is {table.seed}", f"{where}.seed", "expected a whole number not below 0")
    if table.generate > MOST_EXAMPLES:
        raise UsageError(
            f"generate is {table.generate}",
            f"{where}.generate",
            f"expected at most {MOST_EXAMPLES:,} examples",
        )


def _network(table: _NetworkLossTable, where: str) -> Any:
    """Return the loss of a network over examples that are generated."""
    import numpy as np

    from vizgd.nn.examples import GENERATORS
    from vizgd.nn.losses import network_loss
    from vizgd.nn.network import Network

    if is_data_file(table.data) or is_object_reference(table.data):
        raise UsageError(
            f"the data of a network are {table.data!r}",
            f"{where}.data",
            f"a network is trained on data that are generated: {', '.join(GENERATORS)}",
            "in Python, vizgd.nn.network_loss takes arrays",
        )
    if table.data not in GENERATORS:
        raise unknown("data set", table.data, GENERATORS).at(f"{where}.data")
    _check_generation(table, where)
    loss = table.loss or ("squared" if table.data == "sine" else "logistic")
    noise = {} if table.noise is None else {"noise": table.noise}

    def made() -> Any:
        rng = np.random.default_rng(table.seed)
        inputs, targets = GENERATORS[table.data](rng, table.generate, **noise)
        outputs = 2 if loss == "cross-entropy" else 1
        sizes = (2 if inputs.ndim == 2 else 1, *table.network, outputs)
        network = Network(sizes, cast("Any", table.activation), table.batch_norm)
        return network_loss(network, inputs, targets, cast("Any", loss), seed=table.seed, name=table.data)

    return located(made, where)


def _generated(table: _DataLossTable) -> tuple[Any, Any]:
    """Return inputs and targets drawn from the model that a table describes."""
    import numpy as np

    from vizgd.objectives.datasets.generation import noisy_line, two_classes

    rng = np.random.default_rng(table.seed)
    if table.loss == "logistic":
        return two_classes(rng, table.generate, w=table.w, b=table.b)
    return noisy_line(rng, table.generate, w=table.w, b=table.b, noise=table.noise)
