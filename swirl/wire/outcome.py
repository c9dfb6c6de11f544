"""How a driver ended: the JSON it leaves in the container's termination message.

A driver tells the operator three things and is never asked: how far it is, in an annotation on its
own Pod (`progress.py`); this message, when it ends; and an exit code, which says whether another
attempt is of use (`DriverExit` in `exits.py`). Its reasons are those of `reasons.py`.

The reader is lenient, because the text comes from an image of the user's, and strict in what it
lets through: a status with one field that the API server refuses could never be written.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeGuard

LIMIT_BYTES = 4096
"""What Kubernetes keeps of a termination message."""

RESULT_BYTES = 1024
"""Largest result, as JSON, that travels in the termination message."""

MOST_MODELS = 32
MOST_METRICS = 64
LONGEST_NAME = 63
LONGEST_METRIC = 64
LONGEST_URI = 1024
LONGEST_DIGEST = 80

_MESSAGE_BYTES = 1024
_SHORT_MESSAGE_BYTES = 256
_LONGEST_INTEGER = 18
_MEMBERS = frozenset({"outcome", "reason", "message", "models", "metrics", "result", "resultURI"})


@dataclass(frozen=True, slots=True)
class ModelRef:
    """A model that a run has published; `digest` is that of its manifest."""

    name: str
    uri: str
    digest: str

    def to_dict(self) -> dict[str, str]:
        """Return the JSON object."""
        return {"name": self.name, "uri": self.uri, "digest": self.digest}


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of an attempt.

    Attributes:
        outcome: whether the function succeeded.
        reason: one CamelCase word; empty if the driver gave none.
        message: one sentence for people.
        models: what was published.
        metrics: the run's metrics, numbers as strings.
        result: the function's result as JSON text, if it is small.
        result_uri: where the result is, if it is not.
    """

    outcome: Literal["Succeeded", "Failed"]
    reason: str
    message: str
    models: Sequence[ModelRef] = ()
    metrics: Mapping[str, str] = field(default_factory=dict)
    result: str | None = None
    result_uri: str | None = None

    def to_bytes(self) -> bytes:
        """Return the termination message, at most `LIMIT_BYTES`.

        What does not fit is left out, least needed first: the end of a long message, metrics from
        the last, the result, models from the last. The message then says that something is gone.
        """
        fitting = replace(self, message=_cut(self.message, _MESSAGE_BYTES))
        if len(data := fitting._encode()) <= LIMIT_BYTES:
            return data
        note = " (shortened: not all metrics, models and results are listed)"
        fitting = replace(fitting, message=_cut(self.message, _SHORT_MESSAGE_BYTES) + note)
        while len(data := fitting._encode()) > LIMIT_BYTES:
            if fitting.metrics:
                kept = dict(list(fitting.metrics.items())[:-1])
                fitting = replace(fitting, metrics=kept)
            elif fitting.result is not None:
                fitting = replace(fitting, result=None)
            elif fitting.models:
                fitting = replace(fitting, models=fitting.models[:-1])
            else:
                fitting = replace(fitting, result_uri=None, reason=_cut(fitting.reason, 64))
        return data

    @classmethod
    def read(cls, text: object) -> Outcome | None:
        """Read a termination message; None if it is not one of a driver's.

        Of a driver that was killed it is the end of its log, which may be an object of JSON too.
        What does not fit the bounds above is left out. Numbers that JSON does not have, or that
        nobody could read back, become text.
        """
        if not isinstance(text, str | bytes):
            return None
        try:
            body = json.loads(text, parse_constant=str, parse_float=_float, parse_int=_int)
        except (ValueError, RecursionError):
            return None
        if not isinstance(body, dict) or not body or not _MEMBERS.issuperset(body):
            return None
        result, uri = body.get("result"), body.get("resultURI")
        return cls(
            outcome="Succeeded" if body.get("outcome") == "Succeeded" else "Failed",
            reason=str(body.get("reason") or ""),
            message=str(body.get("message") or ""),
            models=_models(body.get("models")),
            metrics=_metrics(body.get("metrics")),
            result=None if result is None else json.dumps(result, ensure_ascii=False),
            result_uri=uri if _is_text(uri, LONGEST_URI) else None,
        )

    def _encode(self) -> bytes:
        body: dict[str, Any] = {
            "outcome": self.outcome,
            "reason": self.reason,
            "message": self.message,
            "models": [model.to_dict() for model in self.models],
            "metrics": dict(self.metrics),
        }
        if self.result is not None:
            body["result"] = json.loads(self.result)
        if self.result_uri is not None:
            body["resultURI"] = self.result_uri
        text = json.dumps(body, separators=(",", ":"), ensure_ascii=False)
        return text.encode(errors="replace")


def _models(items: Any) -> tuple[ModelRef, ...]:
    """By name, which the API server wants to be unique: the one published last counts."""
    found: dict[str, ModelRef] = {}
    for item in items if isinstance(items, list) else ():
        if not isinstance(item, dict):
            continue
        name, uri, digest = item.get("name"), item.get("uri"), item.get("digest")
        if (
            _is_text(name, LONGEST_NAME)
            and _is_text(uri, LONGEST_URI)
            and _is_text(digest, LONGEST_DIGEST)
        ):
            found[name] = ModelRef(name, uri, digest)
    return tuple(found.values())[:MOST_MODELS]


def _metrics(items: Any) -> dict[str, str]:
    if not isinstance(items, dict):
        return {}
    plain = {
        name: str(value)[:LONGEST_METRIC]
        for name, value in items.items()
        if isinstance(value, str | int | float)
    }
    return dict(list(plain.items())[:MOST_METRICS])


def _is_text(value: Any, longest: int) -> TypeGuard[str]:
    return isinstance(value, str) and len(value) <= longest


def _float(text: str) -> float | str:
    value = float(text)
    return value if math.isfinite(value) else text


def _int(text: str) -> int | str:
    return int(text) if len(text) <= _LONGEST_INTEGER else text


def _cut(text: str, limit: int) -> str:
    """Shorten text to `limit` bytes of UTF-8 within JSON, ending in an ellipsis."""

    def size(part: str) -> int:
        return len(json.dumps(part, ensure_ascii=False).encode(errors="replace"))

    if size(text) <= limit:
        return text
    low, high = 0, min(len(text), limit)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if size(text[:middle] + "…") <= limit else (low, middle - 1)
    return text[:low] + "…"
