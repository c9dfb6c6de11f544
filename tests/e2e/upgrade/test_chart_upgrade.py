"""The chart is changed and taken away, after everything else was tried with it."""

from __future__ import annotations

from swirl.kube.request import Object
from tests.e2e.operator.cluster import Cluster
from tests.e2e.release import INSTANCE, OPERATOR, Release, operator_holding_the_lease


def test_chart_upgrade_keeps_one_operator_working(release: Release, system: Cluster) -> None:
    release.install("--set", "operator.replicas=2")
    names = {pod["metadata"]["name"] for pod in _running(system)}
    assert len(names) == 2
    assert operator_holding_the_lease(system) in names
    budget = system.get("poddisruptionbudget", "swirl-chart-test-operator")
    assert budget is not None


def test_chart_adds_a_broker_that_a_restricted_namespace_takes(
    release: Release, system: Cluster
) -> None:
    # The demo shows that it works; here it is enough that it is there.
    release.upgrade("--set", "operator.replicas=2", "--set", "kafka.enabled=true")
    system.wait("the broker's pod", lambda: system.get("pod", "swirl-chart-test-kafka-0"))


def test_chart_uninstall_leaves_the_models_and_nothing_else(
    release: Release, system: Cluster, work: Cluster
) -> None:
    release.run("uninstall", release.name, "--wait")
    claim = work.get("pvc", "swirl-artifacts")
    assert claim is not None
    assert claim["metadata"].get("deletionTimestamp") is None
    kinds = (
        "deployments,statefulsets,services,serviceaccounts,roles,rolebindings,configmaps,secrets"
    )
    for cluster in (system, work):
        assert cluster.items(kinds, INSTANCE) == []
    assert system.items("clusterroles,clusterrolebindings", INSTANCE) == []
    assert system.get("crd", "analyticsjobs.swirl.dev") is not None


def _running(cluster: Cluster) -> list[Object]:
    pods = cluster.items("pods", OPERATOR)
    return [pod for pod in pods if not pod["metadata"].get("deletionTimestamp")]
