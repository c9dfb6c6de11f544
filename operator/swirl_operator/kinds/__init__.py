"""The kinds: each folder turns one kind of object into what should exist because of it."""

from __future__ import annotations

from swirl_operator.kinds.analyticsjob.controller import AnalyticsJobController
from swirl_operator.kinds.analyticsrun.controller import AnalyticsRunController
from swirl_operator.kinds.analyticsrun.driver import Surroundings as DriverSurroundings
from swirl_operator.kinds.modelserver.controller import ModelServerController
from swirl_operator.kinds.modelserver.manifests import Surroundings as ScorerSurroundings
from swirl_operator.kinds.swirlmonitor.controller import SwirlMonitorController
from swirl_operator.kinds.swirlmonitor.manifests import Surroundings as MonitorSurroundings
from swirl_operator.pods.artifacts import ArtifactStore
from swirl_operator.runtime.interface import Controller
from swirl_operator.settings import Settings


def controllers(settings: Settings) -> tuple[Controller, ...]:
    """One controller for each kind, told what the chart told the operator."""
    store = ArtifactStore(settings.artifacts_uri, settings.artifacts_claim)
    return (
        AnalyticsJobController(),
        AnalyticsRunController(
            DriverSurroundings(store, settings.kafka_bootstrap, settings.metrics_topic)
        ),
        ModelServerController(
            ScorerSurroundings(
                settings.scorer_image, store, settings.kafka_bootstrap, settings.metrics_topic
            )
        ),
        SwirlMonitorController(
            MonitorSurroundings(
                settings.monitor_image,
                settings.kafka_bootstrap,
                settings.metrics_topic,
                settings.changes_topic,
                settings.findings_topic,
            )
        ),
    )
