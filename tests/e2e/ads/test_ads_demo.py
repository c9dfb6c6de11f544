"""What `make demo` must have found, and in what state it leaves the cluster.

`demo` is the content of build/demo.json after the demo ran.
"""

from __future__ import annotations

import json
import re
import subprocess
from typing import Any

import pytest

LIMIT_SECONDS = 60
OPERATOR_MIB = 200


@pytest.fixture
def ask(kubectl: str, kubeconfig: str) -> Any:
    """kubectl on the cluster of the demo."""

    def run(*words: str) -> str:
        command = [kubectl, "--kubeconfig", kubeconfig, *words]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    return run


def test_each_case_got_its_verdict(demo: dict[str, Any]) -> None:
    found = [(case["state"], case["verdict"], case["node"]) for case in demo["cases"]]
    assert found == [
        ("Healthy", "Healthy", None),
        ("Broken", "Data pipeline is broken", "ingest"),
        ("Broken", "Deployed bug in ML code", "classify"),
    ]
    assert demo["passed"]


def test_symptoms_downstream_are_the_same_in_both_faults(demo: dict[str, Any]) -> None:
    healthy, feed, model = (
        {item["metric"]: item["direction"] for item in case["evidence"]} for case in demo["cases"]
    )
    alike = {"positive_ratio": "Low", "clicks": "Low"}
    assert healthy == {}
    assert feed == {"invalid_records": "High", **alike}
    assert model == alike


def test_the_verdicts_came_in_time(demo: dict[str, Any]) -> None:
    faults = demo["cases"][1:]
    assert all(0 < case["seconds"] <= LIMIT_SECONDS for case in faults), faults


def test_the_buggy_version_is_named_and_the_old_one_came_back(demo: dict[str, Any]) -> None:
    bug, recovery = demo["cases"][2], demo["recovery"]
    assert bug["target"] == "ModelServer/sentiment"
    assert bug["version"] in bug["message"]
    assert recovery["version"] in bug["message"]
    assert recovery["version"] != bug["version"]
    assert recovery["state"] == "Healthy"


def test_training_measured_both_releases_alike(demo: dict[str, Any], ask: Any) -> None:
    runs = json.loads(ask("get", "arun", "-n", "ads", "-l", "swirl.dev/job", "-o", "json"))
    measured = {
        run["metadata"]["name"]: run["status"]["metrics"]
        for run in runs["items"]
        if run["spec"]["job"] == "train-sentiment" and run["status"].get("metrics")
    }
    good = measured[demo["recovery"]["version"]]
    bad = measured[demo["cases"][2]["version"]]
    assert float(good["accuracy"]) > 0.7
    assert float(bad["accuracy"]) == pytest.approx(float(good["accuracy"]), abs=0.01)


def test_no_tweet_went_unscored_while_models_were_exchanged(demo: dict[str, Any], ask: Any) -> None:
    release = json.loads(ask("get", "arun", demo["cases"][2]["version"], "-n", "ads", "-o", "json"))
    since = release["metadata"]["creationTimestamp"]
    log = ask("logs", "-n", "ads", "deployment/adserver", f"--since-time={since}")
    assert not re.findall(r".*was not scored.*", log)


def test_the_pods_are_those_of_the_chart_and_the_operator(demo: dict[str, Any], ask: Any) -> None:
    assert demo["cases"]
    pods = json.loads(ask("get", "pods", "-n", "ads", "-o", "json"))["items"]
    roles = {pod["metadata"]["labels"].get("swirl.dev/role") for pod in pods}
    assert {"driver", "executor", "scorer", "monitor"} <= roles
    system = ask("get", "pods", "-n", "swirl-system", "-o", "name")
    assert "pod/swirl-kafka-0" in system
    assert "pod/swirl-operator" in system


def test_the_operator_stays_small(demo: dict[str, Any], ask: Any) -> None:
    assert demo["cases"]
    script = "cat /proc/[0-9]*/status"
    operator = ("exec", "-n", "swirl-system", "deployment/swirl-operator", "--")
    status = ask(*operator, "sh", "-c", script)
    peaks = [int(kib) for kib in re.findall(r"VmHWM:\s+(\d+) kB", status)]
    assert peaks
    assert max(peaks) / 1024 < OPERATOR_MIB


def test_going_back_did_not_train_again(demo: dict[str, Any], ask: Any) -> None:
    released = {demo["recovery"]["version"], demo["cases"][2]["version"]}
    assert len(released) == 2
    runs = json.loads(ask("get", "arun", "-n", "ads", "-l", "swirl.dev/job", "-o", "json"))
    trained = {
        run["metadata"]["name"]
        for run in runs["items"]
        if run["spec"]["job"] == "train-sentiment"
        and run["metadata"]["creationTimestamp"] >= demo["began"]
    }
    # On a cluster that has seen these releases before, fewer.
    assert trained <= released


def test_health_is_on_the_parts(demo: dict[str, Any], ask: Any) -> None:
    assert demo["passed"]
    for part in ("ajob/ingest", "mserver/sentiment", "smon/ads"):
        found = json.loads(ask("get", part, "-n", "ads", "-o", "json"))
        said = {c["type"]: c["status"] for c in found["status"]["conditions"]}
        assert said["Healthy"] == "True", f"{part}: {found['status']['conditions']}"


def test_kubectl_answers_the_first_questions(demo: dict[str, Any], ask: Any) -> None:
    assert demo["passed"]
    assert "followed by another one" in ask("explain", "ajob.spec.retry.limit")
    assert "VERDICT" in ask("get", "smon", "-n", "ads")
    assert "Deployed bug in ML code" in ask("describe", "mserver", "sentiment", "-n", "ads")
