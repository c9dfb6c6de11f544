"""What a run produced, as its status says it."""

from __future__ import annotations

import json

from swirl.wire.outcome import Outcome
from swirl_operator.runtime.interface import Object


def outputs(outcome: Outcome) -> Object:
    """Status fields for what the driver says it made: only what is there."""
    found: Object = {}
    if outcome.models:
        found["models"] = [model.to_dict() for model in outcome.models]
    if outcome.metrics:
        found["metrics"] = dict(outcome.metrics)
    if outcome.result is not None:
        found["result"] = json.loads(outcome.result)
    if outcome.result_uri is not None:
        found["resultURI"] = outcome.result_uri
    return found
