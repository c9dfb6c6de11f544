"""What a real API server makes of the CRDs: it takes them, defaults, refuses, explains, lists."""

from __future__ import annotations

import copy
import json
import re
from typing import Any, get_args

import pytest

from swirl.api.v1alpha1 import KINDS
from swirl.api.v1alpha1.analyticsjob import RetriedReason
from swirl.kube.request import Object
from tests.integration.api.conftest import Kubectl

BATCH: Object = {"mode": "Batch", "image": "ads:1", "entryPoint": {"function": "ads.train:train"}}
STREAM: Object = {**BATCH, "mode": "Streaming"}
MONITOR: Object = {
    "nodes": [{"name": "ingest"}, {"name": "classify", "after": ["ingest"]}],
    "metrics": [{"name": "rows", "node": "ingest", "source": {"metric": "rows"}}],
}


KINDS_BY_NAME = {kind.kind: kind for kind in KINDS}


def thing(kind: str, name: str, spec: Object) -> Object:
    return {
        "apiVersion": "swirl.dev/v1alpha1",
        "kind": kind,
        "metadata": {"name": name, "namespace": "default"},
        "spec": spec,
    }


def job(name: str, spec: Object = BATCH, /, **more: Any) -> Object:
    return thing("AnalyticsJob", name, {**spec, **more})


def server(name: str, /, **model: str) -> Object:
    return thing("ModelServer", name, {"model": model})


def run(name: str, /, **more: Any) -> Object:
    return thing("AnalyticsRun", name, {"job": "train", **more})


def sized(resources: Object) -> Object:
    """A server with these resources."""
    return thing("ModelServer", "bad", {"model": {"job": "train"}, "resources": resources})


def shaped(part: str, resources: Object) -> Object:
    """A job whose driver or executor has these resources."""
    return job("bad", spark={part: {"resources": resources}})


def monitor(name: str, /, **more: Any) -> Object:
    return thing("SwirlMonitor", name, {**MONITOR, **more})


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
def test_a_crd_is_structural(kubectl: Kubectl, kind: Any) -> None:
    """Established was waited for; a schema that is not structural is only complained of here."""
    crd = json.loads(kubectl.ok("get", "crd", f"{kind.plural}.swirl.dev", "-o", "json"))
    conditions = {c["type"]: c["status"] for c in crd["status"]["conditions"]}
    assert conditions["Established"] == "True"
    assert conditions["NamesAccepted"] == "True"
    assert conditions.get("NonStructuralSchema", "False") == "False"


# -- defaults ----------------------------------------------------------------------------------


def test_defaults_are_filled_in(kubectl: Kubectl) -> None:
    stored = kubectl.apply(job("defaults"))
    assert stored["spec"]["retry"] == {
        "limit": 3,
        "backoffSeconds": 10,
        "maxBackoffSeconds": 300,
        "resetAfterSeconds": 600,
        "reasons": list(get_args(RetriedReason)),
    }
    assert stored["spec"]["spark"]["executor"]["memoryOverhead"] == "384Mi"
    assert stored["spec"]["serviceAccountName"] == "swirl-driver"


@pytest.mark.parametrize(
    "obj",
    [
        job("unborn"),
        run("unborn"),
        server("unborn", job="train"),
        monitor("unborn"),
    ],
    ids=lambda obj: obj["kind"],
)
def test_a_status_is_born_unobserved(kubectl: Kubectl, obj: Object) -> None:
    """Tools that compare it with metadata.generation see that nobody has looked yet."""
    assert kubectl.apply(obj)["status"] == {"observedGeneration": -1}


@pytest.mark.parametrize("make", [job, run], ids=["job", "run"])
def test_a_parameter_that_is_null_is_one_and_may_be_applied_again(
    kubectl: Kubectl, make: Any
) -> None:
    """Dropped, it would be the function's default, and each apply would change the object."""
    given = make("null", parameters={"a": None, "b": {"c": None}})
    for _ in range(2):
        stored = kubectl.apply(given)
        assert stored["spec"]["parameters"] == given["spec"]["parameters"]
        assert stored["metadata"]["generation"] == 1


