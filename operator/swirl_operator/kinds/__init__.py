"""The kinds: each folder turns one kind of object into what should exist because of it."""

from __future__ import annotations

from typing import Any

from swirl_operator.kinds.analyticsjob.controller import AnalyticsJobController
from swirl_operator.kinds.analyticsrun.controller import AnalyticsRunController
from swirl_operator.kinds.modelserver.controller import ModelServerController
from swirl_operator.kinds.swirlmonitor.controller import SwirlMonitorController
from swirl_operator.pods.installation import Installation
from swirl_operator.runtime.interface import Controller


def controllers(installation: Installation) -> tuple[Controller[Any], ...]:
    """One controller for each kind, told what the chart told the operator."""
    return (
        AnalyticsJobController(),
        AnalyticsRunController(installation),
        ModelServerController(installation),
        SwirlMonitorController(installation),
    )
