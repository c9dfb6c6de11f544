"""The chart as a platform engineer meets it: checked, installed, upgraded, taken away."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path

from tests.e2e.chart import schemas
from tests.e2e.chart.conftest import CHART, Release
from tests.e2e.operator.cluster import Cluster, Object
from tests.unit.chart.conftest import EVERYTHING

_INSTANCE = "app.kubernetes.io/instance=swirl-chart-test"
_OPERATOR = f"{_INSTANCE},app.kubernetes.io/component=operator"


def test_chart_lints(release: Release) -> None:
    assert "0 chart(s) failed" in release.run("lint", "--strict", str(CHART))


def test_chart_passes_strict_validation_by_the_api_server(
    release: Release, system: Cluster
) -> None:
    # Prometheus' kinds are not on this cluster.
    values = EVERYTHING | {"metrics": {}, "workloadNamespaces": [system.namespace]}
    options = [f"--set-json={name}={json.dumps(value)}" for name, value in values.items()]
    rendered = release.run("template", "other", str(CHART), *options)
    system.ok("apply", "--dry-run=server", "--validate=strict", "-f-", stdin=rendered)


def test_chart_passes_kubeconform(
    release: Release, system: Cluster, kubeconform: str, tmp_path: Path
) -> None:
    location = schemas.write(json.loads(system.ok("get", "--raw", "/openapi/v2")), tmp_path)
    rendered = release.run(
        "template",
        "other",
        str(CHART),
        *[f"--set-json={name}={json.dumps(value)}" for name, value in EVERYTHING.items()],
    )
    # Prometheus' kinds are not on this cluster.
    command = [kubeconform, "-strict", "-summary", "-output", "json", "-schema-location", location]
    checked = subprocess.run(
        [*command, "-skip", "ServiceMonitor,PodMonitor,PrometheusRule"],
        input=rendered,
        capture_output=True,
        text=True,
    )
    told = json.loads(checked.stdout)
    assert checked.returncode == 0, told
    assert told["summary"]["valid"] > 10
    assert told["summary"]["invalid"] == told["summary"]["errors"] == 0


def test_chart_installs_a_working_operator(release: Release, system: Cluster) -> None:
    assert "rollout status deployment/swirl-chart-test-operator" in release.run(
        "get", "notes", release.name
    )
    (pod,) = system.items("pods", _OPERATOR)
    (status,) = pod["status"]["containerStatuses"]
    assert status["ready"]
    assert status["restartCount"] == 0
    assert _holder(system) == pod["metadata"]["name"]
    metrics = system.ok("get", "--raw", _proxy(system, "metrics"))
    assert "swirl_operator_" in metrics


def test_chart_operator_looks_after_its_namespace(release: Release, work: Cluster) -> None:
    job = {
        "apiVersion": "swirl.dev/v1alpha1",
        "kind": "AnalyticsJob",
        "metadata": {"name": "nothing", "namespace": work.namespace},
        "spec": {
            "mode": "Batch",
            "image": "swirl/spark:none",
            "entryPoint": {"function": "nothing:nothing"},
            "suspend": True,
        },
    }
    work.apply(job)
    try:
        work.ok("wait", "ajob/nothing", "--for=jsonpath={.status.observedGeneration}=1")
    finally:
        work.ok("delete", "ajob", "nothing")


def test_chart_accounts_may_do_their_work_and_no_more(release: Release, work: Cluster) -> None:
    driver = _account(work, "swirl-driver")
    monitor = _account(work, "swirl-monitor")
    scorer = _account(work, "swirl-scorer")
    assert _may(work, driver, "create", "pods")
    assert _may(work, driver, "deletecollection", "persistentvolumeclaims")
    assert not _may(work, driver, "get", "secrets")
    assert not _may(work, driver, "create", "pods", namespace="default")
    assert _may(work, monitor, "patch", "swirlmonitors", "--subresource=status")
    assert not _may(work, monitor, "patch", "swirlmonitors")
    assert not _may(work, scorer, "get", "pods")


def test_chart_upgrade_keeps_one_operator_working(release: Release, system: Cluster) -> None:
    release.install("--set", "operator.replicas=2")
    names = {pod["metadata"]["name"] for pod in _running(system)}
    assert len(names) == 2
    assert _holder(system) in names
    budget = system.get("poddisruptionbudget", "swirl-chart-test-operator")
    assert budget is not None


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
        assert cluster.items(kinds, _INSTANCE) == []
    assert system.items("clusterroles,clusterrolebindings", _INSTANCE) == []
    assert system.get("crd", "analyticsjobs.swirl.dev") is not None


def _running(cluster: Cluster) -> list[Object]:
    pods = cluster.items("pods", _OPERATOR)
    return [pod for pod in pods if not pod["metadata"].get("deletionTimestamp")]


def _holder(cluster: Cluster) -> str:
    """Who has the lease; a new leader may be about to take it."""
    holder = ""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not holder:
        lease = cluster.get("lease", "swirl-chart-test-operator")
        holder = lease["spec"].get("holderIdentity") or "" if lease else ""
        time.sleep(0.5)
    return holder


def _proxy(cluster: Cluster, path: str) -> str:
    service = "services/swirl-chart-test-operator-metrics:http/proxy"
    return f"/api/v1/namespaces/{cluster.namespace}/{service}/{path}"


def _account(cluster: Cluster, name: str) -> str:
    return f"system:serviceaccount:{cluster.namespace}:{name}"


def _may(
    cluster: Cluster, account: str, verb: str, resource: str, *options: str, namespace: str = ""
) -> bool:
    place = ("-n", namespace) if namespace else ()
    answer = cluster.run("auth", "can-i", verb, resource, "--as", account, *options, *place)
    return answer.stdout.strip() == "yes"
