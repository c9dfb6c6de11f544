"""A cluster that came and went has left the machine as it was, even when it was killed half-way.

Runs beside any other local cluster of the machine: it has a name of its own.
"""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from localcluster.cgroups import hierarchies
from localcluster.instance import NAME_VARIABLE, RUN_ROOT, STATE_ROOT, Instance
from localcluster.processes import Record, signal_if_same
from tests.support.soak import chosen

pytestmark = pytest.mark.skipif(
    platform.system() != "Linux" or os.geteuid() != 0 or shutil.which("apt-get") is None,
    reason="a node needs Debian and root",
)

REPOSITORY = Path(__file__).resolve().parents[3]
INSTANCE = Instance("lctest")
SYSCTLS = (
    "net/ipv4/ip_forward",
    "net/ipv4/conf/all/route_localnet",
    "net/ipv4/conf/all/forwarding",
    "vm/overcommit_memory",
    "vm/panic_on_oom",
    "kernel/panic",
    "kernel/panic_on_oops",
    "kernel/keys/root_maxkeys",
    "kernel/keys/root_maxbytes",
)
# Places that programs of a node write to unless they are kept from it.
FIXED_PLACES = (
    *("/etc/cni", "/etc/kubernetes", "/run/containerd", "/run/netns", "/run/xtables.lock"),
    *("/var/lib/cni", "/var/lib/containerd", "/var/lib/kubelet", "/var/log/pods"),
    *("/var/log/containers", "/usr/libexec/kubernetes"),
)
CLAIM = """
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {accessModes: [ReadWriteMany], resources: {requests: {storage: 1Mi}}}
"""

# Other clusters of this machine may come and go while the test runs.
OTHER_LINK = re.compile(r"\blc-(?!" + INSTANCE.name + r"-\d+\b)")
OTHER_CGROUP = re.compile(r"/localcluster-(?!" + INSTANCE.name + r"(/|$))")

Snapshot = dict[str, list[str]]


@pytest.fixture
def machine() -> Iterator[Snapshot]:
    """The machine as it is without the test's cluster, and without it again afterwards."""
    localcluster("down")
    yield snapshot()
    localcluster("down")


def test_a_cluster_comes_is_mended_is_kept_and_goes(machine: Snapshot) -> None:
    localcluster("up")
    touches_only_its_own(machine)
    gives_and_takes_volumes()
    does_nothing_when_healthy()
    mends_what_died()

    kubectl("create", "configmap", "kept", "--from-literal=a=b")
    localcluster("down", "--keep-state")
    without_state = snapshot()
    assert without_state.pop("state") == [INSTANCE.name]
    assert without_state == {key: value for key, value in machine.items() if key != "state"}

    localcluster("up")
    assert kubectl("get", "configmap", "kept", "--output=jsonpath={.data.a}") == "b"
    localcluster("down")
    assert snapshot() == machine


def touches_only_its_own(machine: Snapshot) -> None:
    assert localcluster("status").stdout.startswith(f"cluster {INSTANCE.name} is up and healthy")
    meanwhile = snapshot()
    for untouched in ("iptables", "ip6tables", "mounts", "sysctls", "places", "netns"):
        assert meanwhile[untouched] == machine[untouched]
    assert meanwhile["addresses"] != machine["addresses"]
    assert meanwhile["cgroups"] != machine["cgroups"]
    assert meanwhile["processes"] != machine["processes"]


def gives_and_takes_volumes() -> None:
    kubectl("apply", "--filename=-", stdin=CLAIM)
    eventually(lambda: claim_phase() == "Bound", "the claim is bound")
    volumes = list(INSTANCE.volumes.iterdir())
    assert [volume.stat().st_mode & 0o777 for volume in volumes] == [0o777]
    kubectl("delete", "pvc", "data")
    eventually(lambda: not any(INSTANCE.volumes.iterdir()), "the volume's directory is gone")


def does_nothing_when_healthy() -> None:
    before = {path.name: path.read_text(encoding="utf-8") for path in INSTANCE.records.iterdir()}
    assert "is up already" in localcluster("up").stderr
    assert before == {
        path.name: path.read_text(encoding="utf-8") for path in INSTANCE.records.iterdir()
    }


def mends_what_died() -> None:
    kubelet = recorded("kubelet-1")
    apiserver = recorded("kube-apiserver")
    signal_if_same(kubelet.identity, signal.SIGKILL)
    localcluster("up")
    assert recorded("kubelet-1").identity != kubelet.identity
    assert recorded("kube-apiserver").identity == apiserver.identity

    # Without the process that holds them, nothing can be started in the namespaces again.
    signal_if_same(recorded("namespaces-1").identity, signal.SIGKILL)
    localcluster("up")
    assert recorded("kube-apiserver").identity != apiserver.identity
    assert "swirl" not in kubectl("get", "nodes", "--output=name")


