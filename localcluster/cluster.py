"""A cluster put together: its control plane, its nodes, and the programs of each in order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from devtools.paths import cache_directory
from devtools.progress import Progress
from localcluster import build, cgroups
from localcluster.build import MODULES, Binary, Module, directory_of
from localcluster.certificates import Authorities
from localcluster.controlplane import ControlPlane
from localcluster.images import own_image
from localcluster.instance import Instance, Network, Node
from localcluster.namespaces import Namespaces
from localcluster.node import NodePrograms
from localcluster.processes import Processes, Program

KUBE = next(module for module in MODULES if module.name == "kube")
DNS = next(module for module in MODULES if module.name == "coredns")
# The programs that run in pods, with the module each comes from.
OWN_IMAGES: tuple[tuple[Binary, Module], ...] = (
    (next(binary for binary in KUBE.binaries if binary.name == "pause"), KUBE),
    (DNS.binaries[0], DNS),
)


@dataclass(frozen=True)
class Cluster:
    """Everything `up` and `status` need to know about one cluster."""

    instance: Instance
    network: Network
    progress: Progress

    @property
    def processes(self) -> Processes:
        return processes_of(self.instance)

    @property
    def node(self) -> Node:
        return self.network.node(self.instance)

    @property
    def namespaces(self) -> Namespaces:
        return Namespaces(
            self.node,
            self.processes,
            pause=self.find("pause"),
            keep=(self.instance.state, self.instance.run, cache_directory("localcluster")),
        )

    @property
    def plane(self) -> ControlPlane:
        return ControlPlane(
            state=self.instance.state / "control-plane",
            pki=Authorities(self.instance.pki),
            address=self.node.address,
            advertised=self.node.address,
        )

    @property
    def node_programs(self) -> NodePrograms:
        return NodePrograms(self.node, self.network, self.plane, self.find)

    def find(self, name: str) -> Path:
        return build.tool(name, self.progress)

    def runtime(self) -> Program:
        return self.node_programs.containerd.program(own_image("pause", KUBE))

    def storage(self) -> tuple[Program, Program]:
        return self.plane.etcd(self.find), self.plane.apiserver(self.find)

    def controllers(self) -> tuple[Program, ...]:
        return (
            self.plane.controller_manager(self.find, directory=self.instance.run),
            self.plane.scheduler(self.find),
            self.plane.volume_provisioner(self.find, self.instance.volumes),
        )

    def workers(self) -> tuple[Program, Program]:
        return self.node_programs.kubelet(), self.node_programs.proxy()

    def programs(self) -> Iterator[Program]:
        """All of them, in the order in which they start."""
        yield self.runtime()
        yield from self.storage()
        yield from self.controllers()
        yield from self.workers()

    def complaint(self) -> str:
        """Why the cluster cannot be used yet, or nothing."""
        for path, condition in (
            (f"/api/v1/nodes/{self.node.name}", "Ready"),
            ("/apis/apps/v1/namespaces/kube-system/deployments/coredns", "Available"),
            ("/apis/storage.k8s.io/v1/storageclasses/standard", ""),
        ):
            api = self.plane.api
            found = api.condition(path, condition) if condition else api.absence(path)
            if found:
                return f"{path.rpartition('/')[2]}: {found}"
        return ""


def built() -> bool:
    return all(directory_of(module).is_dir() for module in (KUBE, DNS))


def processes_of(instance: Instance) -> Processes:
    return Processes(
        instance.records, instance.logs, (cgroups.procs_file(f"{instance.cgroup}/system"),)
    )
