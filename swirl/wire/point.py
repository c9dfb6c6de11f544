"""The metric record format, version 1: one JSON object that carries many points.

`{"v":1,"source":"ads/ModelServer/sentiment",
"points":[{"n":"predictions","t":1700000000000,"v":12.0,"l":{"label":"positive"}}]}`

`v` of a point is a delta for counters and a reading for gauges. Readers ignore fields they do not
know, so that a newer writer may add some; a change of meaning raises the record's `v`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

FORMAT_VERSION = 1


class MalformedRecord(ValueError):
    """A Kafka record that is not a metric record; the message says which field is wrong."""


@dataclass(frozen=True, slots=True)
class Point:
    """One observation.

    Attributes:
        name: metric name, for example `records_rejected`.
        time: when it was observed, milliseconds since the Unix epoch.
        value: a finite number; a delta for counters, a reading for gauges.
        labels: what the observation belongs to; both keys and values are strings.
    """

    name: str
    time: int
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Record:
    """One Kafka record: points of one source, written `<namespace>/<kind>/<name>`."""

    source: str
    points: tuple[Point, ...]


def encode(source: str, points: Iterable[Point]) -> bytes:
    """Return the record's bytes.

    Raises:
        ValueError: a point's value is not finite (JSON has no NaN or infinity).
    """
    body = {
        "v": FORMAT_VERSION,
        "source": source,
        "points": [_point_to_json(point) for point in points],
    }
    return json.dumps(body, separators=(",", ":")).encode()


def decode(data: bytes | str) -> Record:
    """Read one record.

    Raises:
        MalformedRecord: the data is not JSON, not version 1, or a field has the wrong type.
    """
    try:
        body = json.loads(data, parse_constant=_refuse_constant)
    except MalformedRecord:
        raise
    except (ValueError, RecursionError) as error:
        raise MalformedRecord(f"metric record is not JSON: {error}") from error
    if not isinstance(body, dict):
        raise MalformedRecord(f"metric record must be a JSON object, got {_kind(body)}")
    version = body.get("v")
    if version != FORMAT_VERSION or isinstance(version, bool):
        raise MalformedRecord(
            f"metric record has version v={version!r}, this reader knows {FORMAT_VERSION}"
        )
    source = body.get("source")
    if not isinstance(source, str) or not source:
        raise MalformedRecord(f"source must be a non-empty string, got {_kind(source)}")
    points = body.get("points")
    if not isinstance(points, list):
        raise MalformedRecord(f"points must be a list, got {_kind(points)}")
    return Record(source, tuple(_point_from_json(i, item) for i, item in enumerate(points)))


def _point_to_json(point: Point) -> dict[str, Any]:
    if not math.isfinite(point.value):
        raise ValueError(f"value of metric {point.name!r} must be finite, got {point.value}")
    body: dict[str, Any] = {"n": point.name, "t": point.time, "v": point.value}
    if point.labels:
        body["l"] = dict(point.labels)
    return body


def _point_from_json(index: int, item: Any) -> Point:
    where = f"points[{index}]"
    if not isinstance(item, dict):
        raise MalformedRecord(f"{where} must be an object, got {_kind(item)}")
    name, time, value, labels = item.get("n"), item.get("t"), item.get("v"), item.get("l")
    if not isinstance(name, str) or not name:
        raise MalformedRecord(f"{where}.n must be a non-empty string, got {_kind(name)}")
    if not isinstance(time, int) or isinstance(time, bool):
        raise MalformedRecord(f"{where}.t must be epoch milliseconds, got {_kind(time)}")
    return Point(name, time, _finite(where, value), _labels(where, labels))


def _finite(where: str, value: Any) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise MalformedRecord(f"{where}.v must be a number, got {_kind(value)}")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise MalformedRecord(f"{where}.v is out of range")
    return number


def _labels(where: str, labels: Any) -> dict[str, str]:
    if labels is None:
        return {}
    if not isinstance(labels, dict):
        raise MalformedRecord(f"{where}.l must be an object, got {_kind(labels)}")
    for key, value in labels.items():
        if not isinstance(value, str):
            raise MalformedRecord(f"{where}.l[{key!r}] must be a string, got {_kind(value)}")
    return labels


def _refuse_constant(name: str) -> NoReturn:
    raise MalformedRecord(f"metric record holds {name}, which is not JSON")


def _kind(value: Any) -> str:
    """The JSON name of a value's type, for messages."""
    names = {dict: "object", list: "list", str: "string", bool: "boolean", type(None): "nothing"}
    return names.get(type(value), "number")
