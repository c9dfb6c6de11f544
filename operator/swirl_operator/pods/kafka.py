"""How pods get at what they prove themselves to Kafka with."""

from __future__ import annotations

from dataclasses import dataclass

from swirl.wire.kafka import DIRECTORY
from swirl_operator.runtime.interface import Object

VOLUME = "swirl-kafka"


@dataclass(frozen=True, slots=True)
class KafkaSecret:
    """The Secret with certificates and the password; None where Kafka asks for nothing.

    Its folder is mounted, and not its files: only so does a process see that it was replaced.
    """

    name: str | None = None

    def volumes(self) -> list[Object]:
        """Pod volumes."""
        if self.name is None:
            return []
        # For the group alone, which is the one that a Pod's processes run under.
        return [{"name": VOLUME, "secret": {"secretName": self.name, "defaultMode": 0o440}}]

    def mounts(self) -> list[Object]:
        """Container volume mounts."""
        if self.name is None:
            return []
        return [{"name": VOLUME, "mountPath": DIRECTORY, "readOnly": True}]
