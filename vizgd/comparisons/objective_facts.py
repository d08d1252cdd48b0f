"""What a run file stores of an objective: facts about it and, for a loss over data, its examples.

A Python function cannot be stored: such an objective is read back without a landscape.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from vizgd.base.archives import Archive
from vizgd.base.errors import UsageError, VizgdError
from vizgd.base.hashing import Unknown, fingerprint
from vizgd.nn.losses import NetworkLoss, network_loss
from vizgd.nn.network import Network
from vizgd.objectives.datasets.dataset import least_squares, logistic
from vizgd.objectives.objective import Objective
from vizgd.objectives.path_objective import objective_of_paths

MOST_NAMED = 100
"""The names of more parameters are not stored."""


class NetworkFacts(msgspec.Struct, forbid_unknown_fields=True):
    """The architecture of a network."""

    sizes: list[int]
    activation: Literal["tanh", "relu"]
    batch_norm: bool
    epsilon: float


class LossFacts(msgspec.Struct, forbid_unknown_fields=True):
    """The kind of a loss over data, and its network where it has one."""

    kind: Literal["least-squares", "logistic", "squared", "cross-entropy"]
    network: NetworkFacts | None


class Facts(msgspec.Struct, forbid_unknown_fields=True):
    """The fields of an `Objective` that are text or single numbers; the others are arrays."""

    name: str
    title: str
    description: str
    source: str
    variables: list[str]
    minimum: float | None
    loss: LossFacts | None


def facts_of(objective: Objective) -> tuple[Facts, dict[str, NDArray[Any]]]:
    """Return the facts of an objective, and its arrays by name."""
    loss = next(iter(_losses(objective)), None)
    facts = Facts(
        name=objective.name,
        title=objective.title or objective.formula,
        description=objective.description,
        source=objective.source,
        variables=list(objective.variables[: min(objective.dimension, MOST_NAMED)]),
        minimum=None if objective.minimum is None else float(objective.minimum),
        loss=loss,
    )
    arrays = {
        "domain": np.array(objective.domain, dtype=float),
        "minimizers": np.array(objective.minimizers, dtype=float).reshape(-1, objective.dimension),
        "start": np.array([] if objective.start is None else objective.start, dtype=float),
    }
    if loss is not None and objective.samples is not None:
        arrays |= {"inputs": objective.samples.inputs, "targets": objective.samples.targets}
    return facts, arrays


def fact_array_names(facts: Facts) -> list[str]:
    """Return the names of the arrays that belong to facts."""
    return ["domain", "minimizers", "start", *(["inputs", "targets"] if facts.loss is not None else [])]


def objective_from_facts(facts: Facts, prefix: str, archive: Archive) -> Objective:
    """Return the objective that facts describe, with arrays whose names begin with a prefix.

    Raises
    ------
    UsageError
        When they do not fit each other.
    """
    for name in fact_array_names(facts):
        if archive.headers[prefix + name].dtype != np.float64:
            raise UsageError(f"the array {prefix}{name} holds no float64")
    domain, minimizers, start = (archive.array(prefix + name) for name in ("domain", "minimizers", "start"))
    dimension = len(domain) if domain.ndim == 2 else 0
    if (
        domain.shape != (dimension, 2)
        or minimizers.shape != (*minimizers.shape[:1], dimension)
        or start.shape not in {(0,), (dimension,)}
        or len(facts.variables) != min(dimension, MOST_NAMED)
    ):
        raise UsageError(f"the facts and arrays of the objective {facts.name!r:.40} do not fit each other")
    begin = tuple(start.tolist()) if start.size else None
    if facts.loss is not None:
        data = archive.array(prefix + "inputs"), archive.array(prefix + "targets")
        made = replace(_loss(facts.loss, facts.name)(*data), start=begin)
        if made.dimension != dimension:
            raise UsageError(f"the loss {facts.name!r:.40} has {made.dimension} parameters, not {dimension}")
        return made
    return objective_of_paths(
        facts.name,
        domain,
        minimizers=tuple(map(tuple, minimizers.tolist())),
        minimum=facts.minimum,
        start=begin,
        title=facts.title,
        description=facts.description,
        source=facts.source,
        variables=tuple(facts.variables),
    )


def _losses(objective: Objective) -> Iterator[LossFacts]:
    """Yield the kinds of loss over its examples that equal the objective exactly."""
    samples = objective.samples
    if samples is None:
        return
    candidates = [LossFacts("least-squares", None), LossFacts("logistic", None)]
    loss: Any = getattr(objective.value, "__self__", None)
    if isinstance(loss, NetworkLoss):
        net = loss.network
        facts = NetworkFacts(list(net.sizes), net.activation, bool(net.batch_norm), float(net.epsilon))
        candidates = [LossFacts(kind, facts) for kind in ("squared", "logistic", "cross-entropy")]
    for candidate in candidates:
        try:
            made = _loss(candidate, objective.name)(samples.inputs, samples.targets)
            if fingerprint(replace(made, start=objective.start)) == fingerprint(objective):
                yield candidate
        except (VizgdError, Unknown, RecursionError):
            continue


def _loss(facts: LossFacts, name: str) -> Callable[[Any, Any], Objective]:
    if facts.network is None:
        known = {"least-squares": least_squares, "logistic": logistic}
        if facts.kind not in known:
            raise UsageError(f"the loss {facts.kind!r} wants a network")
        return lambda inputs, targets: known[facts.kind](inputs, targets, name=name)
    net = facts.network
    network = Network(tuple(net.sizes), net.activation, net.batch_norm, net.epsilon)
    kind: Any = facts.kind
    return lambda inputs, targets: network_loss(network, inputs, targets, kind, name=name)
