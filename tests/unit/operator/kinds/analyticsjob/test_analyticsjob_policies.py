"""version, history, needed and handover: the small decisions of a job."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swirl.api.v1alpha1.analyticsjob import AnalyticsJobSpec
from swirl_operator.kinds.analyticsjob.handover import in_the_way, to_delete
from swirl_operator.kinds.analyticsjob.history import surplus
from swirl_operator.kinds.analyticsjob.needed import needed
from swirl_operator.kinds.analyticsjob.version import aspect_changed
from swirl_operator.kinds.runs import run_name, spec_hash
from swirl_operator.runtime.interface import Object
from tests.unit.operator.kinds.observed import (
    EARLIER,
    JOB_SPEC,
    ended,
    job,
    merged,
    pod,
    run,
    run_of,
    server,
    stream,
)

# -- version -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "change", "what"),
    [
        (None, {}, "Code"),
        (JOB_SPEC, {"image": "ads:2"}, "Code"),
        (JOB_SPEC, {"entryPoint": {"function": "a:b"}}, "Code"),
        (JOB_SPEC, {"parameters": {"a": 1}}, "Configuration"),
    ],
)
def test_aspect_changed(before: Object | None, change: Object, what: str) -> None:
    assert aspect_changed(before, merged(JOB_SPEC, change)) == what


# -- history -----------------------------------------------------------------------------------


def finished(name: str, outcome: str, hour: int, **more: Any) -> Object:
    return run(name, status=ended(outcome, at=f"2026-01-31T{hour:02}:00:00Z"), **more)


def names(found: list[Object]) -> list[str]:
    return [obj["metadata"]["name"] for obj in found]


def kept_two(runs: list[Object], *needed: str) -> list[str]:
    return names(surplus(runs, needed=needed, succeeded_limit=2, failed_limit=1))


def test_the_oldest_go_and_each_outcome_has_its_own_limit() -> None:
    runs = [
        finished("d", "Succeeded", 1),
        finished("c", "Succeeded", 2),
        finished("b", "Succeeded", 3),
        finished("f", "Failed", 1),
        finished("g", "Cancelled", 2),
        run("r"),
    ]
    assert kept_two(runs) == ["d", "f"]


def test_what_is_needed_stays_however_old_and_does_not_count() -> None:
    runs = [finished(name, "Succeeded", hour) for hour, name in enumerate("abcde")]
    assert kept_two(runs, "a") == ["b", "c"]
    assert kept_two(runs, "a", "b", "c") == []


def test_what_is_being_deleted_is_not_deleted_again() -> None:
    gone = finished("a", "Succeeded", 1, metadata={"deletionTimestamp": "2026-01-31T11:00:00Z"})
    assert kept_two([gone, *(finished(name, "Succeeded", 2) for name in "bc")]) == []


@given(
    st.lists(
        st.tuples(
            st.sampled_from(("Succeeded", "Failed", "Cancelled", "Running")), st.integers(0, 23)
        )
    ),
    st.integers(1, 5),
    st.integers(1, 5),
)
def test_what_is_kept_is_newer_than_what_goes(
    drawn: list[tuple[str, int]], succeeded: int, failed: int
) -> None:
    runs = [finished(f"run-{n}", *what) for n, what in enumerate(drawn)]
    doomed = names(surplus(runs, needed=(), succeeded_limit=succeeded, failed_limit=failed))
    for outcomes, limit in ((("Succeeded",), succeeded), (("Failed", "Cancelled"), failed)):
        mine = {f"run-{n}": hour for n, (what, hour) in enumerate(drawn) if what in outcomes}
        kept = {name: hour for name, hour in mine.items() if name not in doomed}
        assert len(kept) == min(len(mine), limit)
        gone = [mine[name] for name in doomed if name in mine]
        assert max(gone, default=0) <= min(kept.values(), default=23)
    assert not [name for name in doomed if drawn[int(name[4:])][0] == "Running"]


# -- who needs a run ---------------------------------------------------------------------------


def test_the_present_version_and_the_one_before_it_are_needed() -> None:
    assert needed("train", "v2", {"from": "v1", "to": "v2"}, ()) == {"train-v2", "train-v1"}
    assert needed("train", "v1", {"to": "v1"}, ()) == {"train-v1"}
    assert needed("train", "v1", None, ()) == {"train-v1"}


def test_what_a_server_serves_is_about_to_serve_or_asks_for_is_needed() -> None:
    serving = server(status={"version": "train-a", "wantedVersion": "train-b"})
    asking = server({"run": "train-c"})
    found = needed("train", "v", None, (serving, asking, server()))
    assert found == {"train-v", "train-a", "train-b", "train-c"}


# -- handover ----------------------------------------------------------------------------------


def spec_of(parent: Object) -> AnalyticsJobSpec:
    return AnalyticsJobSpec.model_validate(parent["spec"])


def doomed(parent: Object, *runs: Object, drivers: Sequence[Object] = ()) -> list[str]:
    name = run_name(parent["metadata"]["name"], spec_hash(parent["spec"]))
    return [ref.name for ref in to_delete(spec_of(parent), runs, drivers, name, {name})]


def other(parent: Object) -> Object:
    return {**parent, "spec": merged(parent["spec"], {"image": "ads:0"})}


def test_a_stream_deletes_the_runs_of_other_versions() -> None:
    old, now = run_of(other(stream())), run_of(stream())
    assert doomed(stream(), old, now) == [old["metadata"]["name"]]
    assert doomed(stream(), run_of(other(stream()), "Succeeded")) == []


def test_a_suspended_stream_deletes_its_run_too() -> None:
    suspended = stream(spec={"suspend": True})
    assert len(doomed(suspended, run_of(suspended))) == 1


def begun(parent: Object) -> Object:
    attempts = [{"number": 1, "pod": "p", "outcome": "Running", "startedAt": EARLIER}]
    return run_of(parent, status={"attempts": attempts})


def test_a_batch_run_is_left_to_end() -> None:
    assert doomed(job(), begun(other(job())), begun(job())) == []


@pytest.mark.parametrize(
    "status", [None, {"attempts": [{"number": 1, "pod": "p", "outcome": "Pending"}]}]
)
def test_a_batch_run_that_never_began_is_deleted_with_its_version(status: Object | None) -> None:
    """A Pod with a mistyped image would wait for ever, and nobody wants its outcome."""
    unborn = run_of(other(job()), status=status)
    assert doomed(job(), unborn) == [unborn["metadata"]["name"]]
    assert doomed(job(), run_of(job(), status=status)) == []


def test_a_batch_run_whose_status_was_lost_began_if_it_has_a_driver() -> None:
    lost = run_of(other(job()), status=None)
    mine = {"run": lost["metadata"]["name"]}
    ended = pod(labels=mine, status={"phase": "Succeeded"})
    assert doomed(job(), lost, drivers=[ended]) == []
    assert len(doomed(job(), lost, drivers=[pod(labels=mine)])) == 1
    assert len(doomed(job(), lost, drivers=[pod(status={"phase": "Running"})])) == 1


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
