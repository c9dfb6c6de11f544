"""Faults on the real cluster: the operator dies, a driver dies, resources are wrong."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.operator.cluster import Cluster, condition, training_job

OPERATOR = "app.kubernetes.io/component=operator"


def _run_of(work: Cluster, job: str) -> dict[str, Any] | None:
    runs = work.items("arun", f"swirl.dev/job={job}")
    assert len(runs) <= 1, "one version of a job has one run"
    return runs[0] if runs else None


def _drivers(work: Cluster, job: str) -> list[dict[str, Any]]:
    return work.items("pods", f"swirl.dev/job={job},swirl.dev/role=driver")


def _runs(pod: dict[str, Any]) -> bool:
    states = (pod.get("status") or {}).get("containerStatuses") or [{}]
    return "running" in (states[0].get("state") or {})


def _kill_operator(system: Cluster) -> None:
    for pod in system.items("pods", OPERATOR):
        system.ok("delete", "pod", pod["metadata"]["name"], "--grace-period=0", "--force")


def _succeeded(work: Cluster, job: str) -> dict[str, Any] | None:
    run = _run_of(work, job)
    said = condition(run, "Succeeded")
    assert said["status"] != "False", said["message"]
    return run if said["status"] == "True" else None


def test_operator_killed_twice(
    work: Cluster, system: Cluster, ads_image: str, job_name: str
) -> None:
    work.apply(training_job(job_name, ads_image))
    _kill_operator(system)
    work.wait("the driver Pod", lambda: _drivers(work, job_name))
    _kill_operator(system)
    run = work.wait("the run to succeed", lambda: _succeeded(work, job_name))
    assert [attempt["number"] for attempt in run["status"]["attempts"]] == [1]
    assert [pod["metadata"]["name"] for pod in _drivers(work, job_name)] == [
        run["status"]["attempts"][0]["pod"]
    ]
    assert [model["name"] for model in run["status"]["models"]] == ["sentiment"]
    work.wait(
        "the job to be Ready",
        lambda: condition(work.get("ajob", job_name), "Ready")["status"] == "True",
    )


def test_driver_killed_is_tried_again(work: Cluster, ads_image: str, job_name: str) -> None:
    """And executors have what the job says of its variables and Pods."""
    work.apply(
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": job_name},
            "stringData": {"password": "pa$$word"},
        }
    )
    city = {"name": "CITY", "valueFrom": {"secretKeyRef": {"name": job_name, "key": "password"}}}
    settings = {"labels": {"team": "ads"}, "annotations": {"example.org/owner": "ads"}}
    work.apply(training_job(job_name, ads_image, env=[city], pod=settings))

    def executing() -> dict[str, Any] | None:
        """An executor of the second attempt whose container started: its Secret was found."""
        selector = f"swirl.dev/job={job_name},swirl.dev/role=executor,swirl.dev/attempt=2"
        return next((pod for pod in work.items("pods", selector) if _runs(pod)), None)

    def running() -> str | None:
        for pod in _drivers(work, job_name):
            if _runs(pod):
                return str(pod["metadata"]["name"])
        return None

    pod = work.wait("the driver to run", running)
    work.ok("delete", "pod", pod, "--grace-period=0", "--force")
    executor = work.wait("an executor to run", executing)
    assert executor["metadata"]["labels"]["team"] == "ads"
    assert executor["metadata"]["annotations"]["example.org/owner"] == "ads"
    assert city in executor["spec"]["containers"][0]["env"]
    run = work.wait("the second attempt to succeed", lambda: _succeeded(work, job_name))
    outcomes = [attempt["outcome"] for attempt in run["status"]["attempts"]]
    assert outcomes == ["Failed", "Succeeded"]


def test_wrong_parameter_is_said_once(work: Cluster, ads_image: str, job_name: str) -> None:
    work.apply(training_job(job_name, ads_image, parameters={"max_iter": "many"}))
    job = work.wait(
        "the job to be refused",
        lambda: (
            found
            if condition(found := work.get("ajob", job_name), "Ready")["status"] == "False"
            else None
        ),
    )
    assert condition(job, "Stalled")["status"] == "True"
    assert "max_iter" in condition(job, "Ready")["message"]
    run = _run_of(work, job_name)
    assert run is not None
    assert [attempt["reason"] for attempt in run["status"]["attempts"]] == ["InvalidParameters"]


def test_missing_image_is_explained(work: Cluster, job_name: str) -> None:
    work.apply(training_job(job_name, "example.invalid/no/such:image"))
    message = work.wait(
        "a sentence about the image",
        lambda: (
            said
            if "pulled" in (said := condition(work.get("ajob", job_name), "Ready")["message"])
            else None
        ),
    )
    assert "example.invalid/no/such:image" in message


@pytest.mark.usefixtures("release")
def test_invalid_resources_are_refused_by_name(work: Cluster, ads_image: str) -> None:
    streaming = training_job("refused", ads_image, mode="Streaming", timeoutSeconds=5)
    assert "timeoutSeconds is for Batch jobs" in work.refused(streaming)
    typo = training_job("refused", ads_image, retries=3)
    assert "retries" in work.refused(typo)
    two = {
        "apiVersion": "swirl.dev/v1alpha1",
        "kind": "ModelServer",
        "metadata": {"name": "refused"},
        "spec": {"model": {"job": "a", "uri": "file:///b"}},
    }
    assert "a job, a run, or both, or else a uri" in work.refused(two)


def test_bad_resource_marks_only_itself(
    work: Cluster, system: Cluster, ads_image: str, job_name: str
) -> None:
    work.apply(training_job(job_name, ads_image, suspend=True))
    ring = {
        "apiVersion": "swirl.dev/v1alpha1",
        "kind": "SwirlMonitor",
        "metadata": {"name": "ring"},
        "spec": {
            "nodes": [{"name": "a", "after": ["b"]}, {"name": "b", "after": ["a"]}],
            "metrics": [{"name": "m", "node": "a", "source": {"metric": "m"}}],
        },
    }
    orphan = {
        "apiVersion": "swirl.dev/v1alpha1",
        "kind": "ModelServer",
        "metadata": {"name": "orphan"},
        "spec": {"model": {"job": "nobody"}},
    }
    before = _restarts(system)
    try:
        work.apply(ring)
        work.apply(orphan)
        said = work.wait(
            "the cycle to be named",
            lambda: (
                found
                if (found := condition(work.get("smon", "ring"), "Ready"))["status"] == "False"
                else None
            ),
        )
        assert said["reason"] == "InvalidSpec"
        assert "cycle" in said["message"]
        said = work.wait(
            "the missing job to be named",
            lambda: (
                found
                if (found := condition(work.get("mserver", "orphan"), "Ready"))["reason"]
                else None
            ),
        )
        assert (said["status"], said["reason"]) == ("Unknown", "JobNotFound")
        work.wait(
            "the good one to be Ready",
            lambda: condition(work.get("ajob", job_name), "Ready")["status"] == "True",
        )
    finally:
        work.ok("delete", "smon", "ring", "--ignore-not-found")
        work.ok("delete", "mserver", "orphan", "--ignore-not-found")
    assert _restarts(system) == before


def _restarts(system: Cluster) -> list[int]:
    return [
        status["restartCount"]
        for pod in system.items("pods", OPERATOR)
        for status in pod["status"]["containerStatuses"]
    ]
