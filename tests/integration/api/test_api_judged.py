"""Settings of Pods on their way: the operator itself, and an API server that judges its Pods."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from swirl.kube.request import Object
from swirl.wire.labels import EXECUTOR_TEMPLATE
from tests.integration.api.conftest import Kubectl
from tests.support.operator import operator

NAMESPACE = "judged"
SETTINGS = {
    "SWIRL_SCORER_IMAGE": "swirl/scorer:1",
    "SWIRL_MONITOR_IMAGE": "swirl/monitor:1",
    "SWIRL_ARTIFACTS_URI": "file:///var/lib/swirl/artifacts",
    "SWIRL_POD_DEFAULTS": json.dumps({"pod": {"imagePullSecrets": [{"name": "registry"}]}}),
}
CITY = {"name": "CITY", "valueFrom": {"secretKeyRef": {"name": "x", "key": "password"}}}
NO_TERMS: Object = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": []}}


def thing(kind: str, name: str, **spec: Any) -> Object:
    return {
        "apiVersion": "swirl.dev/v1alpha1",
        "kind": kind,
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": spec,
    }


def job(name: str, **more: Any) -> Object:
    entry = {"function": "ads.train:train"}
    return thing("AnalyticsJob", name, mode="Batch", image="ads:1", entryPoint=entry, **more)


def server(name: str, **more: Any) -> Object:
    return thing("ModelServer", name, model={"uri": "file:///m/1"}, **more)


class Judged:
    """The namespace, with the operator at work in it."""

    def __init__(self, kubectl: Kubectl) -> None:
        self.kubectl = kubectl

    def items(self, what: str) -> list[Object]:
        found: Object = json.loads(self.kubectl.ok("get", what, "-n", NAMESPACE, "-o", "json"))
        return list(found["items"])

    def condition(self, what: str, begin: str, kind: str) -> Object:
        """That of the object whose name begins so; an empty one where there is none."""
        for item in self.items(what):
            if item["metadata"]["name"].startswith(begin):
                for said in item["status"].get("conditions", ()):
                    if said["type"] == kind:
                        return dict(said)
        return {"status": "", "reason": "", "message": ""}

    def patch(self, what: str, name: str, spec: Object) -> None:
        words = ("patch", what, name, "-n", NAMESPACE, "--type=merge", "-p")
        self.kubectl.ok(*words, json.dumps({"spec": spec}))

    def until(self, check: Callable[[], Any]) -> Any:
        """The first true result."""
        end = time.monotonic() + 60
        while not (result := check()):
            assert time.monotonic() < end, f"it stays {result!r}"
            time.sleep(0.2)
        return result

    def driver(self, name: str) -> Object | None:
        return next(
            (pod for pod in self.items("pods") if pod["metadata"]["name"].startswith(name)), None
        )


@pytest.fixture(scope="module")
def judged(kubectl: Kubectl) -> Iterator[Judged]:
    kubectl.ok("create", "namespace", NAMESPACE)
    for account in ("swirl-driver", "swirl-scorer"):
        kubectl.ok("create", "serviceaccount", account, "-n", NAMESPACE)
    with operator(NAMESPACE, str(kubectl.kubeconfig), **SETTINGS):
        yield Judged(kubectl)
    kubectl.ok("delete", "namespace", NAMESPACE, "--wait=false")


def test_a_secret_reaches_the_driver_and_its_executors(judged: Judged) -> None:
    judged.kubectl.apply(job("secret", env=[CITY]))
    pod = judged.until(lambda: judged.driver("secret"))
    executor = json.loads(pod["metadata"]["annotations"][EXECUTOR_TEMPLATE])
    for made in (pod, executor):
        assert CITY in made["spec"]["containers"][0]["env"]
        assert made["spec"]["imagePullSecrets"] == [{"name": "registry"}]


def test_executors_that_would_be_refused_end_the_run_before_its_driver(judged: Judged) -> None:
    template = {"spec": {"hostnme": "x"}}
    judged.kubectl.apply(job("typo", spark={"executor": {"pod": {"template": template}}}))
    said = judged.until(
        lambda: (
            found
            if (found := judged.condition("arun", "typo", "Succeeded"))["status"] == "False"
            else None
        )
    )
    assert said["reason"] == "InvalidSpec"
    assert "the API server refuses its executors' Pods" in said["message"]
    assert 'unknown field "spec.hostnme"' in said["message"]
    assert judged.driver("typo") is None


def test_a_placement_that_is_wrong_is_corrected_and_the_run_goes_on(judged: Judged) -> None:
    judged.kubectl.apply(job("misplaced", pod={"affinity": {"nodeAffinity": NO_TERMS}}))
    said = judged.until(
        lambda: (
            found
            if "at least one node selector term"
            in (found := judged.condition("arun", "misplaced", "Ready"))["message"]
            else None
        )
    )
    assert (said["status"], said["reason"]) == ("False", "InvalidSpec")
    assert judged.condition("arun", "misplaced", "Succeeded")["status"] == "Unknown"
    judged.patch("ajob", "misplaced", {"pod": {"affinity": None}})
    assert judged.until(lambda: judged.driver("misplaced"))
    runs = [run["metadata"]["name"] for run in judged.items("arun")]
    assert len([name for name in runs if name.startswith("misplaced")]) == 1


def test_a_field_that_is_none_is_named_where_no_client_checks(judged: Judged) -> None:
    made = job("unknown", pod={"nodeSelecter": {"pool": "gpu"}})
    judged.kubectl.ok("create", "--validate=false", "-f", "-", obj=made)
    said = judged.until(
        lambda: (
            found
            if (found := judged.condition("ajob", "unknown", "Ready"))["status"] == "False"
            else None
        )
    )
    assert "spec.pod.nodeSelecter: there is no such field" in said["message"]


def test_a_server_says_what_is_wrong_and_is_made_when_it_is_corrected(judged: Judged) -> None:
    wrong = {"volumes": [{"name": "data", "emtyDir": {}}]}
    judged.kubectl.apply(server("sentiment", replicas=2, pod=wrong))
    said = judged.until(
        lambda: (
            found
            if "emtyDir: field not declared in schema"
            in (found := judged.condition("mserver", "sentiment", "Ready"))["message"]
            else None
        )
    )
    assert said["status"] == "False"
    judged.patch("mserver", "sentiment", {"pod": {"volumes": None}})
    (deployment,) = judged.until(lambda: judged.items("deployments"))
    assert deployment["spec"]["template"]["spec"]["imagePullSecrets"] == [{"name": "registry"}]
    assert judged.until(lambda: judged.items("pdb"))
    judged.patch("mserver", "sentiment", {"replicas": 1})
    judged.until(lambda: not judged.items("pdb"))
