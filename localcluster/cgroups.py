"""The cluster's control groups: they find every process of it, whatever started that process."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from devtools.errors import ToolError
from localcluster.processes import identify, signal_if_same

POLL_SECONDS = 0.05
CPUSET = "cpuset"
# Any one hierarchy will do to find processes; the first of these that exists.
TRACKING = ("pids", "memory", "cpu")


@dataclass(frozen=True)
class Hierarchy:
    """One mounted tree: a controller's own (version 1), or the unified one (version 2)."""

    root: Path
    version: int
    options: frozenset[str]


def parse_mounts(text: str) -> list[Hierarchy]:
    """The hierarchies in `/proc/self/mounts`."""
    found = []
    for line in text.splitlines():
        _, target, kind, options, *_ = line.split()
        if kind in {"cgroup", "cgroup2"}:
            version = 2 if kind == "cgroup2" else 1
            found.append(Hierarchy(Path(target), version, frozenset(options.split(","))))
    return found


def hierarchies() -> list[Hierarchy]:
    found = parse_mounts(Path("/proc/self/mounts").read_text(encoding="utf-8"))
    if not found:
        raise ToolError(
            "no control groups are mounted on this machine",
            where="/proc/self/mounts",
            remedy="mount them (systemd does so; without it, the package cgroupfs-mount)",
        )
    return found


def create(name: str) -> None:
    """Make a group in every hierarchy, ready to hold processes and further groups."""
    for hierarchy in hierarchies():
        group = hierarchy.root
        for part in Path(name).parts:
            parent, group = group, group / part
            if hierarchy.version == 2:
                _delegate(parent)
            group.mkdir(exist_ok=True)
            if hierarchy.version == 1 and CPUSET in hierarchy.options:
                # A new cpuset group is empty, and refuses processes until it has both.
                for setting in ("cpuset.cpus", "cpuset.mems"):
                    if not (group / setting).read_text(encoding="utf-8").strip():
                        (group / setting).write_text((parent / setting).read_text(encoding="utf-8"))


def procs_file(name: str) -> Path:
    """The file through which a process joins the group, in the hierarchy used for finding."""
    found = hierarchies()
    for controller in TRACKING:
        for hierarchy in found:
            if hierarchy.version == 1 and controller in hierarchy.options:
                return hierarchy.root / name / "cgroup.procs"
    return found[0].root / name / "cgroup.procs"


def members(name: str) -> set[int]:
    """The ids of all processes in the group and the groups below it, in any hierarchy."""
    pids: set[int] = set()
    for hierarchy in hierarchies():
        for directory, _, _ in os.walk(hierarchy.root / name):
            try:
                text = (Path(directory) / "cgroup.procs").read_text(encoding="utf-8")
            except FileNotFoundError:
                continue  # The group went away while the tree was walked.
            pids.update(int(line) for line in text.split())
    return pids


def kill(name: str, *, timeout: float = 20.0) -> None:
    """End every process in the group at once."""
    deadline = time.monotonic() + timeout
    while pids := _living(name):
        for pid in pids:
            identity = identify(pid)
            if identity is not None:
                signal_if_same(identity, signal.SIGKILL)
        if time.monotonic() > deadline:
            raise ToolError(
                f"processes {sorted(pids)} of the cluster do not end",
                where=", ".join(f"/proc/{pid}/stack" for pid in sorted(pids)),
                remedy="they hang in the kernel; a reboot ends them",
            )
        time.sleep(POLL_SECONDS)


def remove(name: str, *, timeout: float = 10.0) -> None:
    """Remove the group from every hierarchy; its processes must have ended."""
    deadline = time.monotonic() + timeout
    for hierarchy in hierarchies():
        while (hierarchy.root / name).exists():
            error = _remove_tree(hierarchy.root / name)
            if error is None:
                break
            # The kernel needs a moment after the last process of a group has ended.
            if time.monotonic() > deadline:
                raise ToolError(
                    f"a control group cannot be removed: {error}",
                    where=str(hierarchy.root / name),
                    remedy="see which processes its cgroup.procs files name, then run `down` again",
                )
            time.sleep(POLL_SECONDS)


def _living(name: str) -> set[int]:
    return {pid for pid in members(name) if identify(pid) is not None}


def _remove_tree(root: Path) -> OSError | None:
    for directory, _, _ in os.walk(root, topdown=False):
        try:
            os.rmdir(directory)
        except OSError as error:
            return error
    return None


def _delegate(parent: Path) -> None:
    """Version 2 only gives a group the controllers that its parent passes on."""
    available = (parent / "cgroup.controllers").read_text(encoding="utf-8").split()
    passed = (parent / "cgroup.subtree_control").read_text(encoding="utf-8").split()
    if wanted := [f"+{name}" for name in available if name not in passed]:
        (parent / "cgroup.subtree_control").write_text(" ".join(wanted))
