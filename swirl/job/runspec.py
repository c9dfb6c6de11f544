"""What the operator tells the driver about its run, from the environment variable SWIRL_RUN."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from swirl.store import RunRef
from swirl.wire.topics import METRICS_TOPIC

VARIABLE = "SWIRL_RUN"

Mode = Literal["Batch", "Streaming"]


class InvalidRunSpec(ValueError):
    """SWIRL_RUN is missing or malformed."""


@dataclass(frozen=True, slots=True)
class KafkaSpec:
    """Where Kafka is: `host:port` list, and the topic of metric records."""

    bootstrap_servers: str
    metrics_topic: str = METRICS_TOPIC


@dataclass(frozen=True, slots=True)
class RunSpec:
    """One attempt of one run.

    Attributes:
        namespace, job, run, attempt: which attempt this is; attempts count from 1.
        mode: Batch functions end by themselves, Streaming ones when they are stopped.
        function: `module:function`.
        parameters: JSON values by parameter name.
        artifacts: root URI of the artifact store.
        kafka: None if this installation has no Kafka.
        uid: of the AnalyticsRun; empty outside of Kubernetes.
    """

    namespace: str
    job: str
    run: str
    attempt: int
    mode: Mode
    function: str
    artifacts: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    kafka: KafkaSpec | None = None
    uid: str = ""

    @property
    def ref(self) -> RunRef:
        """The attempt as a model's manifest names it."""
        return RunRef(self.namespace, self.job, self.run, self.attempt, self.uid)

    @classmethod
    def from_json(cls, text: str) -> RunSpec:
        """Read SWIRL_RUN.

        Raises:
            InvalidRunSpec: not JSON, or a field is missing or of the wrong type.
        """
        try:
            body = json.loads(text)
        except ValueError as error:
            raise InvalidRunSpec(f"{VARIABLE} is not JSON: {error}") from error
        if not isinstance(body, dict):
            raise InvalidRunSpec(f"{VARIABLE} must be a JSON object")
        parameters = body.get("parameters") or {}
        if not isinstance(parameters, dict):
            raise InvalidRunSpec(f"{VARIABLE}: parameters must be an object")
        attempt = body.get("attempt")
        if not isinstance(attempt, int) or isinstance(attempt, bool) or attempt < 1:
            raise InvalidRunSpec(f"{VARIABLE}: attempt must be 1 or more, got {attempt!r}")
        return cls(
            namespace=_text(body, "namespace"),
            job=_text(body, "job"),
            run=_text(body, "run"),
            attempt=attempt,
            mode=_mode(body.get("mode")),
            function=_text(body, "function"),
            artifacts=_text(body, "artifacts"),
            parameters=parameters,
            kafka=_kafka(body.get("kafka")),
            uid=str(body.get("uid") or ""),
        )


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise InvalidRunSpec(f"{VARIABLE}: {name} must be a non-empty string, got {value!r}")
    return value


def _mode(value: Any) -> Mode:
    if value == "Batch" or value == "Streaming":
        return value  # type: ignore[no-any-return]
    raise InvalidRunSpec(f"{VARIABLE}: mode must be Batch or Streaming, got {value!r}")


def _kafka(body: Any) -> KafkaSpec | None:
    if body is None:
        return None
    if not isinstance(body, dict):
        raise InvalidRunSpec(f"{VARIABLE}: kafka must be an object or null")
    servers, topic = body.get("bootstrapServers"), body.get("metricsTopic")
    if not servers:
        return None
    if not isinstance(servers, str) or not isinstance(topic, str | None):
        raise InvalidRunSpec(f"{VARIABLE}: kafka.bootstrapServers and metricsTopic must be strings")
    return KafkaSpec(servers, topic or METRICS_TOPIC)
