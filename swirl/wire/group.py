"""The API group of the kinds; the one place that names it."""

from __future__ import annotations

GROUP = "swirl.dev"
VERSION = "v1alpha1"
API_VERSION = f"{GROUP}/{VERSION}"

OPERATOR_MANAGER = "swirl-operator"
"""Field manager of what the operator writes."""

MONITOR_MANAGER = "swirl-monitor"
"""Field manager of the verdict in a SwirlMonitor's status."""
