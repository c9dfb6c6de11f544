"""The environment of each container that Swirl starts.

The operator or the chart writes it, the process in the container reads it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from swirl.wire.environment import Environment, group, port, seconds, variable
from swirl.wire.kafka import KafkaSettings
from swirl.wire.run import RunSpec
from swirl.wire.topics import METRICS_TOPIC, Topics

TERMINATION_LOG = "/dev/termination-log"
"""Where a container leaves the sentence that the operator reads, unless it is told otherwise."""

TERMINATION_LOG_VARIABLE = "SWIRL_TERMINATION_LOG"
"""What tells it otherwise; `swirl.process` reads it, before anything else can be wrong."""


def _object(text: str) -> dict[str, Any]:
    try:
        body = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"is not JSON: {error}") from error
    if not isinstance(body, dict):
        raise ValueError("must be a JSON object")
    return body


def _manifests(text: str) -> tuple[dict[str, Any], ...]:
    try:
        body = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"is not JSON: {error}") from error
    if not isinstance(body, list) or not all(_is_manifest(item) for item in body):
        raise ValueError("must be a JSON list of manifests, each with its metadata.name")
    return tuple(body)


def _is_manifest(item: Any) -> bool:
    return (
        isinstance(item, dict)
        and {"apiVersion", "kind"} <= item.keys()
        and bool(isinstance(item.get("metadata"), dict) and item["metadata"].get("name"))
    )


def _texts(text: str) -> dict[str, str]:
    body = _object(text)
    if not all(isinstance(value, str) for value in body.values()):
        raise ValueError("must be a JSON object whose values are strings")
    return body


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _uri(text: str) -> str:
    if ":" not in text:
        raise ValueError(f"must be a URI such as file:///var/lib/swirl/artifacts, not {text!r}")
    return text


def _names(text: str) -> tuple[str, ...]:
    return tuple(sorted({name.strip() for name in text.split(",") if name.strip()}))


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverEnvironment(Environment):
    """A driver's.

    Attributes:
        spark_conf: Spark's configuration; None runs on this machine alone. `$(SWIRL_POD_NAME)` and
            `$(SWIRL_POD_IP)` in it are filled in by the kubelet.
        pod_name, pod_namespace, pod_ip: of the driver's own Pod; None outside of Kubernetes.
    """

    run: RunSpec = field(
        metadata=variable("SWIRL_RUN", read=RunSpec.from_json, write=RunSpec.to_json)
    )
    spark_conf: Mapping[str, str] | None = field(
        default=None,
        metadata=variable("SWIRL_SPARK_CONF", read=_texts, write=_json, expands=True),
    )
    kafka: KafkaSettings | None = field(default=None, metadata=group(KafkaSettings))
    metrics_topic: str = field(default=METRICS_TOPIC, metadata=variable("SWIRL_METRICS_TOPIC"))
    pod_name: str | None = field(
        default=None, metadata=variable("SWIRL_POD_NAME", field_ref="metadata.name")
    )
    pod_namespace: str | None = field(
        default=None, metadata=variable("SWIRL_POD_NAMESPACE", field_ref="metadata.namespace")
    )
    pod_ip: str | None = field(
        default=None, metadata=variable("SWIRL_POD_IP", field_ref="status.podIP")
    )
    termination_log: str | None = field(default=None, metadata=variable(TERMINATION_LOG_VARIABLE))


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorerEnvironment(Environment):
    """A scorer's.

    Attributes:
        model_digest: of the manifest; None trusts what lies there.
        model_version: what callers are told; None takes the digest's first digits.
        port: of the scoring API, probes and metrics.
        drain_seconds: for how long a scorer that is asked to end goes on to answer, until every
            endpoint list has forgotten it.
    """

    model_name: str = field(metadata=variable("SWIRL_MODEL_NAME"))
    model_uri: str = field(metadata=variable("SWIRL_MODEL_URI"))
    model_digest: str | None = field(default=None, metadata=variable("SWIRL_MODEL_DIGEST"))
    model_version: str | None = field(default=None, metadata=variable("SWIRL_MODEL_VERSION"))
    pod_namespace: str = field(default="default", metadata=variable("SWIRL_POD_NAMESPACE"))
    kafka: KafkaSettings | None = field(default=None, metadata=group(KafkaSettings))
    metrics_topic: str = field(default=METRICS_TOPIC, metadata=variable("SWIRL_METRICS_TOPIC"))
    port: int = field(default=8080, metadata=variable("SWIRL_PORT", read=port))
    drain_seconds: float = field(
        default=5.0, metadata=variable("SWIRL_DRAIN_SECONDS", read=seconds)
    )
    termination_log: str = field(
        default=TERMINATION_LOG, metadata=variable(TERMINATION_LOG_VARIABLE)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorEnvironment(Environment):
    """A monitor's.

    Attributes:
        spec: the SwirlMonitor's, as the API server has it.
        alertmanagers: base URLs of the Alertmanagers that are told of verdicts.
        webhook_folder: where the Secret of a webhook is mounted: its key `secret` signs notices,
            and `url` says where to unless `webhook_url` does. None if no notices are posted.
        port: of probes and metrics.
    """

    name: str = field(metadata=variable("SWIRL_MONITOR_NAME"))
    pod_namespace: str = field(metadata=variable("SWIRL_POD_NAMESPACE"))
    spec: Mapping[str, Any] = field(
        metadata=variable("SWIRL_MONITOR_SPEC", read=_object, write=_json)
    )
    kafka: KafkaSettings = field(metadata=group(KafkaSettings))
    topics: Topics = field(default_factory=Topics, metadata=group(Topics))
    alertmanagers: tuple[str, ...] = field(
        default=(), metadata=variable("SWIRL_ALERTMANAGERS", read=_names, write=",".join)
    )
    webhook_folder: str | None = field(default=None, metadata=variable("SWIRL_WEBHOOK_FOLDER"))
    webhook_url: str | None = field(default=None, metadata=variable("SWIRL_WEBHOOK_URL"))
    port: int = field(default=8080, metadata=variable("SWIRL_PORT", read=port))


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorEnvironment(Environment):
    """The operator's own; the chart writes it.

    Attributes:
        watched_namespaces: empty for the whole cluster.
        artifacts_claim: the claim that is mounted in Pods where the store is `file://`.
        artifacts_secret: the Secret in each workload namespace whose keys are variables of every
            Pod that uses the store, such as AWS_ACCESS_KEY_ID; None if none is needed.
        kafka: None for an installation without Kafka. Its files lie at the same paths in every Pod.
        kafka_secret: the Secret in each workload namespace that is mounted there; None if none is.
        pod_defaults: `env`, `envFrom` and `pod` of every workload, as `swirl.api.pods.Workload` has
            them.
        workload_namespaces: namespaces that the chart itself makes ready for analytics.
        workload_objects: manifests, without a namespace, of what the operator makes in those that
            have the label `swirl.dev/workloads`; empty where the label counts for nothing.
        copied_secrets: names of Secrets of the operator's namespace that are copied to all of them.
        notify: what a SwirlMonitor's `spec.notify` has where it says nothing.
        lease_name: of the Lease that makes one replica the leader.
        port: of probes and metrics.
    """

    watched_namespaces: tuple[str, ...] = field(
        default=(), metadata=variable("SWIRL_WATCHED_NAMESPACES", read=_names, write=",".join)
    )
    scorer_image: str = field(metadata=variable("SWIRL_SCORER_IMAGE"))
    monitor_image: str = field(metadata=variable("SWIRL_MONITOR_IMAGE"))
    artifacts_uri: str = field(metadata=variable("SWIRL_ARTIFACTS_URI", read=_uri))
    artifacts_claim: str = field(
        default="swirl-artifacts", metadata=variable("SWIRL_ARTIFACTS_CLAIM")
    )
    artifacts_secret: str | None = field(default=None, metadata=variable("SWIRL_ARTIFACTS_SECRET"))
    kafka: KafkaSettings | None = field(default=None, metadata=group(KafkaSettings))
    kafka_secret: str | None = field(default=None, metadata=variable("SWIRL_KAFKA_SECRET"))
    pod_defaults: Mapping[str, Any] = field(
        default_factory=dict,
        metadata=variable("SWIRL_POD_DEFAULTS", read=_object, write=_json),
    )
    topics: Topics = field(default_factory=Topics, metadata=group(Topics))
    workload_namespaces: tuple[str, ...] = field(
        default=(), metadata=variable("SWIRL_WORKLOAD_NAMESPACES", read=_names, write=",".join)
    )
    workload_objects: tuple[dict[str, Any], ...] = field(
        default=(), metadata=variable("SWIRL_WORKLOAD_OBJECTS", read=_manifests, write=json.dumps)
    )
    copied_secrets: tuple[str, ...] = field(
        default=(), metadata=variable("SWIRL_COPIED_SECRETS", read=_names, write=",".join)
    )
    notify: Mapping[str, Any] = field(
        default_factory=dict, metadata=variable("SWIRL_NOTIFY", read=_object, write=_json)
    )
    lease_name: str = field(default="swirl-operator", metadata=variable("SWIRL_LEASE_NAME"))
    pod_name: str = field(metadata=variable("SWIRL_POD_NAME", field_ref="metadata.name"))
    pod_namespace: str = field(
        metadata=variable("SWIRL_POD_NAMESPACE", field_ref="metadata.namespace")
    )
    port: int = field(default=8080, metadata=variable("SWIRL_PORT", read=port))
