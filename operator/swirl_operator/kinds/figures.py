"""What Prometheus is shown of the kinds' objects, for the alerts of the chart: pure.

Everything stands in some status already. Runs are counted and not shown one by one: there are as
many of them as history keeps.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from swirl.kube.resources import Resource
from swirl.wire.times import from_rfc3339
from swirl_operator.kinds.resources import (
    ANALYTICSJOBS,
    ANALYTICSRUNS,
    MODELSERVERS,
    SWIRLMONITORS,
)
from swirl_operator.kinds.runs import outcome_of
from swirl_operator.runtime.interface import Figure, Object
from swirl_operator.runtime.objects import (
    condition_of,
    conditions_of,
    name_of,
    namespace_of,
    status_of,
)

_SHOWN = ("Ready", "Healthy")

Read = Callable[[Resource], Iterable[Object]]


def figures(read: Read) -> Iterator[Figure]:
    """All figures, as the statuses are now."""
    jobs, runs = list(read(ANALYTICSJOBS)), list(read(ANALYTICSRUNS))
    servers, monitors = list(read(MODELSERVERS)), list(read(SWIRLMONITORS))
    yield _conditions([*jobs, *servers, *monitors])
    yield Figure(
        "swirl_analyticsjob_info",
        "1 for every AnalyticsJob.",
        ("namespace", "name", "mode"),
        [((*_who(job), str(job["spec"]["mode"])), 1.0) for job in jobs],
    )
    yield _runs(runs)
    yield _failures(runs)
    yield _replicas(servers)
    yield _verdicts(monitors)
    yield from _incidents(monitors)


def _who(obj: Object) -> tuple[str, str]:
    return namespace_of(obj), name_of(obj)


def _conditions(objects: Iterable[Object]) -> Figure:
    return Figure(
        "swirl_resource_condition",
        "1 for the status that a condition has, by kind, name, type, status and reason.",
        ("kind", "namespace", "name", "type", "status", "reason"),
        [
            (
                (
                    str(obj["kind"]),
                    *_who(obj),
                    str(item["type"]),
                    str(item["status"]),
                    str(item["reason"]),
                ),
                1.0,
            )
            for obj in objects
            for item in conditions_of(obj)
            if item["type"] in _SHOWN
        ],
    )


def _runs(runs: Iterable[Object]) -> Figure:
    counted = Counter((namespace_of(run), str(run["spec"]["job"]), outcome_of(run)) for run in runs)
    return Figure(
        "swirl_analyticsruns",
        "AnalyticsRuns that there are, by job and outcome.",
        ("namespace", "analyticsjob", "outcome"),
        [(key, float(number)) for key, number in sorted(counted.items())],
    )


def _failures(runs: Iterable[Object]) -> Figure:
    """The latest of each job, with why it failed."""
    latest: dict[tuple[str, str], tuple[float, str]] = {}
    for run in runs:
        ended = status_of(run).get("completionTime")
        if outcome_of(run) != "Failed" or not ended:
            continue
        key = namespace_of(run), str(run["spec"]["job"])
        succeeded = condition_of(run, "Succeeded") or {}
        found = from_rfc3339(ended).timestamp(), str(succeeded.get("reason", ""))
        latest[key] = max(latest.get(key, found), found)
    return Figure(
        "swirl_analyticsrun_last_failure_timestamp_seconds",
        "When a run of a job last failed, and why.",
        ("namespace", "analyticsjob", "reason"),
        [((*key, reason), time) for key, (time, reason) in sorted(latest.items())],
    )


def _replicas(servers: Iterable[Object]) -> Figure:
    samples = []
    for server in servers:
        ready = status_of(server).get("readyReplicas", 0)
        samples.append(((*_who(server), "wanted"), float(server["spec"].get("replicas", 1))))
        samples.append(((*_who(server), "ready"), float(ready)))
    return Figure(
        "swirl_modelserver_replicas",
        "Replicas of a ModelServer, by state: wanted by its spec, and ready.",
        ("namespace", "name", "state"),
        samples,
    )


def _verdicts(monitors: Iterable[Object]) -> Figure:
    samples = []
    for monitor in monitors:
        said = status_of(monitor).get("verdict") or {}
        if said.get("state"):
            words = (said["state"], said.get("node") or "", said.get("summary") or "")
            samples.append(((*_who(monitor), *words), 1.0))
    return Figure(
        "swirl_swirlmonitor_verdict",
        "1 for the verdict that a SwirlMonitor gives, by state, node and summary.",
        ("namespace", "name", "state", "node", "summary"),
        samples,
    )


def _incidents(monitors: Iterable[Object]) -> Iterator[Figure]:
    """Of the latest incident: what there is to tell, and what each destination was told."""
    revisions: list[tuple[tuple[str, ...], float]] = []
    told: list[tuple[tuple[str, ...], float]] = []
    for monitor in monitors:
        for incident in (status_of(monitor).get("incidents") or ())[-1:]:
            revisions.append((_who(monitor), float(incident["revision"])))
            told.extend(
                ((*_who(monitor), str(item["to"])), float(item.get("revision", 0)))
                for item in incident.get("deliveries") or ()
            )
    yield Figure(
        "swirl_swirlmonitor_incident_revision",
        "Revision of the latest incident of which a SwirlMonitor tells.",
        ("namespace", "name"),
        revisions,
    )
    yield Figure(
        "swirl_swirlmonitor_incident_told",
        "Revision of that incident that a destination has acknowledged.",
        ("namespace", "name", "to"),
        told,
    )
