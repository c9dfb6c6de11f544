"""Names, paths and addresses of one cluster and its nodes; everything else derives from them."""

from __future__ import annotations

import ipaddress
import json
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from devtools import command, files
from devtools.errors import UNUSABLE, ToolError
from devtools.locks import exclusive

STATE_ROOT = Path("/var/lib/swirl-localcluster")
RUN_ROOT = Path("/run/swirl-localcluster")
DEFAULT_NAME = "swirl"
NAME_VARIABLE = "SWIRL_LOCALCLUSTER_NAME"
# A network interface's name has at most 15 characters, and "lc-" and the node's number take five.
NAME_PATTERN = re.compile(r"[a-z][a-z0-9-]{0,9}")
MAXIMUM_INSTANCES = 32

SERVICE_CIDR = "10.96.0.0/16"
API_SERVICE_ADDRESS = "10.96.0.1"
DNS_SERVICE_ADDRESS = "10.96.0.10"
API_PORT = 6443


@dataclass(frozen=True)
class Instance:
    """One cluster of this machine, known by its name alone, so that remains can be found."""

    name: str

    @classmethod
    def from_environment(cls) -> Instance:
        name = os.environ.get(NAME_VARIABLE) or DEFAULT_NAME
        if not NAME_PATTERN.fullmatch(name):
            raise ToolError(
                f"{name!r} cannot be the name of a local cluster",
                where=f"environment variable {NAME_VARIABLE}",
                remedy="use at most 10 of a-z, 0-9 and -, starting with a letter",
                exit_code=UNUSABLE,
            )
        return cls(name)

    @property
    def state(self) -> Path:
        """Survives a reboot and the checkout: etcd's data, images, volumes, keys."""
        return STATE_ROOT / self.name

    @property
    def run(self) -> Path:
        """Worth nothing after a reboot: process records and sockets."""
        return RUN_ROOT / self.name

    @property
    def records(self) -> Path:
        return self.run / "processes"

    @property
    def logs(self) -> Path:
        return self.state / "log"

    @property
    def pki(self) -> Path:
        return self.state / "pki"

    @property
    def volumes(self) -> Path:
        return self.state / "volumes"

    @property
    def kubeconfig(self) -> Path:
        return self.state / "kubeconfig"

    @property
    def context(self) -> str:
        return f"{self.name}-local"

    @property
    def cgroup(self) -> str:
        return f"localcluster-{self.name}"

    @property
    def lock(self) -> Path:
        return RUN_ROOT / f"{self.name}.lock"

    @property
    def network_file(self) -> Path:
        return self.state / "network.json"


@dataclass(frozen=True)
class Node:
    """One node: a network namespace of its own, joined to the host by a veth pair."""

    name: str
    number: int
    interface: str
    host_address: str
    address: str
    prefix_length: int
    pod_cidr: str
    state: Path
    run: Path
    cgroup: str

    @property
    def containerd_socket(self) -> Path:
        return self.run / "containerd.sock"


@dataclass(frozen=True)
class Network:
    """The addresses of one cluster; the index keeps clusters of one machine apart."""

    index: int

    @property
    def node_cidr(self) -> str:
        return f"198.18.{7 + self.index}.0/24"

    @property
    def pod_cidr(self) -> str:
        return f"10.{128 + self.index}.0.0/16"

    def node(self, instance: Instance, number: int = 1) -> Node:
        links = ipaddress.IPv4Network(self.node_cidr).subnets(new_prefix=30)
        link = list(links)[number - 1]
        pods = ipaddress.IPv4Network(self.pod_cidr).subnets(new_prefix=24)
        name = f"{instance.name}-node-{number}"
        return Node(
            name=name,
            number=number,
            interface=f"lc-{instance.name}-{number}",
            host_address=str(link[1]),
            address=str(link[2]),
            prefix_length=30,
            pod_cidr=str(list(pods)[number - 1]),
            state=instance.state / "nodes" / name,
            run=instance.run / "nodes" / name,
            cgroup=f"{instance.cgroup}/{name}",
        )


def recorded_network(instance: Instance) -> Network | None:
    """The addresses that an earlier `up` chose."""
    try:
        recorded = json.loads(instance.network_file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return Network(index=int(recorded["index"]))


def choose_network(instance: Instance) -> Network:
    """Addresses that no other cluster of this machine and none of its routes uses."""
    with exclusive(RUN_ROOT / "network.lock", who="another localcluster command", timeout=10.0):
        recorded = recorded_network(instance)
        if recorded is not None:
            return recorded
        taken = {
            int(json.loads(path.read_text(encoding="utf-8"))["index"])
            for path in STATE_ROOT.glob("*/network.json")
        }
        # The first addresses are the default cluster's, so that they stay what people noted down.
        first = 0 if instance.name == DEFAULT_NAME else 1
        network = first_free(taken, _routed(), first=first)
        files.write_json(instance.network_file, {"index": network.index})
        return network


def first_free(taken: set[int], routed: Iterable[str], *, first: int = 0) -> Network:
    """The first index from `first` on whose networks overlap with no route."""
    routes = [ipaddress.ip_network(route, strict=False) for route in routed]
    for index in range(first, MAXIMUM_INSTANCES):
        network = Network(index)
        own = [ipaddress.ip_network(cidr) for cidr in (network.node_cidr, network.pod_cidr)]
        if index not in taken and not any(
            cidr.version == route.version and cidr.overlaps(route)
            for cidr in own
            for route in routes
        ):
            return network
    raise ToolError(
        f"all {MAXIMUM_INSTANCES} address ranges for local clusters are in use",
        where="ip route; " + str(STATE_ROOT),
        remedy="take down a cluster you no longer need",
    )


def _routed() -> list[str]:
    routes = json.loads(command.run(["ip", "-json", "-4", "route", "show"]) or "[]")
    return [route["dst"] for route in routes if route["dst"] != "default"]
