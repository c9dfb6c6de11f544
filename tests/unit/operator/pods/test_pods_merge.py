"""Strategic merge, as Kubernetes has it for Pods."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swirl_operator.pods.merge import merge
from swirl_operator.runtime.interface import Object

BASE: Object = {
    "metadata": {"labels": {"a": "1", "b": "2"}},
    "spec": {
        "securityContext": {"runAsUser": 1, "fsGroup": 1},
        "tolerations": [{"key": "a"}],
        "containers": [
            {
                "name": "main",
                "args": ["x", "y"],
                "env": [{"name": "A", "value": "1"}],
                "ports": [{"name": "http", "containerPort": 80}],
                "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],
            }
        ],
        "volumes": [{"name": "tmp", "emptyDir": {}}],
    },
}


def main(**fields: Any) -> Object:
    """The main container of BASE with that over it."""
    patch = {"spec": {"containers": [{"name": "main", **fields}]}}
    found: Object = merge(BASE, patch)["spec"]["containers"][0]
    return found


def pod(**fields: Any) -> Object:
    found: Object = merge(BASE, {"spec": fields})["spec"]
    return found


def test_objects_are_merged_and_null_takes_away() -> None:
    assert merge(BASE, {"metadata": {"labels": {"b": "3", "c": "4"}}})["metadata"]["labels"] == {
        "a": "1",
        "b": "3",
        "c": "4",
    }
    assert pod(securityContext={"runAsUser": None})["securityContext"] == {"fsGroup": 1}
    assert "securityContext" not in pod(securityContext=None)
    assert "affinity" not in pod(affinity=None)


def test_what_is_taken_away_can_be_said_where_a_tool_drops_null() -> None:
    away = {"$patch": "delete"}
    assert pod(securityContext={"runAsUser": away})["securityContext"] == {"fsGroup": 1}
    assert "tolerations" not in pod(tolerations=away)
    assert "affinity" not in pod(affinity=away)
    assert pod(dnsConfig={"options": away, "searches": ["x"]})["dnsConfig"] == {"searches": ["x"]}


def test_what_is_new_is_without_the_nulls_that_take_nothing_away() -> None:
    assert pod(dnsConfig={"options": None, "searches": ["x"]})["dnsConfig"] == {"searches": ["x"]}


@pytest.mark.parametrize(
    ("field", "item", "found"),
    [
        ("env", {"name": "B", "value": "2"}, 2),
        ("env", {"name": "A", "value": "2"}, 1),
        ("ports", {"containerPort": 80, "name": "web"}, 1),
        ("ports", {"containerPort": 80, "protocol": "TCP", "name": "web"}, 1),
        ("ports", {"containerPort": 80, "protocol": "UDP", "name": "web"}, 2),
        ("volumeMounts", {"mountPath": "/tmp", "name": "big"}, 1),
        ("volumeMounts", {"mountPath": "/data", "name": "tmp"}, 2),
    ],
)
def test_items_of_a_container_by_their_keys(field: str, item: Object, found: int) -> None:
    merged = main(**{field: [item]})[field]
    assert len(merged) == found
    assert item.items() <= merged[-1].items()


def test_a_variable_has_one_source() -> None:
    source = {"secretKeyRef": {"name": "s", "key": "k"}}
    assert main(env=[{"name": "A", "valueFrom": source}])["env"] == [
        {"name": "A", "valueFrom": source}
    ]


def test_a_volume_has_one_source() -> None:
    claim = {"name": "tmp", "persistentVolumeClaim": {"claimName": "c"}}
    assert pod(volumes=[claim])["volumes"] == [claim]
    sized = {"name": "tmp", "emptyDir": {"sizeLimit": "1Gi"}}
    assert pod(volumes=[sized])["volumes"] == [sized]


def test_containers_and_pull_secrets_and_aliases() -> None:
    sidecar = {"name": "proxy", "image": "p:1"}
    assert [c["name"] for c in pod(containers=[sidecar])["containers"]] == ["main", "proxy"]
    once = merge(
        BASE, {"spec": {"imagePullSecrets": [{"name": "a"}], "hostAliases": [{"ip": "1"}]}}
    )
    twice = merge(
        once,
        {
            "spec": {
                "imagePullSecrets": [{"name": "a"}, {"name": "b"}],
                "hostAliases": [{"ip": "1", "hostnames": ["x"]}],
            }
        },
    )
    assert twice["spec"]["imagePullSecrets"] == [{"name": "a"}, {"name": "b"}]
    assert twice["spec"]["hostAliases"] == [{"ip": "1", "hostnames": ["x"]}]


def test_spread_constraints_are_told_apart_as_kubernetes_does() -> None:
    soft = {"topologyKey": "zone", "whenUnsatisfiable": "ScheduleAnyway", "maxSkew": 1}
    hard = {**soft, "whenUnsatisfiable": "DoNotSchedule"}
    once = merge(BASE, {"spec": {"topologySpreadConstraints": [soft]}})
    twice = merge(once, {"spec": {"topologySpreadConstraints": [{**soft, "maxSkew": 2}, hard]}})
    assert twice["spec"]["topologySpreadConstraints"] == [{**soft, "maxSkew": 2}, hard]


def test_other_lists_are_replaced() -> None:
    assert pod(tolerations=[{"key": "b"}])["tolerations"] == [{"key": "b"}]
    assert main(args=["z"])["args"] == ["z"]


def test_directives() -> None:
    assert main(env=[{"name": "A", "$patch": "delete"}])["env"] == []
    assert (
        main(env=[{"name": "Z", "$patch": "delete"}])["env"] == BASE["spec"]["containers"][0]["env"]
    )
    assert pod(securityContext={"$patch": "replace", "fsGroup": 2})["securityContext"] == {
        "fsGroup": 2
    }
    replaced = pod(volumes=[{"$patch": "replace"}, {"name": "new", "emptyDir": {}}])["volumes"]
    assert replaced == [{"name": "new", "emptyDir": {}}]


def test_what_is_of_the_wrong_kind_is_left_for_the_api_server_to_name() -> None:
    assert pod(containers="x")["containers"] == "x"
    assert pod(volumes={"name": "x"})["volumes"] == {"name": "x"}
    assert main(env=["x"])["env"][-1] == "x"


def test_nothing_is_changed_in_place() -> None:
    before = repr(BASE)
    main(env=[{"name": "A", "value": "9"}], ports=None)
    pod(volumes=[{"name": "tmp", "emptyDir": {"medium": "Memory"}}])
    assert repr(BASE) == before


_VALUES = st.recursive(
    st.none() | st.integers(0, 2) | st.sampled_from(["a", "b"]),
    lambda inner: (
        st.dictionaries(st.sampled_from(["env", "name", "x", "volumes"]), inner, max_size=3)
        | st.lists(inner, max_size=3)
    ),
    max_leaves=8,
)
_OBJECTS = st.dictionaries(st.sampled_from(["env", "spec", "x", "volumes"]), _VALUES, max_size=3)


def _nulls(value: Any) -> int:
    if isinstance(value, dict):
        return sum(1 if item is None else _nulls(item) for item in value.values())
    return sum(map(_nulls, value)) if isinstance(value, list) else 0


@given(_OBJECTS, _OBJECTS)
def test_any_patch_can_be_merged_and_once_is_enough(base: Object, patch: Object) -> None:
    clean = merge({}, base)
    assert _nulls(clean) == 0
    once = merge(clean, patch)
    assert _nulls(once) == 0
    assert merge(clean, {}) == clean
