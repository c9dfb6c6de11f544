from __future__ import annotations

from collections.abc import Iterable

from swirl.kube.resources import Resource
from swirl_operator.kinds.figures import figures
from swirl_operator.runtime.interface import Object
from tests.unit.operator.kinds.observed import (
    condition,
    ended,
    job,
    merged,
    monitor,
    run,
    server,
    stream,
)


def shown(*objects: Object) -> dict[str, dict[tuple[str, ...], float]]:
    def read(resource: Resource) -> Iterable[Object]:
        return [obj for obj in objects if obj["kind"] == resource.kind]

    return {figure.name: dict(figure.samples) for figure in figures(read)}


def test_conditions_with_their_reasons_and_not_those_that_follow_from_them() -> None:
    said = [
        condition("Ready", "False", "RunFailed"),
        condition("Stalled", "True", "RunFailed"),
        condition("Healthy", "Unknown", "NotMonitored"),
    ]
    assert shown(job(status={"conditions": said}))["swirl_resource_condition"] == {
        ("AnalyticsJob", "ads", "train", "Ready", "False", "RunFailed"): 1,
        ("AnalyticsJob", "ads", "train", "Healthy", "Unknown", "NotMonitored"): 1,
    }


def test_what_mode_a_job_is_of() -> None:
    assert shown(job(), stream())["swirl_analyticsjob_info"] == {
        ("ads", "train", "Batch"): 1,
        ("ads", "ingest", "Streaming"): 1,
    }


def test_runs_are_counted_and_the_latest_failure_is_told() -> None:
    found = shown(
        run("a", status=ended("Succeeded")),
        run("b", status=ended("OutOfMemory", at="2026-01-31T11:00:00Z")),
        run("c", status=ended("UserError", at="2026-01-31T12:00:00Z")),
        run("d", status=ended("Cancelled", at="2026-01-31T13:00:00Z")),
        run("e"),
    )
    assert found["swirl_analyticsruns"] == {
        ("ads", "train", "Succeeded"): 1,
        ("ads", "train", "Failed"): 2,
        ("ads", "train", "Cancelled"): 1,
        ("ads", "train", "Running"): 1,
    }
    assert found["swirl_analyticsrun_last_failure_timestamp_seconds"] == {
        ("ads", "train", "UserError"): 1769860800.0
    }


def test_replicas_that_are_wanted_and_ready() -> None:
    of = server(spec={"replicas": 3}, status={"readyReplicas": 2})
    assert shown(of)["swirl_modelserver_replicas"] == {
        ("ads", "sentiment", "wanted"): 3,
        ("ads", "sentiment", "ready"): 2,
    }


def test_verdicts_and_who_was_told_of_the_latest_incident() -> None:
    first = {"id": "1", "revision": 2, "deliveries": [{"to": "Webhook", "revision": 2}]}
    latest = {
        "id": "2",
        "revision": 3,
        "deliveries": [{"to": "Alertmanager", "revision": 3}, {"to": "Webhook", "error": "no"}],
    }
    broken = monitor(
        status={
            "verdict": {"state": "Broken", "summary": "It broke", "node": "ingest"},
            "incidents": [first, latest],
        }
    )
    learning = merged(
        monitor(status={"verdict": {"state": "Learning", "summary": "Learning"}}),
        {"metadata": {"name": "other"}},
    )
    found = shown(broken, learning, merged(monitor(), {"metadata": {"name": "new"}}))
    assert found["swirl_swirlmonitor_verdict"] == {
        ("ads", "ads", "Broken", "ingest", "It broke"): 1,
        ("ads", "other", "Learning", "", "Learning"): 1,
    }
    assert found["swirl_swirlmonitor_incident_revision"] == {("ads", "ads"): 3}
    assert found["swirl_swirlmonitor_incident_told"] == {
        ("ads", "ads", "Alertmanager"): 3,
        ("ads", "ads", "Webhook"): 0,
    }


def test_objects_that_nobody_has_looked_at_yet_show_what_they_can() -> None:
    bare: list[Object] = [job(), run(), server(), monitor()]
    for obj in bare:
        obj.pop("status")
    assert shown(*bare)["swirl_resource_condition"] == {}
