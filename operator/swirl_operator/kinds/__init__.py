"""The kinds: each folder turns one kind of object into what should exist because of it."""

from __future__ import annotations

from typing import Any

from swirl_operator.kinds.analyticsjob.controller import AnalyticsJobController
from swirl_operator.kinds.analyticsrun.controller import AnalyticsRunController
from swirl_operator.kinds.modelserver.controller import ModelServerController
from swirl_operator.kinds.namespace.controller import NamespaceController
from swirl_operator.kinds.namespace.offer import Offer
from swirl_operator.kinds.swirlmonitor.controller import SwirlMonitorController
from swirl_operator.pods.installation import Installation
from swirl_operator.runtime.interface import Controller


def controllers(installation: Installation, offer: Offer) -> tuple[Controller[Any], ...]:
    """One controller for each kind, told what the chart told the operator."""
    # Where there is nothing to do in namespaces, the operator may not look at them either.
    namespaces = (NamespaceController(offer),) if offer else ()
    return (
        *namespaces,
        AnalyticsJobController(),
        AnalyticsRunController(installation),
        ModelServerController(installation),
        SwirlMonitorController(installation),
    )
