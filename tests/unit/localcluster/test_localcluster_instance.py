from __future__ import annotations

import ipaddress
from itertools import combinations
from pathlib import Path

import pytest

from devtools.errors import ToolError
from localcluster.down import interfaces
from localcluster.instance import (
    MAXIMUM_INSTANCES,
    NAME_VARIABLE,
    SERVICE_CIDR,
    Instance,
    Network,
    first_free,
)


def test_the_name_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME_VARIABLE, "other")
    assert Instance.from_environment().name == "other"

    monkeypatch.delenv(NAME_VARIABLE)
    assert Instance.from_environment().name == "swirl"


@pytest.mark.parametrize("name", ["Swirl", "1st", "../etc", "a b", "elevenchars", "-x"])
def test_names_that_would_not_do_as_directory_or_interface_are_refused(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(NAME_VARIABLE, name)

    with pytest.raises(ToolError, match="cannot be the name"):
        Instance.from_environment()


def test_the_longest_name_still_fits_an_interface() -> None:
    node = Network(0).node(Instance("abcdefghij"), 2)

    assert len(node.interface) <= 15


def test_two_clusters_share_nothing() -> None:
    one, two = Instance("one"), Instance("two")
    nodes = [Network(0).node(one), Network(1).node(two)]

    for attribute in ("state", "run", "cgroup", "context", "lock", "kubeconfig"):
        assert getattr(one, attribute) != getattr(two, attribute)
    for attribute in ("name", "interface", "address", "host_address", "pod_cidr", "state", "run"):
        assert getattr(nodes[0], attribute) != getattr(nodes[1], attribute)


def test_no_two_networks_overlap() -> None:
    networks = [ipaddress.ip_network(SERVICE_CIDR)]
    for index in range(MAXIMUM_INSTANCES):
        networks.append(ipaddress.ip_network(Network(index).node_cidr))
        networks.append(ipaddress.ip_network(Network(index).pod_cidr))

    assert not any(one.overlaps(two) for one, two in combinations(networks, 2))


def test_a_second_node_has_addresses_of_its_own() -> None:
    first, second = (Network(0).node(Instance("swirl"), number) for number in (1, 2))

    assert (first.host_address, first.address) == ("198.18.7.1", "198.18.7.2")
    assert (second.host_address, second.address) == ("198.18.7.5", "198.18.7.6")
    assert (first.pod_cidr, second.pod_cidr) == ("10.128.0.0/24", "10.128.1.0/24")


@pytest.mark.parametrize(
    ("taken", "routed", "index"),
    [
        (set(), [], 0),
        ({0, 1}, [], 2),
        (set(), ["192.0.2.0/24"], 0),
        (set(), ["10.128.4.0/24"], 1),
        ({1}, ["198.18.7.0/30"], 2),
        (set(), ["10.128.0.0/12"], 16),
    ],
)
def test_the_first_addresses_that_nobody_uses(
    taken: set[int], routed: list[str], index: int
) -> None:
    assert first_free(taken, routed) == Network(index)


def test_other_clusters_leave_the_first_addresses_to_the_default_one() -> None:
    assert first_free(set(), [], first=1) == Network(1)


def test_no_addresses_left() -> None:
    with pytest.raises(ToolError, match="in use"):
        first_free(set(), ["10.0.0.0/8"])


def test_taking_a_cluster_down_leaves_the_links_of_others(tmp_path: Path) -> None:
    for name in ("eth0", "lc-a-1", "lc-a-12", "lc-a-1-1", "lc-ab-1"):
        (tmp_path / name).mkdir()

    assert interfaces(Instance("a"), tmp_path) == ["lc-a-1", "lc-a-12"]
