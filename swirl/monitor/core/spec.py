"""What a monitor is asked to watch, read from the JSON of a SwirlMonitor's spec.

Plain dataclasses rather than the API's pydantic models: the engine's core must import fast and run
in a notebook that has nothing but the standard library. The operator has validated the spec; what
is checked here is what the engine itself relies on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from swirl.monitor.core.graph import Graph

AGGREGATIONS = ("Rate", "Sum", "Mean", "Max")
SILENCE = ("Anomalous", "Ignored")
POSITIONS = ("Source", "Middle", "Leaf")


class InvalidSpec(ValueError):
    """The spec cannot be run; the message names the field."""


@dataclass(frozen=True, slots=True)
class Ref:
    """The resource behind a node; it lives in the monitor's namespace."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Node:
    """One stage of the pipeline; `after` are the stages whose output it reads."""

    name: str
    after: tuple[str, ...] = ()
    ref: Ref | None = None


@dataclass(frozen=True, slots=True)
class Selector:
    """Which points belong to a series: those of the metric that carry all these labels."""

    metric: str
    labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure of one node; with `divided_by` it is a ratio of two sums."""

    name: str
    node: str
    source: Selector
    unit: str = ""
    aggregation: str = "Rate"
    divided_by: Selector | None = None
    silence: str = "Anomalous"


@dataclass(frozen=True, slots=True)
class Detection:
    """How anomalies are found.

    Attributes:
        window_seconds: length of a tumbling window of event time.
        learn_windows: complete windows from which bands are first learned.
        persist_windows: windows in a row that a metric must be outside its band.
        lateness_seconds: how long after its end a window waits for points.
        exonerate_windows: healthy windows after a change that clear it.
        sensitivity: half width of a band in robust standard deviations.
        min_relative_width_percent: half width of a band, at least, in percent of what is normal.
        lookback_seconds: how far back bands are learned from and changes are looked for.
    """

    window_seconds: int = 5
    learn_windows: int = 12
    persist_windows: int = 2
    lateness_seconds: int = 5
    exonerate_windows: int = 6
    sensitivity: float = 6.0
    min_relative_width_percent: float = 30.0
    lookback_seconds: int = 900

    @property
    def window_ms(self) -> int:
        return self.window_seconds * 1000

    @property
    def history_ms(self) -> int:
        """How much healthy time an engine has to see to know all that it would remember."""
        return 2 * self.lookback_seconds * 1000

    @property
    def lookback_windows(self) -> int:
        return max(self.lookback_seconds // self.window_seconds, self.learn_windows)


@dataclass(frozen=True, slots=True)
class When:
    """What must hold for a rule to apply; None and empty mean "does not matter".

    Attributes:
        node: name of the culprit.
        node_kinds: kinds of the resource behind it; `None` stands for a node without one.
        position: Source (nothing upstream), Leaf (nothing downstream) or Middle.
        change: Present or Absent: whether a change of the node counts as the cause.
        what: what that change changed: Model, Code or Configuration.
        stopped: whether the node gives less, nothing or errors rather than different answers.
    """

    node: str | None = None
    node_kinds: tuple[str, ...] = ()
    position: str | None = None
    change: str | None = None
    what: str | None = None
    stopped: bool | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A named row of the verdict table."""

    name: str
    when: When
    verdict: str


@dataclass(frozen=True, slots=True)
class MonitorSpec:
    """The whole of what the engine needs to know."""

    nodes: tuple[Node, ...]
    metrics: tuple[Metric, ...]
    detection: Detection = field(default_factory=Detection)
    rules: tuple[Rule, ...] = ()

    def graph(self) -> Graph:
        """The nodes as a graph; checked when the spec was parsed."""
        return Graph({node.name: node.after for node in self.nodes})

    def node(self, name: str) -> Node:
        """The node of this name.

        Raises:
            KeyError: there is none.
        """
        for node in self.nodes:
            if node.name == name:
                return node
        raise KeyError(name)


def parse(body: Mapping[str, Any]) -> MonitorSpec:
    """Read a SwirlMonitor's spec as it is on the wire; absent fields take their defaults.

    Raises:
        InvalidSpec: a field is missing, has the wrong type, or names something that is not there.
    """
    nodes = tuple(_node(item, f"nodes[{i}]") for i, item in enumerate(_list(body, "nodes", "spec")))
    metrics = tuple(
        _metric(item, f"metrics[{i}]") for i, item in enumerate(_list(body, "metrics", "spec"))
    )
    rules = tuple(_rule(item, f"rules[{i}]") for i, item in enumerate(_list(body, "rules", "spec")))
    if not nodes:
        raise InvalidSpec("spec.nodes is empty: there is nothing to watch")
    if not metrics:
        raise InvalidSpec("spec.metrics is empty: there is nothing to measure")
    _unique((node.name for node in nodes), "nodes")
    _unique((metric.name for metric in metrics), "metrics")
    names = {node.name for node in nodes}
    for metric in metrics:
        if metric.node not in names:
            raise InvalidSpec(f"metric {metric.name} is of node {metric.node}, which is not there")
    spec = MonitorSpec(nodes, metrics, _detection(_object(body, "detection", "spec")), rules)
    try:
        spec.graph()
    except ValueError as error:
        raise InvalidSpec(f"spec.nodes: {error}") from error
    return spec


