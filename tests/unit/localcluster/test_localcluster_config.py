"""What the programs are told, as text."""

from __future__ import annotations

import base64
import json
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from localcluster import kubeconfig
from localcluster.certificates import Authorities, Subject, certificate_config
from localcluster.containerd import Containerd, network_config, runtime_config
from localcluster.controlplane import ControlPlane, free_ports
from localcluster.instance import Instance, Network
from localcluster.namespaces import mount_script
from localcluster.node import NodePrograms

INSTANCE = Instance("swirl")
NODE = Network(0).node(INSTANCE)


def find(name: str) -> Path:
    return Path("/programs") / name


@pytest.fixture
def plane(tmp_path: Path) -> ControlPlane:
    return ControlPlane(
        state=tmp_path,
        pki=Authorities(tmp_path / "pki"),
        address=NODE.address,
        advertised=NODE.address,
    )


def test_containerd_reads_its_configuration_as_meant() -> None:
    text = runtime_config(
        NODE, sandbox_image="localhost/pause:1", cni=Path("/cni"), registries=Path("/registries")
    )
    config = tomllib.loads(text)

    runtime = config["plugins"]["io.containerd.grpc.v1.cri"]
    assert config["root"] == str(NODE.state / "containerd")
    assert config["grpc"]["address"] == str(NODE.containerd_socket)
    assert runtime["sandbox_image"] == "localhost/pause:1"
    assert runtime["restrict_oom_score_adj"] is True
    assert runtime["cni"] == {"bin_dir": "/usr/lib/cni", "conf_dir": "/cni"}
    assert runtime["registry"] == {"config_path": "/registries"}


def test_containerd_trusts_a_registry_by_its_authority(tmp_path: Path) -> None:
    node = replace(NODE, state=tmp_path / "node")
    authority = tmp_path / "authority.pem"
    authority.write_text("certificate")
    Containerd(node).trust("198.18.7.1:5000", authority)
    hosts = tmp_path / "node" / "registries" / "198.18.7.1:5000" / "hosts.toml"
    said = tomllib.loads(hosts.read_text())
    assert said["server"] == "https://198.18.7.1:5000"
    assert Path(said["host"][said["server"]]["ca"]).read_text() == "certificate"


def test_pods_get_addresses_from_the_nodes_range() -> None:
    config = cast(dict[str, Any], network_config(NODE))

    assert config["plugins"][0]["ipam"]["ranges"] == [[{"subnet": NODE.pod_cidr}]]


def test_the_kubelet_stays_in_its_cgroup_and_keeps_imported_images(
    plane: ControlPlane, tmp_path: Path
) -> None:
    plane.make_certificates()
    node = Network(0).node(INSTANCE)
    object.__setattr__(node, "state", tmp_path / "node")
    programs = NodePrograms(node, Network(0), plane, find)
    programs.make_certificates()

    kubelet = programs.kubelet()

    config = json.loads((tmp_path / "node" / "kubelet.json").read_text(encoding="utf-8"))
    assert config["cgroupRoot"] == "/localcluster-swirl/swirl-node-1"
    assert config["failCgroupV1"] is False
    assert config["imageGCHighThresholdPercent"] == 100
    assert f"--node-ip={NODE.address}" in kubelet.argv


def test_the_api_server_never_advertises_loopback(plane: ControlPlane) -> None:
    argv = plane.apiserver(find).argv

    assert argv[0] == "/programs/kube-apiserver"
    assert f"--advertise-address={NODE.address}" in argv
    assert "--authorization-mode=Node,RBAC" in argv
    assert any(argument.startswith("--requestheader-client-ca-file=") for argument in argv)


def test_a_kubeconfig_carries_its_certificates() -> None:
    text = kubeconfig.render(
        server="https://198.18.7.2:6443",
        context="swirl-local",
        user="admin",
        authority=b"ca",
        crt=b"crt",
        key=b"key",
    )

    assert "current-context: swirl-local\n" in text
    assert "server: https://198.18.7.2:6443\n" in text
    for data in (b"ca", b"crt", b"key"):
        assert base64.b64encode(data).decode() in text


def test_a_certificate_names_user_groups_and_addresses() -> None:
    text = certificate_config(
        Subject("me", ("one", "two")), usage="serverAuth", addresses=("10.0.0.1",), hosts=("here",)
    )

    assert "0.O = one\n1.O = two\nCN = me\n" in text
    assert "subjectAltName = IP:10.0.0.1, DNS:here\n" in text
    assert "CA:FALSE" in text


def test_certificates_are_made_once(tmp_path: Path) -> None:
    pki = Authorities(tmp_path)
    pki.authority("ca")
    pki.issue("admin", Subject("admin"))
    made = pki.certificate("admin").read_bytes()

    pki.authority("ca")
    pki.issue("admin", Subject("admin"))

    assert pki.certificate("admin").read_bytes() == made
    assert pki.key("admin").stat().st_mode & 0o777 == 0o600


def test_the_node_sees_only_what_is_kept_of_the_hidden_places() -> None:
    script = mount_script(
        Path("/run/x/staging"),
        (Path("/run/x"), Path("/var/lib/x"), Path("/root/.cache")),
        hidden=(Path("/run"), Path("/var/lib")),
        logs=Path("/var/lib/x/log"),
        sysctls={Path("/proc/sys/vm/overcommit_memory"): Path("/run/x/overcommit")},
    ).splitlines()

    assert "mount -n --bind /run/x /run/x/staging/x" in script
    assert "mount -n --bind /var/lib/x /run/x/staging/x" in script
    assert not any(".cache" in line for line in script)
    assert "mount -n --bind /run/x/overcommit /proc/sys/vm/overcommit_memory" in script
    assert script[0] == "set -e"
    assert script[-1] == "mount -n --make-rshared /"


def test_free_ports_differ() -> None:
    assert len(set(free_ports(5))) == 5
