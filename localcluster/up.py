"""Bringing a cluster up, from nothing or from wherever an earlier attempt ended."""

from __future__ import annotations

import shutil
import string

from devtools import command
from devtools.locks import exclusive
from devtools.progress import Progress
from localcluster import build, cgroups, packages, wait
from localcluster.cluster import DNS, KUBE, OWN_IMAGES, Cluster, built
from localcluster.down import end_processes
from localcluster.images import ensure_own, own_image
from localcluster.instance import (
    DNS_SERVICE_ADDRESS,
    Instance,
    choose_network,
    recorded_network,
)
from localcluster.namespaces import disconnect
from localcluster.paths import MANIFESTS
from localcluster.processes import Program

LOCK_SECONDS = 1800.0
READY_SECONDS = 180.0


def up(instance: Instance, progress: Progress) -> None:
    with exclusive(
        instance.lock,
        who="another command on this cluster",
        timeout=LOCK_SECONDS,
        progress=progress,
    ):
        if healthy(instance, progress):
            progress.say(
                f"cluster {instance.name} is up already; kubeconfig: {instance.kubeconfig}"
            )
            return
        packages.install(progress)
        build.build(progress, (KUBE, DNS))
        cluster = Cluster(instance, choose_network(instance), progress)
        _ensure_namespaces(cluster)
        _ensure_certificates(cluster)
        _ensure_control_plane(cluster)
        _ensure_node(cluster)
        _ensure_addons(cluster)
        progress.say(f"cluster {instance.name} is up; kubeconfig: {instance.kubeconfig}")


def healthy(instance: Instance, progress: Progress) -> bool:
    """Whether everything runs as this version of the code would start it."""
    network = recorded_network(instance)
    if network is None or packages.missing() or not built() or not instance.kubeconfig.exists():
        return False
    cluster = Cluster(instance, network, progress)
    return (
        cluster.namespaces.exist()
        and all(cluster.processes.current(program) for program in cluster.programs())
        and not cluster.complaint()
    )


def _ensure_namespaces(cluster: Cluster) -> None:
    instance, namespaces = cluster.instance, cluster.namespaces
    cgroups.create(f"{instance.cgroup}/system")
    cgroups.create(cluster.node.cgroup)
    if not namespaces.exist():
        # Whatever still runs is in namespaces that nothing can enter any more.
        end_processes(instance)
        disconnect(cluster.node.interface)
        # Sockets, addresses and mounts of pods that ended with the old namespaces.
        shutil.rmtree(cluster.node.run, ignore_errors=True)
        for directory in (cluster.node.run, instance.volumes):
            directory.mkdir(parents=True, exist_ok=True)
        with cluster.progress.working("making the node's namespaces"):
            namespaces.create()
    namespaces.connect()


def _ensure_certificates(cluster: Cluster) -> None:
    with cluster.progress.working("making certificates"):
        cluster.plane.make_certificates()
        cluster.node_programs.make_certificates()
    cluster.plane.make_kubeconfig(
        cluster.instance.kubeconfig, "admin", context=cluster.instance.context, user="admin"
    )


def _ensure_control_plane(cluster: Cluster) -> None:
    with cluster.progress.working("starting etcd and the API server"):
        # The runtime needs nobody, and has started when the API server has.
        for program in (cluster.runtime(), *cluster.storage()):
            _ensure(cluster, program)
        cluster.plane.wait_ready(cluster.processes)
    for program in cluster.controllers():
        _ensure(cluster, program)


def _ensure_node(cluster: Cluster) -> None:
    containerd = cluster.node_programs.containerd
    with cluster.progress.working("starting the node"):
        containerd.wait_ready(cluster.processes)
        for binary, module in OWN_IMAGES:
            ensure_own(containerd, binary, module)
        for program in cluster.workers():
            _ensure(cluster, program)


def _ensure_addons(cluster: Cluster) -> None:
    with cluster.progress.working("starting cluster DNS and storage"):
        for name in ("coredns.yaml", "storage.yaml"):
            template = string.Template((MANIFESTS / name).read_text(encoding="utf-8"))
            _apply(
                cluster,
                template.substitute(
                    image=own_image("coredns", DNS), dns_address=DNS_SERVICE_ADDRESS
                ),
            )
    with cluster.progress.working("waiting for the node and cluster DNS"):
        wait.until(
            f"cluster {cluster.instance.name}",
            lambda: _complaint(cluster),
            timeout=READY_SECONDS,
            logs=(cluster.processes.log(f"kubelet-{cluster.node.number}"),),
        )


def _apply(cluster: Cluster, manifest: str) -> None:
    command.run(
        [
            *command.DIES_WITH_US,
            *(str(cluster.find("kubectl")), f"--kubeconfig={cluster.instance.kubeconfig}"),
            *("apply", "--server-side", "--force-conflicts", "--filename=-"),
        ],
        stdin=manifest,
        # kubectl keeps what it discovers below the home directory, which is not ours to fill.
        environment={"KUBECACHEDIR": str(cluster.instance.run / "kubectl-cache")},
        timeout=60.0,
    )


def _ensure(cluster: Cluster, program: Program) -> None:
    cluster.processes.ensure(program, cluster.namespaces.enter())


def _complaint(cluster: Cluster) -> str:
    for program in cluster.programs():
        if cluster.processes.find(program.name) is None:
            log = cluster.processes.log(program.name)
            raise wait.PermanentError(f"{program.name} has ended{wait.tails((log,))}")
    return cluster.complaint()
