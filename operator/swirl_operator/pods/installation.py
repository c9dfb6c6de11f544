"""What the chart told the operator about the installation, as far as Pods are told of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from swirl.api.v1alpha1.swirlmonitor import Notify
from swirl.wire.kafka import KafkaSettings
from swirl.wire.topics import Topics
from swirl_operator.pods.artifacts import ArtifactStore
from swirl_operator.pods.kafka import KafkaSecret
from swirl_operator.pods.settings import Defaults


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """The same for every object of a cluster.

    Attributes:
        scorer_image: image of the scorers, unless a ModelServer names another.
        monitor_image: image of the monitors.
        store: the artifact store.
        kafka: where Kafka is, None where there is none.
        kafka_secret: what Pods prove themselves to it with.
        topics: where metrics, changes and verdicts go.
        defaults: settings of every Pod, under those that an object has.
        notify: who is told of verdicts, unless a SwirlMonitor says otherwise.
    """

    scorer_image: str
    monitor_image: str
    store: ArtifactStore
    kafka: KafkaSettings | None
    topics: Topics
    kafka_secret: KafkaSecret = field(default_factory=KafkaSecret)
    defaults: Defaults = field(default_factory=Defaults)
    notify: Notify = field(default_factory=Notify)