def _node(item: Any, where: str) -> Node:
    after = tuple(_list(item, "after", where))
    ref = _object(item, "ref", where)
    return Node(
        name=_text(item, "name", where),
        after=after,
        ref=Ref(_text(ref, "kind", f"{where}.ref"), _text(ref, "name", f"{where}.ref"))
        if ref
        else None,
    )


def _selector(item: Mapping[str, Any], where: str) -> Selector:
    labels = _object(item, "labels", where)
    return Selector(
        _text(item, "metric", where),
        tuple(sorted((key, str(value)) for key, value in labels.items())),
    )


def _metric(item: Any, where: str) -> Metric:
    divided_by = _object(item, "dividedBy", where)
    return Metric(
        name=_text(item, "name", where),
        node=_text(item, "node", where),
        source=_selector(_object(item, "source", where), f"{where}.source"),
        unit=_text(item, "unit", where, ""),
        aggregation=_one_of(item, "aggregation", AGGREGATIONS, where),
        divided_by=_selector(divided_by, f"{where}.dividedBy") if divided_by else None,
        silence=_one_of(item, "silence", SILENCE, where),
    )


def _rule(item: Any, where: str) -> Rule:
    when = _object(item, "when", where)
    kind = _text(when, "nodeKind", where, "")
    return Rule(
        name=_text(item, "name", where),
        when=When(
            node=_text(when, "node", where, "") or None,
            node_kinds=(kind,) if kind else (),
            position=_one_of(when, "position", POSITIONS, where)
            if when.get("position") is not None
            else None,
            change=_one_of(when, "change", ("Present", "Absent"), where)
            if when.get("change") is not None
            else None,
            what=_text(when, "what", where, "") or None,
        ),
        verdict=_text(item, "verdict", where),
    )


def _detection(item: Mapping[str, Any]) -> Detection:
    default = Detection()

    def number(key: str, fallback: float, least: float) -> float:
        value = item.get(key)
        try:
            parsed = fallback if value is None else float(value)
        except (TypeError, ValueError) as error:
            raise InvalidSpec(f"detection.{key} is not a number: {value!r}") from error
        if not least <= parsed < float("inf"):
            raise InvalidSpec(f"detection.{key} must be at least {least:g}, not {parsed:g}")
        return parsed

    return Detection(
        window_seconds=int(number("windowSeconds", default.window_seconds, 1)),
        learn_windows=int(number("learnWindows", default.learn_windows, 3)),
        persist_windows=int(number("persistWindows", default.persist_windows, 1)),
        lateness_seconds=int(number("latenessSeconds", default.lateness_seconds, 0)),
        exonerate_windows=int(number("exonerateWindows", default.exonerate_windows, 1)),
        sensitivity=number("sensitivity", default.sensitivity, 0.1),
        min_relative_width_percent=number(
            "minRelativeWidthPercent", default.min_relative_width_percent, 0
        ),
        lookback_seconds=int(number("lookbackSeconds", default.lookback_seconds, 1)),
    )


def _list(item: Any, key: str, where: str) -> list[Any]:
    value = item.get(key) if isinstance(item, Mapping) else None
    if value is None:
        return []
    if not isinstance(value, list):
        raise InvalidSpec(f"{where}.{key} must be a list")
    return value


def _object(item: Any, key: str, where: str) -> Mapping[str, Any]:
    value = item.get(key) if isinstance(item, Mapping) else None
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise InvalidSpec(f"{where}.{key} must be an object")
    return value


def _text(item: Any, key: str, where: str, default: str | None = None) -> str:
    value = item.get(key) if isinstance(item, Mapping) else None
    if value is None and default is not None:
        return default
    if not isinstance(value, str) or (not value and default is None):
        raise InvalidSpec(f"{where}.{key} must be a non-empty string")
    return value


def _one_of(item: Any, key: str, allowed: tuple[str, ...], where: str) -> str:
    value = _text(item, key, where, allowed[0])
    if value not in allowed:
        raise InvalidSpec(f"{where}.{key} must be one of {', '.join(allowed)}, not {value!r}")
    return value


def _unique(names: Any, what: str) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise InvalidSpec(f"spec.{what} has {name!r} twice")
        seen.add(name)