def test_defaults_deep_in_a_monitor(kubectl: Kubectl) -> None:
    stored = kubectl.apply(monitor("deep"))
    assert stored["spec"]["detection"]["learnWindows"] == 12
    assert stored["spec"]["metrics"] == MONITOR["metrics"], "a list stays as it was applied"
    assert stored["spec"]["runner"] == "Process"


def test_the_models_defaults_are_the_servers(kubectl: Kubectl) -> None:
    """Two writers of defaults, the API server and pydantic, that must never disagree."""
    for kind, obj in zip(
        KINDS,
        (
            job("same"),
            run("same", jobSpec=BATCH),
            server("same", job="train"),
            monitor("same"),
        ),
        strict=True,
    ):
        stored = kubectl.apply(obj)["spec"]
        read = kind.model_validate({"spec": obj["spec"]})
        written = read.model_dump(by_alias=True, exclude_none=True)["spec"]
        assert _outside_lists(written) == _outside_lists(stored)
        again = kind.model_validate({"spec": stored})
        assert again.model_dump(by_alias=True, exclude_none=True)["spec"] == written


def _outside_lists(value: Any) -> Any:
    """Without what is empty, and without items of lists, which only pydantic fills in."""
    if isinstance(value, dict):
        items = {k: _outside_lists(v) for k, v in value.items()}
        return {k: v for k, v in items.items() if v not in ({}, [])}
    return [] if isinstance(value, list) else value


# -- refusals ----------------------------------------------------------------------------------

THEIRS = {"bootstrapServers": "kafka.example:9093"}
PLAIN = {"mechanism": "PLAIN", "username": "them"}

