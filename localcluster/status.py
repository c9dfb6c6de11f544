"""What runs and what does not, for a person and, by the exit code, for a script."""

from __future__ import annotations

from devtools.progress import Progress
from localcluster.cluster import Cluster, built
from localcluster.instance import Instance, recorded_network

HEALTHY = 0
DEGRADED = 1
DOWN = 3


def status(instance: Instance, progress: Progress) -> tuple[str, int]:
    """A few lines, and the exit code that says the same."""
    network = recorded_network(instance)
    if network is None or not built():
        return f"cluster {instance.name} is down", DOWN
    cluster = Cluster(instance, network, progress)
    lines = []
    running = 0
    programs = list(cluster.programs())
    for program in programs:
        record = cluster.processes.find(program.name)
        running += record is not None
        state = "not running" if record is None else f"running (process {record.identity.pid})"
        lines.append(f"  {program.name:<24} {state}; log: {cluster.processes.log(program.name)}")
    if not running:
        return f"cluster {instance.name} is down; its state is in {instance.state}", DOWN
    complaint = cluster.complaint()
    if running < len(programs):
        complaint = complaint or "some of its programs have ended; run `up` again"
    verdict = f"unhealthy: {complaint}" if complaint else "up and healthy"
    head = [
        f"cluster {instance.name} is {verdict}",
        f"  kubeconfig               {instance.kubeconfig} (context {instance.context})",
        f"  API server               {cluster.plane.server}",
        f"  node                     {cluster.node.name}, {cluster.node.address}",
        f"  volumes                  {instance.volumes}",
    ]
    return "\n".join([*head, *lines]), DEGRADED if complaint else HEALTHY
