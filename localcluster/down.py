"""Taking a cluster down, whole or in pieces, so that the machine is as it was."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from devtools.locks import exclusive
from devtools.progress import Progress
from localcluster import cgroups
from localcluster.cluster import processes_of
from localcluster.instance import RUN_ROOT, STATE_ROOT, Instance
from localcluster.namespaces import disconnect

LOCK_SECONDS = 1800.0
# Each before those it depends on.
STOP_ORDER = (
    "kubelet",
    "kube-proxy",
    "volume-provisioner",
    "kube-scheduler",
    "kube-controller-manager",
    "kube-apiserver",
    "etcd",
)


def down(instance: Instance, progress: Progress, *, keep_state: bool = False) -> None:
    """Needs nothing but the cluster's name, so that it works whatever state the rest is in."""
    with (
        exclusive(
            instance.lock,
            who="another command on this cluster",
            timeout=LOCK_SECONDS,
            progress=progress,
        ),
        progress.working(f"taking cluster {instance.name} down"),
    ):
        if keep_state:
            _stop_in_order(instance)
        end_processes(instance)
        for interface in interfaces(instance):
            disconnect(interface)
        cgroups.remove(instance.cgroup)
        _remove(instance.run)
        if not keep_state:
            _remove(instance.state)
    for root in (RUN_ROOT, STATE_ROOT):
        if root.is_dir() and not any(root.iterdir()):
            root.rmdir()
    kept = f"; its state is kept in {instance.state}" if keep_state else ""
    progress.say(f"cluster {instance.name} is down{kept}")


def end_processes(instance: Instance) -> None:
    """End the cluster's processes: those on record and those they started."""
    # Pods first, or containerd would report every one of them to the kubelet.
    processes = processes_of(instance)
    cgroups.kill(instance.cgroup)
    for name in processes.names():
        processes.stop(name)


def interfaces(instance: Instance, present: Path = Path("/sys/class/net")) -> list[str]:
    """The host's ends of the links to the cluster's nodes, and to no other cluster's."""
    link = re.compile(rf"lc-{re.escape(instance.name)}-\d+")
    return sorted(path.name for path in present.iterdir() if link.fullmatch(path.name))


def _stop_in_order(instance: Instance) -> None:
    """Give those that keep data the time to put it away."""
    processes = processes_of(instance)
    for prefix in STOP_ORDER:
        for name in processes.names():
            if name == prefix or name.startswith(f"{prefix}-"):
                processes.stop(name)


def _remove(directory: Path) -> None:
    if directory.exists():
        shutil.rmtree(directory)
