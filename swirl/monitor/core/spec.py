"""Reading a SwirlMonitor's spec: the API's own models, and what no schema can say of them.

The API server and the operator have checked all this; an engine that is handed a spec some other
way must not run on one that it would misread.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from swirl.api.v1alpha1.swirlmonitor import SwirlMonitorSpec
from swirl.monitor.core.graph import Graph
from swirl.monitor.core.tuning import Tuning


class InvalidSpec(ValueError):
    """The spec cannot be run; the message names the field."""


def read_spec(body: Mapping[str, Any]) -> SwirlMonitorSpec:
    """Read a spec as it is on the wire; absent fields take their defaults.

    Raises:
        InvalidSpec: a field is missing, has the wrong type, or names something that is not there.
    """
    try:
        spec = SwirlMonitorSpec.model_validate(body)
    except ValidationError as error:
        raise InvalidSpec("; ".join(_problems(error))) from None
    _unique((node.name for node in spec.nodes), "nodes")
    _unique((metric.name for metric in spec.metrics), "metrics")
    names = {node.name for node in spec.nodes}
    for metric in spec.metrics:
        if metric.node not in names:
            raise InvalidSpec(f"metric {metric.name} is of node {metric.node}, which is not there")
    if (cycle := spec.cycle()) is not None:
        raise InvalidSpec(f"spec.nodes: {' after '.join(cycle)}: a pipeline has no cycle")
    try:
        Graph.of(spec.nodes)
        Tuning.of(spec.detection)
    except ValueError as error:
        raise InvalidSpec(f"spec: {error}") from error
    return spec


def _problems(error: ValidationError) -> Iterable[str]:
    for problem in error.errors(include_url=False):
        path = "".join(
            f"[{part}]" if isinstance(part, int) else f".{part}" for part in problem["loc"]
        )
        yield f"spec{path}: {problem['msg']}"


def _unique(names: Iterable[str], field: str) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise InvalidSpec(f"spec.{field} has {name!r} twice")
        seen.add(name)
