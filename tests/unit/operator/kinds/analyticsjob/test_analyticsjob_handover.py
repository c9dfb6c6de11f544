"""Which runs must go, and what must be gone before the next one may come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from swirl.api.v1alpha1.analyticsjob import AnalyticsJobSpec
from swirl_operator.kinds.analyticsjob.handover import in_the_way, stuck, to_delete
from swirl_operator.kinds.analyticsjob.version import spec_hash
from swirl_operator.kinds.runs import run_name
from swirl_operator.runtime.interface import Object
from tests.unit.operator.kinds.observed import (
    EARLIER,
    NOW,
    job,
    merged,
    pod,
    run_of,
    stream,
)


def spec_of(parent: Object) -> AnalyticsJobSpec:
    return AnalyticsJobSpec.model_validate(parent["spec"])


def deleted(parent: Object, *runs: Object, drivers: Sequence[Object] = ()) -> list[str]:
    name = run_name(parent["metadata"]["name"], spec_hash(parent["spec"]))
    return [ref.name for ref in to_delete(spec_of(parent), runs, drivers, name, {name})]


def other(parent: Object) -> Object:
    return {**parent, "spec": merged(parent["spec"], {"image": "ads:0"})}


def test_a_stream_deletes_the_runs_of_other_versions() -> None:
    old, now = run_of(other(stream())), run_of(stream())
    assert deleted(stream(), old, now) == [old["metadata"]["name"]]
    assert deleted(stream(), run_of(other(stream()), "Succeeded")) == []


def test_a_suspended_stream_deletes_its_run_too() -> None:
    suspended = stream(spec={"suspend": True})
    assert len(deleted(suspended, run_of(suspended))) == 1


def begun(parent: Object) -> Object:
    attempts = [{"number": 1, "pod": "p", "outcome": "Running", "startedAt": EARLIER}]
    return run_of(parent, status={"attempts": attempts})


def test_a_batch_run_is_left_to_end() -> None:
    assert deleted(job(), begun(other(job())), begun(job())) == []


@pytest.mark.parametrize(
    "status", [None, {"attempts": [{"number": 1, "pod": "p", "outcome": "Pending"}]}]
)
def test_a_batch_run_that_never_began_is_deleted_with_its_version(status: Object | None) -> None:
    """A Pod with a mistyped image would wait for ever, and nobody wants its outcome."""
    unborn = run_of(other(job()), status=status)
    assert deleted(job(), unborn) == [unborn["metadata"]["name"]]
    assert deleted(job(), run_of(job(), status=status)) == []


def test_a_batch_run_whose_status_was_lost_began_if_it_has_a_driver() -> None:
    lost = run_of(other(job()), status=None)
    mine = {"run": lost["metadata"]["name"]}
    ended = pod(labels=mine, status={"phase": "Succeeded"})
    assert deleted(job(), lost, drivers=[ended]) == []
    assert len(deleted(job(), lost, drivers=[pod(labels=mine)])) == 1
    assert len(deleted(job(), lost, drivers=[pod(labels=mine, status=None)])) == 1
    assert len(deleted(job(), lost, drivers=[pod(status={"phase": "Running"})])) == 1


def test_a_run_is_deleted_in_that_incarnation_only() -> None:
    old = run_of(other(stream()))
    (ref,) = to_delete(spec_of(stream()), [old], (), "ingest-x", ())
    assert ref.uid == old["metadata"]["uid"]


def blockers(parent: Object, runs: list[Object], *pods: Object) -> list[str]:
    return in_the_way(spec_of(parent), runs, pods, "train-1")


@pytest.mark.parametrize("phase", ["Pending", "Running", "Unknown"])
def test_a_stream_waits_for_every_driver(phase: str) -> None:
    mine = pod(status={"phase": phase})
    foreign = pod("x-1", labels={"run": "x"}, status={"phase": phase})
    assert blockers(stream(), [], mine, foreign) == ["Pod train-1-1", "Pod x-1"]


@pytest.mark.parametrize("phase", ["Succeeded", "Failed"])
def test_a_driver_that_ended_is_not_waited_for(phase: str) -> None:
    assert blockers(stream(), [], pod(status={"phase": phase})) == []


def test_executors_are_not_waited_for() -> None:
    assert blockers(stream(), [], pod(labels={"role": "executor"})) == []


def test_a_stream_waits_for_runs_that_may_still_start_a_driver() -> None:
    old = run_of(other(stream()))
    assert blockers(stream(), [old]) == [f"AnalyticsRun {old['metadata']['name']}"]
    assert blockers(stream(), [run_of(other(stream()), "Failed")]) == []


def test_a_batch_run_waits_only_for_drivers_of_its_own_name() -> None:
    """Of a run that was deleted to have it run again."""
    assert blockers(job(), [run_of(other(job()))], pod()) == ["Pod train-1-1"]
    assert blockers(job(), [], pod(labels={"run": "train-2"})) == []


def test_a_driver_that_should_be_gone_is_somebodys_to_deal_with() -> None:
    told = {"deletionTimestamp": EARLIER, "deletionGracePeriodSeconds": 45}
    gone = pod(status={"phase": "Running"}, metadata=told, spec={"nodeName": "x-dead"})
    found = stuck(spec_of(stream()), [gone], "train-1", NOW)
    assert found is not None
    assert "x-dead does not answer" in found
    assert "kubectl delete pod train-1-1 --force --grace-period=0" in found
    soon = datetime.fromisoformat(EARLIER) + timedelta(seconds=20)
    assert stuck(spec_of(stream()), [gone], "train-1", soon) is None
    assert stuck(spec_of(stream()), [pod()], "train-1", NOW) is None
