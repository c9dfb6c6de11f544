"""Version `v1alpha1` of the kinds."""

from __future__ import annotations

from swirl.api.meta import CustomResource
from swirl.api.v1alpha1.analyticsjob import AnalyticsJob
from swirl.api.v1alpha1.analyticsrun import AnalyticsRun
from swirl.api.v1alpha1.modelserver import ModelServer
from swirl.api.v1alpha1.swirlmonitor import SwirlMonitor

KINDS: tuple[type[CustomResource], ...] = (AnalyticsJob, AnalyticsRun, ModelServer, SwirlMonitor)

__all__ = ["KINDS", "AnalyticsJob", "AnalyticsRun", "ModelServer", "SwirlMonitor"]
