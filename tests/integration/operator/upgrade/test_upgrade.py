"""What the operator of 0.1.0 left behind is taken over by this one, and nothing moves.

`left_by_0_1_0.json` is what the running demo had in the API server: the kinds themselves, their
objects, and what the operator had made of them. A run that is made, a Pod that goes, a change that
is announced as the user's: each would be a model trained anew, a stream restarted, a wrong suspect.
"""

from __future__ import annotations

import contextlib
import json
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml

from localcluster.controlplane import ephemeral
from swirl.kube.errors import AlreadyExists, ApiError
from swirl.kube.request import Request
from swirl.kube.resources import DEPLOYMENTS, PODS, SERVICES, Resource
from swirl_operator.kinds.resources import ANALYTICSJOBS, ANALYTICSRUNS, MODELSERVERS, SWIRLMONITORS
from swirl_operator.runtime.api import Api
from swirl_operator.runtime.credentials import Credentials
from swirl_operator.runtime.interface import Object
from swirl_operator.runtime.metrics import Metrics
from tests.integration.operator.runtime.toy_world import ACCOUNTS, CRDS, eventually
from tests.support.operator import operator

ROOT = Path(__file__).resolve().parents[4]
LEFT: list[Object] = json.loads((Path(__file__).parent / "left_by_0_1_0.json").read_text())
KINDS = (ANALYTICSJOBS, ANALYTICSRUNS, MODELSERVERS, SWIRLMONITORS)
KINDS_PATH = f"/apis/{CRDS.group}/{CRDS.version}/{CRDS.plural}"
# Owners before what they own.
RESOURCES = (*KINDS, DEPLOYMENTS, SERVICES, PODS)


class World:
    """A namespace with what was left behind."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.namespace = f"u-{uuid.uuid4().hex[:8]}"
        self.uids: dict[str, str] = {}

    async def restore(self) -> None:
        """As it was, the kinds of before included."""
        for crd in LEFT:
            if crd["kind"] == "CustomResourceDefinition":
                await self.api.send(Request("create", "POST", KINDS_PATH, crd))
        await self._make(None, {"kind": "Namespace", "metadata": {"name": self.namespace}})
        for account in ("default", "swirl-driver", "swirl-scorer", "swirl-monitor"):
            with contextlib.suppress(AlreadyExists):
                await self._make(ACCOUNTS, {"metadata": {"name": account}})
        await eventually(self._served)
        for resource in RESOURCES:
            for obj in LEFT:
                if obj["kind"] == resource.kind:
                    await self._restore(resource, obj)

    async def upgrade_kinds(self) -> None:
        for file in (ROOT / "crds").glob("*.yaml"):
            crd = yaml.safe_load(file.read_text())
            path = f"{KINDS_PATH}/{crd['metadata']['name']}"
            options = {"fieldManager": "helm", "force": "true"}
            patch = "application/apply-patch+yaml"
            await self.api.send(Request("apply", "PATCH", path, crd, patch, options))

        await eventually(self._takes_new_fields)

    async def _takes_new_fields(self) -> bool:
        spec = {"mode": "Batch", "image": "i", "entryPoint": {"function": "a:b"}}
        body = {
            "apiVersion": ANALYTICSJOBS.api_version,
            "kind": ANALYTICSJOBS.kind,
            "metadata": {"name": "new"},
            "spec": {**spec, "startTimeoutSeconds": 5},
        }
        options = {"dryRun": "All", "fieldValidation": "Strict"}
        path = ANALYTICSJOBS.path(self.namespace)
        try:
            await self.api.send(Request("create", "POST", path, body, parameters=options))
        except ApiError:
            return False
        return True

    async def _restore(self, resource: Resource, obj: Object) -> None:
        metadata = dict(obj["metadata"])
        metadata["namespace"] = self.namespace
        metadata["ownerReferences"] = [
            {**owner, "uid": self.uids[owner["uid"]]}
            for owner in metadata.get("ownerReferences") or ()
            if owner["uid"] in self.uids
        ]
        uid = metadata.pop("uid")
        made = await self._make(resource, {**obj, "metadata": metadata, "status": {}})
        self.uids[uid] = made["metadata"]["uid"]
        if obj.get("status"):
            path = f"{resource.path(self.namespace)}/{metadata['name']}/status"
            made["status"] = obj["status"]
            await self.api.send(Request("update", "PUT", path, made))

    async def _make(self, resource: Resource | None, obj: Object) -> Object:
        if resource is None:
            return await self.api.send(Request("create", "POST", "/api/v1/namespaces", obj))
        head = {"apiVersion": resource.api_version, "kind": resource.kind}
        path = resource.path(self.namespace)
        return await self.api.send(Request("create", "POST", path, {**obj, **head}))

    async def _served(self) -> bool:
        for resource in KINDS:
            await self.all(resource)
        return True

    async def all(self, resource: Resource) -> dict[str, Object]:
        found: dict[str, Object] = {}
        async for items, _ in self.api.pages(resource, self.namespace):
            found.update({item["metadata"]["name"]: item for item in items})
        return found

    async def everything(self) -> dict[str, dict[str, Object]]:
        return {resource.kind: await self.all(resource) for resource in RESOURCES}


def environment_of(deployment: Object) -> dict[str, str]:
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    return {item["name"]: item.get("value", "") for item in container["env"]}


@pytest.fixture(scope="module")
def kubeconfig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Of an API server of its own: the kinds of before would be in the way of other tests."""
    with ephemeral(tmp_path_factory.mktemp("controlplane")) as path:
        yield str(path)


