"""What a driver wrote about itself, made safe to store.

The text comes from an image of the user's. A status with one field that the API server refuses
could never be written, and the run would hang for ever; so what does not fit is left out.
"""

from __future__ import annotations

import json
import math
from typing import Any

from pydantic import ValidationError

from swirl.api.v1alpha1.analyticsrun import PublishedModel
from swirl_operator.runtime.interface import Object

_MOST_MODELS = 32
_MOST_METRICS = 64
_LONGEST_METRIC = 64
_LONGEST_URI = 1024


def payload_of(text: Any) -> Object:
    """The JSON object in the text, `{}` if there is none.

    Numbers that JSON does not have, or that nobody could read back, become text.
    """
    try:
        value = json.loads(text or "", parse_constant=str, parse_float=_float, parse_int=_int)
    except (ValueError, TypeError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def outputs(payload: Object) -> Object:
    """Status fields for what the run produced: only what is there, and valid."""
    found: Object = {}
    if models := _models(payload.get("models")):
        found["models"] = models
    if metrics := _metrics(payload.get("metrics")):
        found["metrics"] = metrics
    if payload.get("result") is not None:
        found["result"] = payload["result"]
    uri = payload.get("resultURI")
    if isinstance(uri, str) and len(uri) <= _LONGEST_URI:
        found["resultURI"] = uri
    return found


def _models(items: Any) -> list[Object]:
    """By name, which the API server wants to be unique: the one published last counts."""
    found: dict[str, Object] = {}
    for item in items if isinstance(items, list) else ():
        try:
            model = PublishedModel.model_validate(item).model_dump(by_alias=True)
        except ValidationError:
            continue
        found[model["name"]] = model
    return list(found.values())[:_MOST_MODELS]


def _metrics(items: Any) -> dict[str, str]:
    if not isinstance(items, dict):
        return {}
    plain = {
        name: str(value)[:_LONGEST_METRIC]
        for name, value in items.items()
        if isinstance(value, str | int | float)
    }
    return dict(list(plain.items())[:_MOST_METRICS])


def _float(text: str) -> float | str:
    value = float(text)
    return value if math.isfinite(value) else text


def _int(text: str) -> int | str:
    return int(text) if len(text) <= 18 else text
