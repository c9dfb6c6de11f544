"""The Kafka record of a monitor's verdict, for whoever wants to act on it.

The verdict itself is what stands in `status.verdict` of the SwirlMonitor (`swirl.api`); here it is
only carried. A record's id follows from what it says: a monitor that starts again and says the same
gives it the same id, and a reader can drop the repeat.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

FORMAT_VERSION = 1


class MalformedVerdict(ValueError):
    """A Kafka record that is not a verdict; the message says which field is wrong."""


@dataclass(frozen=True, slots=True)
class VerdictRecord:
    """One verdict of one monitor.

    Attributes:
        namespace, name: of the SwirlMonitor.
        verdict: `status.verdict`, with camelCase keys.
    """

    namespace: str
    name: str
    verdict: Mapping[str, Any]

    @property
    def id(self) -> str:
        """Deterministic id; equal for verdicts that say the same about the same fault."""
        said = [self.verdict.get(key) for key in ("state", "since", "node", "summary")]
        return hashlib.sha256(json.dumps([self.namespace, self.name, *said]).encode()).hexdigest()[
            :32
        ]

    @property
    def source(self) -> str:
        """`<namespace>/SwirlMonitor/<name>`; also the Kafka key."""
        return f"{self.namespace}/SwirlMonitor/{self.name}"

    def to_json(self) -> bytes:
        """Return the record's bytes."""
        body = {
            "v": FORMAT_VERSION,
            "id": self.id,
            "source": self.source,
            "time": self.verdict.get("since"),
            "verdict": dict(self.verdict),
        }
        return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()

    @classmethod
    def from_json(cls, data: bytes | str) -> VerdictRecord:
        """Read a record; fields that are not known are ignored.

        Raises:
            MalformedVerdict: not JSON, not version 1, or a field is missing or of the wrong type.
        """
        try:
            body = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise MalformedVerdict(f"verdict is not JSON: {error}") from error
        if not isinstance(body, dict) or body.get("v") != FORMAT_VERSION:
            raise MalformedVerdict(f"verdict is not an object with v={FORMAT_VERSION}")
        source, verdict = body.get("source"), body.get("verdict")
        if not isinstance(verdict, dict):
            raise MalformedVerdict("verdict must be an object")
        parts = source.split("/") if isinstance(source, str) else []
        if len(parts) != 3 or parts[1] != "SwirlMonitor" or not all(parts):
            raise MalformedVerdict(
                f"source must be <namespace>/SwirlMonitor/<name>, got {source!r}"
            )
        return cls(parts[0], parts[2], verdict)
