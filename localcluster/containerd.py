"""The container runtime of a node: its configuration, and what can be asked of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from devtools import command, files
from localcluster import wait
from localcluster.instance import Node
from localcluster.processes import Processes, Program

CNI_PROGRAMS = "/usr/lib/cni"
IMPORT_LIMIT = 900.0
KUBERNETES_NAMESPACE = "k8s.io"


@dataclass(frozen=True)
class Containerd:
    """containerd on one node."""

    node: Node

    @property
    def name(self) -> str:
        return f"containerd-{self.node.number}"

    @property
    def _config(self) -> Path:
        return self.node.state / "containerd.toml"

    @property
    def _cni(self) -> Path:
        return self.node.state / "cni"

    @property
    def _registries(self) -> Path:
        return self.node.state / "registries"

    def trust(self, registry: str, authority: Path) -> None:
        """Let images be pulled from a registry whose certificate that authority has signed."""
        kept = self._registries / registry / "ca.crt"
        files.write(kept, authority.read_text())
        # Read at each pull: nothing has to be started again.
        files.write(kept.with_name("hosts.toml"), registry_config(registry, kept))

    def program(self, sandbox_image: str) -> Program:
        """Writes the configuration that the program reads."""
        config = runtime_config(
            self.node, sandbox_image=sandbox_image, cni=self._cni, registries=self._registries
        )
        network = self._cni / "10-pods.conflist"
        files.write(self._config, config)
        files.write_json(network, network_config(self.node))
        return Program(
            self.name,
            ("containerd", f"--config={self._config}"),
            reads=(self._config, network),
        )

    def wait_ready(self, processes: Processes) -> None:
        def complaint() -> str:
            if processes.find(self.name) is None:
                raise wait.PermanentError("it has ended")
            return "" if self.node.containerd_socket.is_socket() else "it has no socket yet"

        wait.until("containerd", complaint, timeout=30.0, logs=(processes.log(self.name),))

    def images(self) -> dict[str, str]:
        """Names of images and the digests they point to; ids count as names."""
        lines = self._ctr("images", "list").splitlines()[1:]
        return {name: digest for name, _, digest, *_ in (line.split() for line in lines)}

    def import_image(self, archive: Path) -> None:
        self._ctr("images", "import", str(archive))

    def _ctr(self, *arguments: str) -> str:
        return command.run(
            [
                *command.DIES_WITH_US,
                *("ctr", f"--address={self.node.containerd_socket}"),
                *(f"--namespace={KUBERNETES_NAMESPACE}", *arguments),
            ],
            remedy="see the log of containerd (`python3 -m localcluster status` names it)",
            timeout=IMPORT_LIMIT,
        )


def registry_config(registry: str, authority: Path) -> str:
    server = json.dumps(f"https://{registry}")
    return f"""\
server = {server}

[host.{server}]
  ca = {json.dumps(str(authority))}
"""


def runtime_config(node: Node, *, sandbox_image: str, cni: Path, registries: Path) -> str:
    # JSON's strings are TOML's.
    text = {
        key: json.dumps(str(value))
        for key, value in {
            "root": node.state / "containerd",
            "state": node.run / "containerd",
            "socket": node.containerd_socket,
            "sandbox": sandbox_image,
            "cni": cni,
            "programs": CNI_PROGRAMS,
            "registries": registries,
        }.items()
    }
    return f"""\
version = 2
root = {text["root"]}
state = {text["state"]}
disabled_plugins = [
  "io.containerd.internal.v1.opt",
  "io.containerd.snapshotter.v1.aufs",
  "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.devmapper",
  "io.containerd.snapshotter.v1.zfs",
]

[grpc]
  address = {text["socket"]}

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = {text["sandbox"]}
  # Lowering a process's score needs CAP_SYS_RESOURCE, and root in a sandbox often lacks it: then
  # no pod could start at all.
  restrict_oom_score_adj = true

  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = {text["programs"]}
    conf_dir = {text["cni"]}

  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = {text["registries"]}

  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"

    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
"""


def network_config(node: Node) -> files.JSON:
    """A veth pair and a route per pod.

    No bridge: on one, answers from a Service's pod to its neighbour pass below the routing layer
    and keep the wrong sender unless the kernel was told to filter bridged packets, for all of the
    machine.
    """
    return {
        "cniVersion": "0.4.0",
        "name": "pods",
        "plugins": [
            {
                "type": "ptp",
                "ipMasq": False,
                "ipam": {
                    "type": "host-local",
                    "dataDir": str(node.run / "addresses"),
                    "ranges": [[{"subnet": node.pod_cidr}]],
                    "routes": [{"dst": "0.0.0.0/0"}],
                },
            },
            {"type": "portmap", "capabilities": {"portMappings": True}},
        ],
    }
