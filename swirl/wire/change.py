"""Change events: what was deployed or reconfigured, when, in the shape of CDEvents.

A change is announced twice, when it starts and when it is finished. Both events share `change`, the
id of the change. The id of each event follows from the change and the phase alone, so an event sent
again after a restart has the same id and a reader can drop the repeat.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from swirl.wire.times import from_rfc3339, rfc3339

SPEC_VERSION = "0.4.1"
SOURCE = "/swirl/operator"

Aspect = Literal["Model", "Code", "Configuration", "Platform"]
"""What was changed: `Platform` is Swirl itself, as when it is upgraded, and nobody's deployment."""

Phase = Literal["Started", "Finished"]
Action = Literal["deployed", "upgraded", "rolledback"]

_TYPE_PREFIX = "dev.cdevents.service."
_TYPE_VERSION = "0.2.0"


class MalformedChange(ValueError):
    """A Kafka record that is not a change event; the message says which field is wrong."""


@dataclass(frozen=True, slots=True)
class ChangeEvent:
    """One phase of one change of one object.

    Attributes:
        change: id of the change, the same in both phases; see `change_id`.
        kind, namespace, name: the object that changed, for example `ModelServer`.
        aspect: which part of it changed.
        from_version: what was there before; None at the first deployment.
        to_version: what is there now.
        phase: whether the change started or is finished.
        time: when the phase was reached; must carry a time zone.
        action: `deployed` (nothing was there), `upgraded` or `rolledback`.
    """

    change: str
    kind: str
    namespace: str
    name: str
    aspect: Aspect
    from_version: str | None
    to_version: str
    phase: Phase
    time: datetime
    action: Action

    def __post_init__(self) -> None:
        if self.time.tzinfo is None:
            raise ValueError("time of a ChangeEvent must carry a time zone")

    @property
    def id(self) -> str:
        """Deterministic id of this event; readers drop repeats by it."""
        return _digest(self.change, self.phase)

    @property
    def source(self) -> str:
        """`<namespace>/<kind>/<name>` of the changed object; also the Kafka key."""
        return f"{self.namespace}/{self.kind}/{self.name}"

    def to_json(self) -> bytes:
        """Return the event as CDEvents JSON, equal events giving equal bytes."""
        before = None if self.from_version is None else {"version": self.from_version}
        body = {
            "context": {
                "version": SPEC_VERSION,
                "id": self.id,
                "source": SOURCE,
                "type": f"{_TYPE_PREFIX}{self.action}.{_TYPE_VERSION}",
                "timestamp": rfc3339(self.time, "auto"),
            },
            "subject": {
                "id": self.source,
                "type": "service",
                "content": {
                    "environment": {"id": self.namespace},
                    "artifactId": self.to_version,
                },
            },
            "customData": {
                "change": self.change,
                "kind": self.kind,
                "namespace": self.namespace,
                "name": self.name,
                "aspect": self.aspect,
                "from": before,
                "to": {"version": self.to_version},
                "phase": self.phase,
            },
        }
        return json.dumps(body, separators=(",", ":")).encode()

    @classmethod
    def from_json(cls, data: bytes | str) -> ChangeEvent:
        """Read an event; fields that are not known are ignored.

        Raises:
            MalformedChange: the data is not JSON or a field is missing or of the wrong type.
        """
        try:
            body = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise MalformedChange(f"change event is not JSON: {error}") from error
        custom = _object(body, "customData")
        context = _object(body, "context")
        before = custom.get("from")
        return cls(
            change=_string(custom, "customData", "change"),
            kind=_string(custom, "customData", "kind"),
            namespace=_string(custom, "customData", "namespace"),
            name=_string(custom, "customData", "name"),
            aspect=_one_of(custom, "aspect", Aspect),
            from_version=None
            if before is None
            else _string(_object(custom, "from"), "customData.from", "version"),
            to_version=_string(_object(custom, "to"), "customData.to", "version"),
            phase=_one_of(custom, "phase", Phase),
            time=_parse_time(_string(context, "context", "timestamp")),
            action=_action(_string(context, "context", "type")),
        )


def change_id(kind: str, namespace: str, name: str, aspect: Aspect, token: str) -> str:
    """Return the deterministic id of a change of an object.

    Args:
        kind, namespace, name: the object that changes.
        aspect: which part of it changes.
        token: what tells this change from an earlier, equal one (A to B, back, and A to B again):
            the object's uid and generation, for example.
    """
    return _digest(kind, namespace, name, aspect, token)


def _digest(*parts: str) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def _parse_time(text: str) -> datetime:
    try:
        return from_rfc3339(text)
    except ValueError as error:
        raise MalformedChange(f"context.timestamp is not RFC 3339: {error}") from error


def _object(body: Any, key: str) -> dict[str, Any]:
    value = body.get(key) if isinstance(body, dict) else None
    if not isinstance(value, dict):
        raise MalformedChange(f"change event has no object {key!r}")
    return value


def _string(body: dict[str, Any], where: str, key: str) -> str:
    value = body.get(key)
    if not isinstance(value, str) or not value:
        raise MalformedChange(f"{where}.{key} must be a non-empty string, got {value!r}")
    return value


def _one_of(body: dict[str, Any], key: str, allowed: Any) -> Any:
    value = body.get(key)
    if value not in get_args(allowed):
        raise MalformedChange(
            f"customData.{key} must be one of {', '.join(get_args(allowed))}, got {value!r}"
        )
    return value


def _action(event_type: str) -> Action:
    for action in get_args(Action):
        if event_type.startswith(f"{_TYPE_PREFIX}{action}."):
            return action  # type: ignore[no-any-return]
    raise MalformedChange(f"context.type {event_type!r} is no service event known to Swirl")
