"""From what the chart tells the operator to what the runtime needs to know."""

from __future__ import annotations

from swirl.wire.containers import OperatorEnvironment
from swirl_operator.runtime.options import Options


def runtime_options(environment: OperatorEnvironment) -> Options:
    """Return the part that the runtime needs; the rest is for the planners."""
    return Options(
        namespaces=environment.watched_namespaces,
        identity=environment.pod_name,
        lease_namespace=environment.pod_namespace,
        lease_name=environment.lease_name,
        probe_port=environment.port,
        kafka=environment.kafka,
        changes_topic=environment.topics.changes,
    )
