"""The kinds as API resources."""

from __future__ import annotations

from swirl.api.meta import CustomResource
from swirl.api.v1alpha1 import AnalyticsJob, AnalyticsRun, ModelServer, SwirlMonitor
from swirl.kube.resources import Resource
from swirl.wire.group import GROUP, VERSION


def _resource(kind: type[CustomResource]) -> Resource:
    return Resource(GROUP, VERSION, kind.plural, kind.kind)


ANALYTICSJOBS = _resource(AnalyticsJob)
ANALYTICSRUNS = _resource(AnalyticsRun)
MODELSERVERS = _resource(ModelServer)
SWIRLMONITORS = _resource(SwirlMonitor)