REFUSED = {
    "streaming-timeout": (
        job("bad", STREAM, timeoutSeconds=60),
        "timeoutSeconds is for Batch jobs: a Streaming job has no end to wait for",
    ),
    "backoff": (
        job("bad", retry={"backoffSeconds": 100, "maxBackoffSeconds": 10}),
        "retry.maxBackoffSeconds must not be less than retry.backoffSeconds",
    ),
    "job-name-too-long": (job("j" * 36), "metadata.name may have at most 35 characters"),
    "run-name-too-long": (
        run("r" * 45),
        "metadata.name may have at most 44 characters",
    ),
    "server-name-too-long": (
        server("s" * 51, job="train"),
        "metadata.name may have at most 50 characters",
    ),
    "name-with-dots": (job("a.b"), "metadata.name must be a DNS label, without dots"),
    "no-name-for-a-service": (
        server("1st", job="train"),
        "metadata.name must begin with a letter",
    ),
    "two-models": (
        server("bad", job="train", uri="file:///m"),
        "model needs a job, a run, or both, or else a uri",
    ),
    "run-and-directory": (
        server("bad", run="train-1", uri="file:///m"),
        "model needs a job, a run, or both, or else a uri",
    ),
    "no-model": (server("bad"), "model needs a job, a run, or both, or else a uri"),
    "name-of-a-directory": (
        server("bad", uri="file:///m", name="sentiment"),
        "model.name chooses among the models of a run; with model.uri leave it out",
    ),
    "metric-of-no-node": (
        monitor("bad", metrics=[{"name": "x", "node": "nobody", "source": {"metric": "x"}}]),
        "every metric's node must be one of spec.nodes",
    ),
    "security-of-nobodys-kafka": (
        monitor("bad", kafka={"security": {"protocol": "SSL"}}),
        "security is for the servers that stand beside it: set bootstrapServers, too",
    ),
    "sasl-without-a-user": (
        monitor("bad", kafka={**THEIRS, "security": {"protocol": "SASL_SSL", "secretName": "s"}}),
        "the SASL protocols need sasl, and no other takes it",
    ),
    "sasl-without-a-password": (
        monitor("bad", kafka={**THEIRS, "security": {"protocol": "SASL_SSL", "sasl": PLAIN}}),
        "the SASL protocols need secretName, with the password, and PLAINTEXT takes none",
    ),
    "tokens-from-nowhere": (
        monitor(
            "bad",
            kafka={
                **THEIRS,
                "security": {
                    "protocol": "SASL_SSL",
                    "secretName": "s",
                    "sasl": {**PLAIN, "mechanism": "OAUTHBEARER"},
                },
            },
        ),
        "OAUTHBEARER needs tokenUrl, and no other mechanism takes it",
    ),
    "after-nobody": (
        monitor("bad", nodes=[{"name": "ingest", "after": ["nobody"]}]),
        "every name in a node's `after` must be another node of spec.nodes",
    ),
    "after-itself": (
        monitor("bad", nodes=[{"name": "ingest", "after": ["ingest"]}]),
        "every name in a node's `after` must be another node of spec.nodes",
    ),
    "two-nodes-of-one-name": (
        monitor("bad", nodes=[{"name": "ingest"}, {"name": "ingest"}]),
        "Duplicate value",
    ),
    "unknown-mode": (job("bad", mode="Sometimes"), "Unsupported value"),
    "memory-of-no-unit": (
        job("bad", spark={"driver": {"memory": "1GB"}}),
        "spec.spark.driver.memory",
    ),
    "heap-that-spark-refuses": (
        job("bad", spark={"executor": {"memory": "449Mi"}}),
        "Spark starts no executor with a heap below 450Mi",
    ),
    "memory-of-bytes-by-mistake": (
        job("bad", spark={"executor": {"memoryOverhead": 512}}),
        "must be 1Mi at least; a number without a unit counts bytes",
    ),
    "negative": (sized({"limits": {"cpu": -1}}), "greater than or equal to 0"),
    "more-of-a-number-than-of-a-text": (
        sized({"requests": {"cpu": 2}, "limits": {"cpu": "1500m"}}),
        "resources.requests.cpu must not be more than resources.limits.cpu",
    ),
    "a-variable-without-a-value": (
        job("bad", env=[{"name": "A"}]),
        'a variable needs either value or valueFrom; an empty one is `value: ""`',
    ),
    "a-typo-in-a-variable": (
        job("bad", env=[{"name": "A", "valuFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}]),
        "a variable needs either value or valueFrom",
    ),
    "a-variable-with-two-values": (
        job(
            "bad",
            env=[{"name": "A", "value": "1", "valueFrom": {"fieldRef": {"fieldPath": "x"}}}],
        ),
        "a variable needs either value or valueFrom",
    ),
    "a-variable-of-no-known-source": (
        job("bad", env=[{"name": "A", "valueFrom": {"vaultRef": {"name": "s"}}}]),
        "valueFrom needs exactly one of",
    ),
    "a-source-without-a-key": (
        job("bad", env=[{"name": "A", "valueFrom": {"secretKeyRef": {"name": "s"}}}]),
        "valueFrom.secretKeyRef.key",
    ),
    "variables-of-nowhere": (
        job("bad", envFrom=[{"prefix": "A_"}]),
        "envFrom needs either secretRef or configMapRef",
    ),
    "spark-is-told-where-it-runs": (
        job("bad", spark={"conf": {"spark.master": "local"}}),
        "leave it out, Swirl sets it",
    ),
    "spark-is-told-what-has-a-field": (
        job("bad", spark={"conf": {"spark.executor.memory": "4g"}}),
        "spark.executor.memory: use spec.spark.executor.memory",
    ),
    "spark-is-told-of-a-pod-that-it-does-not-make": (
        job("bad", spark={"conf": {"spark.kubernetes.driver.label.team": "ads"}}),
        "spark.kubernetes.driver.label.*: use spec.spark.driver.pod.labels",
    ),
    "more-cpu-than-the-limit": (
        sized({"requests": {"cpu": "1"}, "limits": {"cpu": "900m"}}),
        "resources.requests.cpu must not be more than resources.limits.cpu",
    ),
    "more-memory-than-the-limit": (
        sized({"requests": {"memory": "1Gi"}, "limits": {"memory": "1023Mi"}}),
        "resources.requests.memory must not be more than resources.limits.memory",
    ),
    "more-cpu-than-a-drivers-limit": (
        shaped("driver", {"requests": {"cpu": "2"}, "limits": {"cpu": "1"}}),
        "resources.requests.cpu must not be more than resources.limits.cpu",
    ),
    "memory-of-a-driver-twice": (
        shaped("driver", {"limits": {"memory": "2Gi"}}),
        "leave resources.limits.memory out: a Spark pod requests and may use "
        "`memory` + `memoryOverhead`",
    ),
    "memory-of-an-executor-twice": (
        shaped("executor", {"requests": {"cpu": "1", "memory": "2Gi"}}),
        "leave resources.requests.memory out: a Spark pod requests and may use "
        "`memory` + `memoryOverhead`",
    ),
    "a-runs-own-job-spec": (
        run("bad", jobSpec={**STREAM, "timeoutSeconds": 60}),
        "timeoutSeconds is for Batch jobs: a Streaming job has no end to wait for",
    ),
    "half-a-job-spec": (run("bad", jobSpec={"mode": "Batch"}), "spec.jobSpec.image"),
    "retry-limit": (job("bad", retry={"limit": 91}), "less than or equal to 90"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_wrong_is_refused_with_our_words(kubectl: Kubectl, name: str) -> None:
    obj, words = REFUSED[name]
    # Not by server-side apply: it stumbles over duplicate list keys with words of its own.
    assert words in kubectl.refused("create", "--dry-run=server", "-f", "-", obj=obj)


@pytest.mark.parametrize("obj", [job("typo", imagge="x"), server("typo", job="a", jobb="b")])
def test_a_typo_is_refused_and_named(kubectl: Kubectl, obj: Object) -> None:
    complaint = kubectl.refused("create", "--validate=strict", "-f", "-", obj=obj)
    assert 'unknown field "spec.' in complaint


@pytest.mark.parametrize("cpu", [1, "0.5", "500m", ".5", "1e-1"])
@pytest.mark.parametrize("memory", ["2G", "1.5Gi", "500M", "1024Mi", 1073741824, "1e9"])
def test_ordinary_quantities(kubectl: Kubectl, cpu: Any, memory: Any) -> None:
    shape = {"memory": memory, "memoryOverhead": memory, "resources": {"limits": {"cpu": cpu}}}
    dry = ("create", "--dry-run=server", "-o", "json", "-f", "-")
    for obj in (
        job("amounts", spark={"driver": shape, "executor": shape}),
        sized({"requests": {"memory": memory}, "limits": {"cpu": cpu, "nvidia.com/gpu": 1}}),
    ):
        stored = json.loads(kubectl.ok(*dry, obj=obj))
        KINDS_BY_NAME[obj["kind"]].model_validate(stored)


def test_fields_of_pods_that_nobody_knows_are_kept_to_be_named(kubectl: Kubectl) -> None:
    """Where the client does not validate, as Helm does not, the API server prunes in silence."""
    said = {
        "env": [{"name": "A", "value": "1", "valuFrom": {"x": 1}}],
        "envFrom": [{"secretRef": {"name": "s", "optionl": True}}],
        "pod": {
            "nodeSelecter": {"pool": "gpu"},
            "tolerations": [{"key": "a", "efect": "NoSchedule"}],
            "imagePullSecrets": [{"name": "s", "namespace": "t"}],
            "template": {"spec": {"securityContext": {"fsGroup": None}, "hostnme": "x"}},
        },
    }
    create = ("create", "--validate=false", "--dry-run=server", "-o", "json", "-f", "-")
    for obj in (job("kept", **said), monitor("kept", **said)):
        spec = json.loads(kubectl.ok(*create, obj=obj))["spec"]
        assert {key: spec[key] for key in said} == said


def test_mode_cannot_be_changed(kubectl: Kubectl) -> None:
    kubectl.apply(job("mode"))
    complaint = kubectl.refused("apply", "--server-side", "-f", "-", obj=job("mode", STREAM))
    assert "mode cannot be changed: delete the job and create it anew" in complaint


FIXED = {"parameters": {"a": 1, "deep": {"b": [1]}}, "jobSpec": {**BATCH, "parameters": {"x": 1}}}


@pytest.mark.parametrize(
    "change",
    [
        {"job": "other"},
        {"parameters": {}},
        {"parameters": {"a": 2, "deep": {"b": [1]}}},
        {"parameters": {"a": 1, "deep": {"b": [2]}}},
        {"parameters": {"a": 1, "deeper": {"b": [1]}}},
        {"jobSpec": None},
        {"jobSpec": {**BATCH, "image": "ads:2", "parameters": {"x": 1}}},
        {"jobSpec": {**BATCH, "parameters": {"x": 2}}},
        {"jobSpec": {**BATCH, "parameters": {"y": 1}}},
        {"cancel": True, "job": "other"},
        {"cancel": True, "jobSpec": {**BATCH, "parameters": {"y": 1}}},
    ],
    ids=str,
)
def test_a_run_cannot_be_changed(kubectl: Kubectl, change: Object) -> None:
    kubectl.apply(run("fixed", **FIXED))
    changed = run("fixed", **{**FIXED, **change})
    complaint = kubectl.refused("replace", "--dry-run=server", "-f", "-", obj=changed)
    assert "a run cannot be changed, but for cancel: create another AnalyticsRun" in complaint


def test_a_run_without_a_job_spec_does_not_get_one(kubectl: Kubectl) -> None:
    kubectl.apply(run("without"))
    changed = run("without", jobSpec=BATCH)
    complaint = kubectl.refused("apply", "--server-side", "-f", "-", obj=changed)
    assert "a run cannot be changed, but for cancel: create another AnalyticsRun" in complaint


def cancelling(name: str, value: str) -> tuple[str, ...]:
    return ("patch", "arun", name, "--type=merge", "-p", f'{{"spec":{{"cancel":{value}}}}}')


@pytest.mark.parametrize("more", [{}, FIXED])
def test_a_run_is_cancelled_once_and_for_all(kubectl: Kubectl, more: Object) -> None:
    name = "cancelled" if more else "cancelled-bare"
    kubectl.apply(run(name, **more))
    kubectl.ok(*cancelling(name, "true"))
    stored = json.loads(kubectl.ok("get", "arun", name, "-o", "json"))
    assert stored["spec"]["cancel"] is True
    assert stored["metadata"]["generation"] == 2
    for value in ("false", "null"):
        complaint = kubectl.refused(*cancelling(name, value))
        assert "cancel cannot be taken back: create another AnalyticsRun" in complaint


def test_everything_else_of_a_job_can_be_changed(kubectl: Kubectl) -> None:
    first = kubectl.apply(job("edit"))
    second = kubectl.apply(
        job("edit", image="ads:2", suspend=True, parameters={"a": [1, {"b": 2}]})
    )
    assert second["metadata"]["generation"] == first["metadata"]["generation"] + 1
    assert second["spec"]["parameters"] == {"a": [1, {"b": 2}]}


# -- kubectl -----------------------------------------------------------------------------------


def test_explain_is_the_manual(kubectl: Kubectl) -> None:
    text = kubectl.ok("explain", "ajob.spec.retry.limit")
    plain = " ".join(text.split())
    assert "Failed attempts in a row that are followed by another one." in plain
    assert "<integer>" in plain
    assert "What runs the analysis" in " ".join(kubectl.ok("explain", "smon.spec").split())


def status(kind: str, name: str, body: Object) -> Object:
    found = thing(kind, name, {})
    del found["spec"]
    return {**found, "status": body}


def condition(kind: str, value: str, reason: str, message: str) -> Object:
    return {
        "type": kind,
        "status": value,
        "reason": reason,
        "message": message,
        "lastTransitionTime": "2026-01-31T12:00:00Z",
        "observedGeneration": 1,
    }


def listed(kubectl: Kubectl, what: str, name: str, *more: str) -> Object:
    """The row of one object in `kubectl get`, by column."""
    head, row = kubectl.ok("get", what, name, *more).splitlines()
    starts = [found.start() for found in re.finditer(r"\S+", head)]
    ends = [*starts[1:], None]
    return {head[a:b].strip(): row[a:b].strip() for a, b in zip(starts, ends, strict=True)}


def test_columns_of_a_run(kubectl: Kubectl) -> None:
    kubectl.apply(thing("AnalyticsRun", "shown", {"job": "train"}))
    attempts = [
        {"number": n, "pod": f"shown-{n}", "intendedAt": "2026-01-31T12:00:00Z"} for n in (1, 2)
    ]
    body = {
        "observedGeneration": 1,
        "conditions": [condition("Succeeded", "False", "OOMKilled", "needs more memory")],
        "attempts": attempts,
        "progress": {"percent": 40, "message": "fits"},
        "startTime": "2026-01-31T12:00:00Z",
    }
    write_status(kubectl, status("AnalyticsRun", "shown", body))
    row = listed(kubectl, "arun", "shown", "-o", "wide")
    assert row["JOB"] == "train"
    assert (row["SUCCEEDED"], row["REASON"]) == ("False", "OOMKilled")
    assert (row["ATTEMPT"], row["PROGRESS"]) == ("2", "40")
    assert row["MESSAGE"] == "needs more memory"
    assert "MESSAGE" not in listed(kubectl, "arun", "shown")


def test_columns_of_a_job_a_server_and_a_monitor(kubectl: Kubectl) -> None:
    kubectl.apply(job("shown"))
    kubectl.apply(server("shown", job="train"))
    kubectl.apply(monitor("shown"))
    ready = condition("Ready", "True", "Completed", "It is done.")
    healthy = condition("Healthy", "False", "Blamed", "It is wrong.")
    base: Object = {"observedGeneration": 1, "conditions": [ready, healthy]}
    current = {"name": "shown-1", "outcome": "Succeeded"}
    write_status(kubectl, status("AnalyticsJob", "shown", {**base, "currentRun": current}))
    served = {**base, "version": "train-1", "readyReplicas": 2}
    write_status(kubectl, status("ModelServer", "shown", served))
    verdict = {"state": "Broken", "summary": "Data pipeline is broken", "node": "ingest"}
    write_status(kubectl, status("SwirlMonitor", "shown", {**base, "verdict": verdict}))
    assert listed(kubectl, "ajob", "shown", "-o", "wide")["MESSAGE"] == "It is done."
    row = listed(kubectl, "ajob", "shown")
    assert (row["MODE"], row["READY"], row["HEALTHY"]) == ("Batch", "True", "False")
    assert (row["RUN"], row["OUTCOME"]) == ("shown-1", "Succeeded")
    row = listed(kubectl, "mserver", "shown")
    assert (row["VERSION"], row["REPLICAS"]) == ("train-1", "2")
    row = listed(kubectl, "smon", "shown")
    assert (row["VERDICT"], row["NODE"]) == ("Data pipeline is broken", "ingest")
    assert "modelserver.swirl.dev/shown" in kubectl.ok("get", "swirl", "-o", "name")


def write_status(kubectl: Kubectl, obj: Object) -> None:
    kubectl.ok("apply", "--server-side", "--subresource=status", "-f", "-", obj=obj)


def test_a_status_keeps_what_another_manager_wrote(kubectl: Kubectl) -> None:
    """The verdict is the engine's, the conditions are the operator's."""
    kubectl.apply(monitor("two"))
    verdict = {"state": "Healthy", "summary": "fine"}
    ready = [condition("Ready", "True", "Watching", "The analysis runs.")]
    for manager, body in (
        ("swirl-monitor", {"verdict": verdict}),
        ("swirl-operator", {"observedGeneration": 1, "conditions": ready}),
        ("swirl-operator", {"observedGeneration": 1, "conditions": []}),
    ):
        way = ("--subresource=status", f"--field-manager={manager}", "-f", "-")
        obj = copy.deepcopy(status("SwirlMonitor", "two", body))
        kubectl.ok("apply", "--server-side", *way, obj=obj)
    stored = json.loads(kubectl.ok("get", "smon", "two", "-o", "json"))["status"]
    assert stored["verdict"]["state"] == "Healthy"
    assert not stored.get("conditions")


def test_a_server_can_be_scaled(kubectl: Kubectl) -> None:
    kubectl.apply(server("scaled", job="train"))
    kubectl.ok("scale", "mserver/scaled", "--replicas=3")
    stored = json.loads(kubectl.ok("get", "mserver", "scaled", "-o", "json"))
    assert stored["spec"]["replicas"] == 3
