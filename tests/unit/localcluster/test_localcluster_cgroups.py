from __future__ import annotations

from pathlib import Path

import pytest

from localcluster import cgroups
from localcluster.cgroups import Hierarchy, parse_mounts, procs_file

VERSION_1 = """\
proc /proc proc rw 0 0
cgroup /sys/fs/cgroup/cpuset cgroup rw,relatime,cpuset 0 0
cgroup /sys/fs/cgroup/pids cgroup rw,relatime,pids 0 0
cgroup2 /sys/fs/cgroup/unified cgroup2 rw,relatime 0 0
"""
VERSION_2 = "cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid,nsdelegate 0 0\n"


def pretend(monkeypatch: pytest.MonkeyPatch, mounts: str) -> None:
    monkeypatch.setattr(cgroups, "hierarchies", lambda: parse_mounts(mounts))


def test_all_hierarchies_are_found() -> None:
    assert [(found.root.name, found.version) for found in parse_mounts(VERSION_1)] == [
        ("cpuset", 1),
        ("pids", 1),
        ("unified", 2),
    ]


def test_processes_are_found_through_one_controller_of_version_1(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pretend(monkeypatch, VERSION_1)

    assert procs_file("a/b") == Path("/sys/fs/cgroup/pids/a/b/cgroup.procs")


def test_processes_are_found_in_the_unified_hierarchy_of_version_2(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pretend(monkeypatch, VERSION_2)

    assert procs_file("a") == Path("/sys/fs/cgroup/a/cgroup.procs")


def test_members_of_all_groups_below_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cgroups, "hierarchies", lambda: [Hierarchy(tmp_path, 1, frozenset())])
    for name, pids in (("a", "1\n"), ("a/b", "2\n3\n"), ("other", "4\n")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "cgroup.procs").write_text(pids, encoding="utf-8")

    assert cgroups.members("a") == {1, 2, 3}
    assert cgroups.members("gone") == set()


def test_a_cpuset_group_gets_what_its_parent_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hierarchy = Hierarchy(tmp_path, 1, frozenset({"cpuset"}))
    monkeypatch.setattr(cgroups, "hierarchies", lambda: [hierarchy])
    settings = ("cpuset.cpus", "cpuset.mems")
    for setting, value in zip(settings, ("0-1\n", "0\n"), strict=True):
        (tmp_path / setting).write_text(value, encoding="utf-8")
    # The kernel makes these files with a new group, and a plain directory does not.
    for group in ("a", "a/b"):
        (tmp_path / group).mkdir()
        for setting in settings:
            (tmp_path / group / setting).touch()

    cgroups.create("a/b")

    assert (tmp_path / "a/b/cpuset.cpus").read_text(encoding="utf-8") == "0-1\n"


def test_version_2_passes_the_controllers_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cgroups, "hierarchies", lambda: [Hierarchy(tmp_path, 2, frozenset())])
    (tmp_path / "cgroup.controllers").write_text("cpu memory pids\n", encoding="utf-8")
    (tmp_path / "cgroup.subtree_control").write_text("memory\n", encoding="utf-8")

    cgroups.create("a")

    assert (tmp_path / "cgroup.subtree_control").read_text(encoding="utf-8") == "+cpu +pids"
