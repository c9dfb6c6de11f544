"""What keeps a driver's Pod from being made, in the words of a real API server, and what follows.

There is no kubelet: what one would say of a Pod is written into its status here.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from swirl import Context, analytics
from swirl.job.parameters import InvalidParameters
from swirl.kube.request import Request
from swirl.kube.resources import PODS, Resource
from swirl_operator.kinds.resources import ANALYTICSJOBS, ANALYTICSRUNS
from swirl_operator.runtime.api import Api
from swirl_operator.runtime.credentials import Credentials
from swirl_operator.runtime.interface import Object
from swirl_operator.runtime.metrics import Metrics
from tests.integration.api.conftest import Kubectl
from tests.integration.operator.runtime.toy_world import eventually
from tests.support.operator import operator

QUOTAS = Resource("", "v1", "resourcequotas", "ResourceQuota")
POLICY_GROUP = "admissionregistration.k8s.io/v1"
IMAGE = "registry.example/swirl:1"
SETTINGS = {
    "SWIRL_SCORER_IMAGE": IMAGE,
    "SWIRL_MONITOR_IMAGE": IMAGE,
    "SWIRL_ARTIFACTS_URI": "file:///var/lib/swirl/artifacts",
}


@analytics
def numbered(ctx: Context, *, id: int) -> None:
    """Take a number."""


class Team:
    """A namespace of its own with an operator that looks after it."""

    def __init__(self, api: Api, kubectl: Kubectl, namespace: str) -> None:
        self.api = api
        self.kubectl = kubectl
        self.namespace = namespace

    async def make(self, resource: Resource, name: str, **more: Any) -> Object:
        body = {
            "apiVersion": resource.api_version,
            "kind": resource.kind,
            "metadata": {"name": name, "namespace": self.namespace},
            **more,
        }
        made: Object = json.loads(self.kubectl.ok("create", "-o", "json", "-f", "-", obj=body))
        return made

    async def submit(self, name: str, **spec: Any) -> None:
        given = {"mode": "Batch", "image": IMAGE, "entryPoint": {"function": "a:b"}}
        await self.make(ANALYTICSJOBS, name, spec={**given, "retry": {"limit": 0}, **spec})

    async def all(self, resource: Resource) -> list[Object]:
        return [
            item async for items, _ in self.api.pages(resource, self.namespace) for item in items
        ]

    async def run(self, job: str) -> Object:
        """The one run of the job."""
        (found,) = [run for run in await self.all(ANALYTICSRUNS) if run["spec"]["job"] == job]
        return found

    async def ready(self, job: str) -> Object:
        """The condition Ready of the job."""
        found = await self.api.get(ANALYTICSJOBS, self.namespace, job)
        conditions = found["status"].get("conditions") or ()
        return next((item for item in conditions if item["type"] == "Ready"), {})

    async def says(self, job: str, reason: str, *words: str) -> Object:
        async def said() -> Object | None:
            ready = await self.ready(job)
            right = ready.get("reason") == reason
            return ready if right and all(word in ready["message"] for word in words) else None

        found: Object = await eventually(said, seconds=40)
        return found

    async def driver(self, job: str) -> Object:
        """The newest driver Pod of the job."""

        async def made() -> Object | None:
            mine = [
                pod
                for pod in await self.all(PODS)
                if pod["metadata"]["labels"].get("swirl.dev/job") == job
            ]
            return max(mine, key=lambda pod: str(pod["metadata"]["name"]), default=None)

        found: Object = await eventually(made, seconds=90)
        return found

    async def kubelet(self, pod: Object, **status: Any) -> None:
        """Write what a kubelet would."""
        name = pod["metadata"]["name"]
        path = f"{PODS.path(self.namespace, name)}/status"
        media = "application/merge-patch+json"
        await self.api.send(Request("patch", "PATCH", path, {"status": status}, media))


@pytest.fixture(scope="module")
def namespace(kubeconfig: str, kubectl: Kubectl) -> Iterator[str]:
    """With an operator that looks after it."""
    name = f"r-{uuid.uuid4().hex[:8]}"
    kubectl.ok("create", "namespace", name)
    kubectl.ok("create", "serviceaccount", "swirl-driver", "-n", name)
    with operator(name, kubeconfig, **SETTINGS):
        yield name


@pytest.fixture
async def team(
    kubeconfig: str, kubectl: Kubectl, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Team]:
    monkeypatch.setenv("KUBECONFIG", kubeconfig)
    async with Api(Credentials(), metrics=Metrics()) as api:
        yield Team(api, kubectl, namespace)


async def test_a_quota_is_waited_for(team: Team) -> None:
    quota = await team.make(QUOTAS, "x-quota", spec={"hard": {"pods": "0"}})
    # What the controller of quotas would write, which is not here.
    quota["status"] = {"hard": {"pods": "0"}, "used": {"pods": "0"}}
    path = f"{QUOTAS.path(team.namespace, 'x-quota')}/status"
    await team.api.send(Request("update", "PUT", path, quota))
    await team.submit("full")
    said = await team.says("full", "QuotaExceeded", "exceeded quota: x-quota", "pods=0")
    assert said["status"] == "Unknown"
    team.kubectl.ok("delete", "resourcequota", "x-quota", "-n", team.namespace)
    await team.driver("full")
    status = (await team.run("full"))["status"]
    assert [item["number"] for item in status["attempts"]] == [1]


async def test_a_policy_that_comes_and_goes(team: Team) -> None:
    """It refuses with 422, as an invalid Pod is refused."""
    name = f"no-pods-{team.namespace}"
    where = {"matchLabels": {"kubernetes.io/metadata.name": team.namespace}}
    rule = {
        "apiGroups": [""],
        "apiVersions": ["v1"],
        "operations": ["CREATE"],
        "resources": ["pods"],
    }
    policy = {
        "apiVersion": POLICY_GROUP,
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": name},
        "spec": {
            "matchConstraints": {"resourceRules": [rule], "namespaceSelector": where},
            "validations": [{"expression": "false", "message": "a cost centre is missing"}],
        },
    }
    binding = {
        "apiVersion": POLICY_GROUP,
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": name},
        "spec": {"policyName": name, "validationActions": ["Deny"]},
    }
    team.kubectl.apply(policy)
    team.kubectl.apply(binding)
    probe = {"containers": [{"name": "x", "image": "x"}]}

    async def effective() -> bool:
        try:
            await team.api.send(
                Request(
                    "create",
                    "POST",
                    PODS.path(team.namespace),
                    {"metadata": {"name": "probe"}, "spec": probe},
                    parameters={"dryRun": "All"},
                )
            )
        except Exception as error:
            return "a cost centre is missing" in str(error)
        return False

    await eventually(effective)
    await team.submit("kept-out")
    said = await team.says("kept-out", "AdmissionRefused", "a cost centre is missing")
    assert said["status"] == "Unknown"
    for kind in ("validatingadmissionpolicybinding", "validatingadmissionpolicy"):
        team.kubectl.ok("delete", kind, name)
    await team.driver("kept-out")


async def test_a_pod_that_is_invalid_is_final(team: Team) -> None:
    field = {"fieldRef": {"fieldPath": "metadata.nonsense"}}
    await team.submit("invalid", env=[{"name": "A", "valueFrom": field}])
    said = await team.says("invalid", "RunFailed", "metadata.nonsense", "not retried")
    assert said["status"] == "False"
    run = await team.run("invalid")
    assert run["status"]["attempts"][0]["reason"] == "InvalidSpec"
    names = [pod["metadata"]["name"] for pod in await team.all(PODS)]
    assert f"{run['metadata']['name']}-1" not in names


async def test_a_driver_that_takes_too_long_is_ended_by_its_pods_deadline(team: Team) -> None:
    await team.submit("slow", timeoutSeconds=4)
    pod = await team.driver("slow")
    assert pod["spec"]["activeDeadlineSeconds"] == 4
    began = pod["metadata"]["creationTimestamp"]
    state = {"name": "driver", "image": IMAGE, "imageID": "", "ready": True, "restartCount": 0}
    running = {**state, "state": {"running": {"startedAt": began}}}
    await team.kubelet(pod, phase="Running", startTime=began, containerStatuses=[running])

    async def cut_short() -> bool:
        live = await team.api.get(PODS, team.namespace, pod["metadata"]["name"])
        return bool(live["spec"]["activeDeadlineSeconds"] == 1)

    await eventually(cut_short, seconds=30)
    await team.kubelet(pod, phase="Failed", reason="DeadlineExceeded", containerStatuses=[state])
    said = await team.says("slow", "RunFailed", "longer than timeoutSeconds (4)", "ran for")
    assert f"kubectl logs {pod['metadata']['name']}" in said["message"]


async def test_long_parameters_and_large_numbers(team: Team) -> None:
    """60,000 customers are refused although the object just fits; 8,000 are carried, exactly."""
    items = [f"customer-{n:07d}" for n in range(60_000)]
    await team.submit("long", parameters={"items": items[:8000], "id": 9007199254740993})
    await team.submit("too-long", parameters={"items": items})
    await team.submit("big", parameters={"id": 9007199254740993})
    await team.submit("bigger", parameters={"id": 12345678901234567890})
    said = await team.says("too-long", "InvalidParameters", "512 KiB are the most")
    assert said["status"] == "False"
    told = {job: _told(await team.driver(job)) for job in ("long", "big", "bigger")}
    assert told["big"]["parameters"] == {"id": 9007199254740993}
    with pytest.raises(InvalidParameters, match="more than 64 bits, and Kubernetes rounds"):
        numbered.validate(told["bigger"]["parameters"])
    assert told["long"]["stored"] is True
    run = await team.run("long")
    assert run["spec"]["jobSpec"]["parameters"] == {
        "items": items[:8000],
        "id": 9007199254740993,
    }
    assert not [run for run in await team.all(ANALYTICSRUNS) if run["spec"]["job"] == "too-long"]


def _told(pod: Object) -> Object:
    (container,) = pod["spec"]["containers"]
    text = next(item["value"] for item in container["env"] if item["name"] == "SWIRL_RUN")
    found: Object = json.loads(text)
    return found