# By then everything else runs.
@pytest.mark.soak
@pytest.mark.parametrize("killed_at", chosen(["kubelet-1"], ["namespaces-1", "etcd", "kubelet-1"]))
def test_down_after_up_was_killed(machine: Snapshot, killed_at: str) -> None:
    starting = subprocess.Popen(
        [sys.executable, "-m", "localcluster", "up"],
        cwd=REPOSITORY,
        env=environment(),
        stderr=subprocess.DEVNULL,
    )
    try:
        eventually(
            lambda: (INSTANCE.records / f"{killed_at}.json").exists(), f"{killed_at} started"
        )
    finally:
        starting.kill()
        starting.wait()

    localcluster("down")
    assert snapshot() == machine
    localcluster("down")
    assert snapshot() == machine


def environment() -> dict[str, str]:
    return {**os.environ, NAME_VARIABLE: INSTANCE.name}


def localcluster(*arguments: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "localcluster", *arguments],
        cwd=REPOSITORY,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done


def kubectl(*arguments: str, stdin: str | None = None) -> str:
    program = localcluster("tool", "kubectl").stdout.strip()
    return subprocess.run(
        [program, f"--kubeconfig={INSTANCE.kubeconfig}", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def claim_phase() -> str:
    return kubectl("get", "pvc", "data", "--output=jsonpath={.status.phase}")


def recorded(name: str) -> Record:
    return Record.from_json((INSTANCE.records / f"{name}.json").read_text(encoding="utf-8"))


def eventually(condition: Callable[[], bool], what: str, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.1)


def snapshot() -> Snapshot:
    """All that a cluster could leave behind; other clusters of the machine are left out."""
    return {
        "addresses": addresses(),
        "routes": [
            line
            for line in output("ip", "route", "show", "table", "all")
            if not OTHER_LINK.search(line)
        ],
        "rules": output("ip", "rule", "show"),
        "iptables": rules("iptables-save"),
        "ip6tables": rules("ip6tables-save"),
        "mounts": mounts(),
        "netns": output("ip", "netns", "list"),
        "cgroups": cgroups(),
        "sysctls": [f"{name} = {sysctl(name)}" for name in SYSCTLS],
        "processes": processes(),
        "places": [place for place in FIXED_PLACES if Path(place).exists()],
        "state": [path.name for path in STATE_ROOT.glob(f"{INSTANCE.name}*")],
        "run": [path.name for path in RUN_ROOT.glob(f"{INSTANCE.name}*")],
    }


def output(*argv: str) -> list[str]:
    text = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
    return sorted(line.strip() for line in text.splitlines())


def addresses() -> list[str]:
    links = json.loads(" ".join(output("ip", "-json", "address", "show")))
    return sorted(
        f"{link['ifname']} {address['local']}"
        for link in links
        for address in [*link["addr_info"], {"local": "exists"}]
        if not OTHER_LINK.match(link["ifname"])
    )


def rules(program: str) -> list[str]:
    # Comments hold the time, and the brackets count packets.
    return [
        re.sub(r"\[\d+:\d+\]", "", line) for line in output(program) if not line.startswith("#")
    ]


def mounts() -> list[str]:
    lines = Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()
    # Others on this machine may be building images.
    return sorted(line for line in lines if "/var/lib/containers/" not in line)


def cgroups() -> list[str]:
    """The top of every hierarchy, and at any depth what only a node would make.

    Not every group: those of whoever else works on this machine come and go below their own.
    """
    node_makes = re.compile(r"/(localcluster-|kubepods|k8s\.io|cri-containerd|kubelet)")
    found = []
    for hierarchy in hierarchies():
        for directory, _, _ in os.walk(hierarchy.root):
            top = Path(directory).parent == hierarchy.root
            if (top or node_makes.search(directory)) and not OTHER_CGROUP.search(directory):
                found.append(directory)
    return sorted(found)


def processes() -> list[str]:
    """Those that carry the test's cluster in their environment, arguments or control groups."""
    marks = (
        f"{NAME_VARIABLE}={INSTANCE.name}\0".encode(),
        f"/{INSTANCE.name}/".encode(),
        f"/{INSTANCE.cgroup}/".encode(),
    )
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            told = [(entry / name).read_bytes() for name in ("environ", "cmdline", "cgroup")]
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue  # It ended meanwhile, or belongs to those who gave us this machine.
        if any(mark in text for mark in marks for text in told):
            found.append(f"{entry.name} {told[1].split(bytes(1))[0].decode(errors='replace')}")
    return sorted(found)


def sysctl(name: str) -> str:
    path = Path("/proc/sys", name)
    return path.read_text(encoding="utf-8").strip() if path.exists() else "absent"
