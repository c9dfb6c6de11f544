"""The chart as a platform engineer meets it: checked, and installed. `upgrade/` goes on."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from tests.e2e.chart import schemas
from tests.e2e.operator.cluster import Cluster
from tests.e2e.release import CHART, OPERATOR, Release, operator_holding_the_lease
from tests.unit.chart.conftest import EVERYTHING


def test_chart_lints(release: Release) -> None:
    checked = release.run("lint", "--strict", str(CHART), "-f", str(release.values))
    assert "0 chart(s) failed" in checked


def test_chart_passes_strict_validation_by_the_api_server(
    release: Release, system: Cluster
) -> None:
    # Prometheus' kinds are not on this cluster.
    changed = {"metrics": {}, "workloadNamespaces": [system.namespace]}
    values = EVERYTHING | changed
    options = [f"--set-json={name}={json.dumps(value)}" for name, value in values.items()]
    rendered = release.run("template", "other", str(CHART), *options)
    system.ok("apply", "--dry-run=server", "--validate=strict", "-f-", stdin=rendered)


def test_chart_passes_kubeconform(
    release: Release, system: Cluster, kubeconform: str, tmp_path: Path
) -> None:
    location = schemas.write(json.loads(system.ok("get", "--raw", "/openapi/v2")), tmp_path)
    values = EVERYTHING
    rendered = release.run(
        "template",
        "other",
        str(CHART),
        *[f"--set-json={name}={json.dumps(value)}" for name, value in values.items()],
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
    (pod,) = system.items("pods", OPERATOR)
    (status,) = pod["status"]["containerStatuses"]
    assert status["ready"]
    assert status["restartCount"] == 0
    assert operator_holding_the_lease(system) == pod["metadata"]["name"]
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


def test_chart_operator_of_the_whole_cluster_may_work_in_any_namespace(
    release: Release, system: Cluster
) -> None:
    rendered = release.run(
        *("template", "everywhere", str(CHART), "-f", str(release.values)),
        *("--set-json", "operator.namespaces=[]"),
        *("--show-only", "templates/operator-rbac.yaml"),
    )
    account = _account(system, "everywhere-swirl-operator")
    system.ok("apply", "-f-", stdin=rendered)
    try:
        for verb, resource, *options in (
            ("watch", "analyticsjobs.swirl.dev"),
            ("create", "analyticsruns.swirl.dev"),
            ("patch", "analyticsruns.swirl.dev", "--subresource=status"),
            ("patch", "swirlmonitors.swirl.dev", "--subresource=status"),
            ("create", "pods"),
            ("delete", "pods"),
            ("patch", "deployments.apps"),
            ("patch", "services"),
            ("create", "events.events.k8s.io"),
        ):
            assert _may(system, account, verb, resource, *options, namespace="default"), resource
        assert not _may(system, account, "patch", "analyticsjobs.swirl.dev", namespace="default")
        assert not _may(system, account, "get", "secrets", namespace="default")
        assert not _may(
            system, account, "create", "leases.coordination.k8s.io", namespace="default"
        )
    finally:
        system.ok("delete", "-f-", stdin=rendered)


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