@pytest.fixture
async def world(kubeconfig: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setenv("KUBECONFIG", kubeconfig)
    async with Api(Credentials(), metrics=Metrics()) as api:
        world = World(api)
        await world.restore()
        yield world


def settings_of(left: list[Object], image: str) -> dict[str, str]:
    """What the chart would tell this operator about the installation of before."""
    scorer = next(item for item in left if item["kind"] == "Deployment" and _is_scorer(item))
    said = environment_of(scorer)
    return {
        "SWIRL_SCORER_IMAGE": image,
        "SWIRL_MONITOR_IMAGE": image,
        "SWIRL_ARTIFACTS_URI": "file:///var/lib/swirl/artifacts",
        **{name: said[name] for name in ("SWIRL_KAFKA_BOOTSTRAP", "SWIRL_METRICS_TOPIC")},
    }


def _is_scorer(deployment: Object) -> bool:
    return bool(deployment["metadata"]["labels"]["swirl.dev/kind"] == "ModelServer")


def _changes(objects: dict[str, dict[str, Object]]) -> dict[str, Any]:
    return {
        f"{resource.kind}/{name}": (
            (item["status"].get("change") or {}).get("id"),
            (item["status"].get("change") or {}).get("aspect"),
        )
        for resource in (ANALYTICSJOBS, MODELSERVERS)
        for name, item in objects[resource.kind].items()
    }


async def test_nothing_moves(world: World, kubeconfig: str) -> None:
    before = await world.everything()
    await world.upgrade_kinds()
    assert before["AnalyticsRun"]
    assert before["Pod"]
    image = "registry.example/swirl/scorer:next"
    with operator(world.namespace, kubeconfig, **settings_of(LEFT, image)) as port:
        await eventually(lambda: _at_rest(world, port, image))
        after = await world.everything()
        shown = await _metrics(port)
    assert _names(after) == _names(before)
    assert _versions(after) == _versions(before)
    for kind in ("AnalyticsJob", "AnalyticsRun"):
        for name, item in after[kind].items():
            assert item["metadata"].get("deletionTimestamp") is None, name
            assert _conditions(item) == _conditions(before[kind][name]), name
    for name, pod in after["Pod"].items():
        assert pod["metadata"]["uid"] == before["Pod"][name]["metadata"]["uid"]
        assert pod["metadata"].get("deletionTimestamp") is None, name
    told = _changes(after)
    for key, (identity, aspect) in _changes(before).items():
        # A server that gets another image of Swirl's own is rolled, and that is Swirl's change.
        assert told[key] == (identity, aspect) or (
            key.startswith("ModelServer/") and told[key][1] == "Platform"
        )
    _check_shown(shown, after)


def _check_shown(text: str, objects: dict[str, dict[str, Object]]) -> None:
    """Prometheus sees what the statuses say; the chart's alerts live on it."""
    for kind in ("AnalyticsJob", "ModelServer", "SwirlMonitor"):
        for name, item in objects[kind].items():
            (ready,) = (c for c in item["status"]["conditions"] if c["type"] == "Ready")
            labels = {
                "kind": kind,
                "namespace": item["metadata"]["namespace"],
                "name": name,
                "type": "Ready",
                "status": ready["status"],
                "reason": ready["reason"],
            }
            words = ",".join(f'{key}="{value}"' for key, value in sorted(labels.items()))
            assert f"swirl_resource_condition{{{words}}} 1.0" in text
    assert "swirl_analyticsjob_info{" in text
    assert "swirl_swirlmonitor_verdict{" in text


async def _at_rest(world: World, port: int, image: str) -> bool:
    """All was looked at: every Deployment has the new image, and nothing is left to do."""
    deployments = await world.all(DEPLOYMENTS)
    images = {
        container["image"]
        for item in deployments.values()
        for container in item["spec"]["template"]["spec"]["containers"]
    }
    if images != {image}:
        return False
    text = await _metrics(port)

    def total(prefix: str) -> float:
        lines = [line for line in text.splitlines() if line.startswith(prefix)]
        return sum(float(line.rpartition(" ")[2]) for line in lines)

    looked = all(
        total(f'swirl_operator_reconcile_seconds_count{{kind="{resource.kind}"')
        >= sum(item["kind"] == resource.kind for item in LEFT)
        for resource in KINDS
    )
    return looked and total("swirl_operator_queue_depth") == 0


async def _metrics(port: int) -> str:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}/metrics") as answer,
    ):
        return await answer.text()


def _conditions(obj: Object) -> dict[str, str]:
    """But for its health, which nobody knows while the monitor gets its new image."""
    conditions = {item["type"]: item["status"] for item in obj["status"]["conditions"]}
    conditions.pop("Healthy", None)
    return conditions


def _names(objects: dict[str, dict[str, Object]]) -> dict[str, set[str]]:
    return {kind: set(found) for kind, found in objects.items()}


def _versions(objects: dict[str, dict[str, Object]]) -> dict[str, Any]:
    return {name: item["status"]["specHash"] for name, item in objects["AnalyticsJob"].items()}
