"""The part of a status that all kinds have: the generation, the conditions, and their events."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from swirl_operator.runtime.interface import Event, Object, Observation
from swirl_operator.runtime.objects import conditions_of, generation_of
from swirl_operator.status.conditions import Condition, write
from swirl_operator.status.transitions import transitions


@dataclass(frozen=True, slots=True)
class Frame:
    """What is written on every object, whatever its kind.

    Attributes:
        fields: `observedGeneration` and `conditions`, for the status.
        events: what changed since the status before, for `kubectl describe`.
    """

    fields: Object
    events: tuple[Event, ...]


def frame(observation: Observation[Any], conditions: Iterable[Condition]) -> Frame:
    """The frame that says `conditions` about the observed generation."""
    before = conditions_of(observation.obj)
    generation = generation_of(observation.obj)
    written = write(conditions, before, generation=generation, now=observation.now)
    fields = {"observedGeneration": generation, "conditions": written}
    return Frame(fields, transitions(before, written))
