"""An incident as an alert of Prometheus' Alertmanager (its API v2): pure.

The alert's labels are the monitor's, and nothing of the verdict: they are what Alertmanager knows
an alert by, and a verdict that is revised must not wake anybody a second time.
"""

from __future__ import annotations

import json

from swirl.api.v1alpha1.swirlmonitor import Incident
from swirl.wire.times import Millis, millis_to_rfc3339

PATH = "/api/v2/alerts"
REPEAT_SECONDS = 60.0
"""Alertmanager keeps alerts in memory alone, so they are repeated."""

_STANDS_MS = 24 * 60 * 60 * 1000
"""How long an alert stands without being repeated. Long: an engine that died has not mended
anything, and that it died is told by another alert."""


def alerts(incident: Incident, namespace: str, name: str, now: Millis) -> bytes:
    """Return the body that says how the incident stands.

    Args:
        incident: the monitor's latest.
        namespace, name: of the monitor.
        now: time of day.
    """
    where = f" at {incident.node}" if incident.node else ""
    alert = {
        "labels": {
            "alertname": "SwirlVerdict",
            "namespace": namespace,
            "swirlmonitor": name,
            "severity": "critical",
        },
        "annotations": {
            "summary": f"{incident.summary}{where}",
            "description": incident.message,
            "incident": incident.id,
        },
        "startsAt": incident.since,
        "endsAt": incident.until or millis_to_rfc3339(now + _STANDS_MS),
    }
    return json.dumps([alert], ensure_ascii=False).encode()
