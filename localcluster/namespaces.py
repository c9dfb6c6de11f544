"""A node's own network and mounts: whatever it does to them, the host does not notice.

Both namespaces live as long as a process that does nothing is in them, and end with it: no name
under /run/netns and no mount of the host has to be cleaned up, not even after a crash.
"""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass
from pathlib import Path

from devtools import command, files
from devtools.errors import ToolError
from localcluster import wait
from localcluster.instance import Node
from localcluster.processes import Processes, Program

# What the kubelet insists on and would otherwise write for the whole machine: these are files of
# its own, laid over the real ones where only it can see them.
KUBELET_SYSCTLS = {
    "vm/overcommit_memory": "1",
    "vm/panic_on_oom": "0",
    "kernel/panic": "10",
    "kernel/panic_on_oops": "1",
    "kernel/keys/root_maxkeys": "1000000",
    "kernel/keys/root_maxbytes": "25000000",
}
# Programs of the node write to fixed paths below these.
HIDDEN = (Path("/run"), Path("/var/lib"))


@dataclass(frozen=True)
class Namespaces:
    """The namespaces of one node."""

    node: Node
    processes: Processes
    pause: Path
    keep: tuple[Path, ...]

    @property
    def name(self) -> str:
        return f"namespaces-{self.node.number}"

    def exist(self) -> bool:
        return self.processes.find(self.name) is not None

    def enter(self) -> tuple[str, ...]:
        """What to put before a program to run it inside."""
        record = self.processes.find(self.name)
        pid = 0 if record is None else record.identity.pid
        # Not `ip netns exec`: it mounts /sys anew, and the kubelet would find no cgroups in it.
        return ("nsenter", f"--target={pid}", "--net", "--mount", "--")

    def create(self) -> None:
        """Start the process that holds the namespaces; its network comes with `connect`."""
        staging = self.node.run / "staging"
        staging.mkdir(parents=True, exist_ok=True)
        logs = self.node.state / "log"
        logs.mkdir(parents=True, exist_ok=True)
        script = mount_script(
            staging, self.keep, hidden=HIDDEN, logs=logs, sysctls=self._sysctl_files()
        )
        self.processes.start(
            Program(
                self.name,
                (
                    *("unshare", "--net", "--mount", "--propagation=private", "--"),
                    *("/bin/sh", "-c", f'{script}\nexec "$0"', str(self.pause)),
                ),
            )
        )
        wait.until(
            "the node's namespaces",
            self._complaint,
            timeout=10.0,
            logs=(self.processes.log(self.name),),
        )

    def connect(self) -> None:
        """Join the node to the host; every step may have been done already."""
        node = self.node
        record = self.processes.find(self.name)
        if record is not None and not Path("/sys/class/net", node.interface).exists():
            command.run(
                [
                    *("ip", "link", "add", node.interface, "type", "veth"),
                    *("peer", "name", "eth0", "netns", str(record.identity.pid)),
                ]
            )
        inside = "\n".join(
            (
                "set -e",
                "ip link set lo up",
                f"ip address replace {node.address}/{node.prefix_length} dev eth0",
                "ip link set eth0 up",
                f"ip route replace default via {node.host_address}",
                # The reading process's namespace decides whose setting this is.
                "echo 1 > /proc/sys/net/ipv4/ip_forward",
            )
        )
        link = ["dev", node.interface]
        command.run(
            ["ip", "address", "replace", f"{node.host_address}/{node.prefix_length}", *link]
        )
        command.run(["ip", "link", "set", node.interface, "up"])
        command.run([*self.enter(), "/bin/sh", "-c", inside])
        command.run(["ip", "route", "replace", node.pod_cidr, "via", node.address, *link])

    def _sysctl_files(self) -> dict[Path, Path]:
        overlays = {}
        for name, value in KUBELET_SYSCTLS.items():
            real = Path("/proc/sys", name)
            if real.exists():
                stand_in = self.node.run / "sysctl" / name
                files.write(stand_in, value + "\n")
                overlays[real] = stand_in
        return overlays

    def _complaint(self) -> str:
        record = self.processes.find(self.name)
        if record is None:
            raise wait.PermanentError("the process that holds them has ended")
        running = os.readlink(f"/proc/{record.identity.pid}/exe")
        return "" if Path(running) == self.pause.resolve() else f"still at {running}"


def disconnect(interface: str, present: Path = Path("/sys/class/net")) -> None:
    """Remove a veth pair, and with it the host's address and routes."""
    if not (present / interface).exists():
        return
    try:
        command.run(["ip", "link", "delete", interface])
    except ToolError:
        # The kernel removes the pair by itself some time after the namespace's last process, and
        # may have done so since it was looked for.
        if (present / interface).exists():
            raise


def mount_script(
    staging: Path,
    keep: tuple[Path, ...],
    *,
    hidden: tuple[Path, ...],
    logs: Path,
    sysctls: dict[Path, Path],
) -> str:
    """Shell lines that give a new mount namespace its own view of the file system."""
    # -n: mount would note what it did below /run, which is among the places that change.
    lines = ["set -e"]
    for directory in hidden:
        lines.append(f"mount -n -t tmpfs -o mode=755 tmpfs {shlex.quote(str(staging))}")
        for path in keep:
            if path.is_relative_to(directory):
                inside = shlex.quote(str(staging / path.relative_to(directory)))
                lines.append(f"mkdir -p {inside}")
                lines.append(f"mount -n --bind {shlex.quote(str(path))} {inside}")
        lines.append(f"mount -n --move {shlex.quote(str(staging))} {directory}")
    lines.append(f"mount -n --bind {shlex.quote(str(logs))} /var/log")
    for real, stand_in in sysctls.items():
        lines.append(f"mount -n --bind {shlex.quote(str(stand_in))} {real}")
    # Shared within the namespace, so that volumes mounted later reach the pods that ask for it.
    lines.append("mount -n --make-rshared /")
    return "\n".join(lines)
