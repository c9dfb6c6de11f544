"""The kinds: each folder turns one kind of object into what should exist because of it."""

from __future__ import annotations

from swirl.wire.containers import OperatorEnvironment
from swirl_operator.kinds.analyticsjob.controller import AnalyticsJobController
from swirl_operator.kinds.analyticsrun.controller import AnalyticsRunController
from swirl_operator.kinds.analyticsrun.driver import Surroundings as DriverSurroundings
from swirl_operator.kinds.modelserver.controller import ModelServerController
from swirl_operator.kinds.modelserver.manifests import Surroundings as ScorerSurroundings
from swirl_operator.kinds.swirlmonitor.controller import SwirlMonitorController
from swirl_operator.kinds.swirlmonitor.manifests import Surroundings as MonitorSurroundings
from swirl_operator.pods.artifacts import ArtifactStore
from swirl_operator.runtime.interface import Controller


def controllers(environment: OperatorEnvironment) -> tuple[Controller, ...]:
    """One controller for each kind, told what the chart told the operator."""
    kafka = None if environment.kafka is None else environment.kafka.bootstrap_servers
    topics = environment.topics
    store = ArtifactStore(environment.artifacts_uri, environment.artifacts_claim)
    return (
        AnalyticsJobController(),
        AnalyticsRunController(DriverSurroundings(store, kafka, topics.metrics)),
        ModelServerController(
            ScorerSurroundings(environment.scorer_image, store, kafka, topics.metrics)
        ),
        SwirlMonitorController(
            MonitorSurroundings(
                environment.monitor_image,
                kafka,
                topics.metrics,
                topics.changes,
                topics.verdicts,
            )
        ),
    )
