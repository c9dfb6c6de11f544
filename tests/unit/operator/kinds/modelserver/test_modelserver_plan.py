from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from swirl.kube.resources import DEPLOYMENTS
from swirl_operator.kinds.analyticsrun import report
from swirl_operator.kinds.modelserver.plan import plan_server
from swirl_operator.kinds.modelserver.related import ServerRelated
from swirl_operator.kinds.resources import MODELSERVERS
from swirl_operator.runtime.interface import ChildFailure, Object, Plan, Ref
from tests.support import kstatus
from tests.unit.operator.kinds.observed import (
    EARLIER,
    after,
    container,
    ended,
    given,
    job,
    merged,
    observe,
    planned,
    pod,
    run,
    said,
    server,
)
from tests.unit.operator.kinds.process import INSTALLATION

PLANNER = partial(plan_server, installation=INSTALLATION)
DONE = dict.fromkeys(("replicas", "readyReplicas", "updatedReplicas", "availableReplicas"), 1)


def published(name: str = "train-1", digest: str = "sha256:1") -> Object:
    model = {"name": "sentiment", "uri": f"file:///m/{name}", "digest": digest}
    return run(name, status={**ended("Succeeded"), "models": [model]})


def look(obj: Object, source: Object | None, *deployments: Object, **more: Any) -> Plan:
    related = ServerRelated(**{"job": job(), "run": source, **more.pop("related", {})})
    children = {
        "deployments": deployments,
        "poddisruptionbudgets": more.pop("budgets", ()),
    }
    return planned(PLANNER, observe(obj, children=children, related=related, **more))


def begun(source: Object, obj: Object | None = None) -> Object:
    """The server once it has written down what it is going to serve."""
    obj = obj or server()
    return after(obj, look(obj, source))


def rolled_out(obj: Object, source: Object, status: Object | None = None) -> Object:
    """The Deployment of what the server wants, as far as `status` says."""
    wanted = look(obj, source).apply[0]
    return given(wanted, obj, MODELSERVERS, status)


def settled(source: Object) -> tuple[Object, Object]:
    """A server that serves, and its Deployment."""
    obj = begun(source)
    live = rolled_out(obj, source)
    for _ in range(6):
        plan = look(obj, source, live)
        if plan.status == obj["status"] and not plan.announce:
            return obj, live
        obj = after(obj, plan)
    raise AssertionError("the status never comes to rest")


# -- before there is anything to serve ---------------------------------------------------------


def test_without_a_model_nothing_is_made() -> None:
    plan = look(server(), None)
    assert not plan.apply
    assert said(plan)[:2] == ("Unknown", "RunStarting")
    assert plan.status is not None
    assert plan.status["replicas"] == 0
    assert "wantedVersion" not in plan.status


def test_a_run_that_failed_needs_somebodys_help() -> None:
    plan = look(server(), run(status=ended("Failed")))
    assert kstatus.compute(after(server(), plan)) == "Failed"
    assert said(plan)[1] == "RunFailed"


# -- a roll-out --------------------------------------------------------------------------------


def test_the_version_is_written_down_before_it_is_rolled_out() -> None:
    plan = look(server(), published())
    assert not plan.apply
    assert plan.requeue_after == 0
    assert plan.status is not None
    assert plan.status["wantedVersion"] == "train-1"
    assert plan.status["change"]["to"] == "train-1"
    assert "version" not in plan.status


def test_then_it_is_rolled_out() -> None:
    plan = look(begun(published()), published())
    assert [child["kind"] for child in plan.apply] == ["Deployment", "Service"]
    assert said(plan)[:2] == ("Unknown", "RollingOut")


def test_all_replicas_serve() -> None:
    obj, live = settled(published())
    assert obj["status"]["version"] == "train-1"
    assert (obj["status"]["replicas"], obj["status"]["readyReplicas"]) == (1, 1)
    assert kstatus.compute(obj) == "Current"
    assert look(obj, published(), live).requeue_after is None


def test_while_some_are_ready() -> None:
    obj = begun(published(), server(spec={"replicas": 2}))
    live = rolled_out(obj, published(), {"availableReplicas": 1, "readyReplicas": 1})
    plan = look(obj, published(), live)
    assert said(plan)[:2] == ("Unknown", "RollingOut")
    assert "1 of 2 ready" in said(plan)[2]
    assert plan.status is not None
    assert "version" not in plan.status


def test_a_new_version_leaves_the_old_one_named_until_it_is_done() -> None:
    obj, live = settled(published())
    plan = look(obj, published("train-2", "sha256:2"), live)
    assert plan.status is not None
    assert plan.status["version"] == "train-1"
    assert plan.status["wantedVersion"] == "train-2"
    assert "train-1 is still served" in said(plan)[2]
    assert plan.status["change"]["from"] == "train-1"


@pytest.mark.parametrize("change", [{"replicas": 3}, {"runtime": {"image": "other:1"}}])
def test_a_spec_that_was_not_applied_yet_is_not_ready(change: dict[str, Any]) -> None:
    """The Deployment is done, but with the spec before: Ready now would be a lie to `wait`."""
    obj, live = settled(published())
    newer = merged(obj, {"spec": change, "metadata": {"generation": 2}})
    plan = look(newer, published(), live)
    for _ in range(2):
        plan = look(newer, published(), live)
        newer = after(newer, plan)
        assert kstatus.compute(newer) == "InProgress"
    assert {manifest["kind"] for manifest in plan.apply} >= {"Deployment", "Service"}


def test_another_model_under_the_same_version_is_a_change() -> None:
    """The run was deleted and run again: the same name, but not the same model."""
    obj, live = settled(published())
    plan = look(obj, published(digest="sha256:2"), live)
    assert not plan.apply
    assert plan.status is not None
    assert plan.status["change"]["id"] != obj["status"]["change"]["id"]
    assert kstatus.compute(after(obj, plan)) == "InProgress"


def held_at(run: str) -> Object:
    obj, _ = settled(published())
    return merged(obj, {"spec": {"model": {"run": run}}, "metadata": {"generation": 2}})


def test_a_server_that_is_held_at_a_run_says_so() -> None:
    obj = held_at("train-1")
    plan = look(obj, published(), rolled_out(obj, published()))
    assert said(plan)[0] == "True"
    assert "Held at it by spec.model.run" in said(plan)[2]


def test_a_server_that_is_held_at_a_run_that_is_not_there_does_not_speak_of_a_newer_one() -> None:
    obj = held_at("train-0")
    plan = look(obj, None, rolled_out(obj, published()))
    assert said(plan)[:2] == ("Unknown", "RunNotFound")
    assert (
        said(plan)[2]
        == "AnalyticsRun train-0 does not exist (yet). train-1 is still served by 1 replica."
    )


def test_no_replicas_are_a_state_like_any_other() -> None:
    obj = begun(published(), server(spec={"replicas": 0}))
    plan = look(obj, published(), rolled_out(obj, published()))
    assert said(plan)[:2] == ("True", "Serving")


# -- when the source has nothing new -------------------------------------------------------------


@pytest.mark.parametrize("source", [None, run("train-2")])
def test_what_is_served_stays_while_a_newer_one_is_made(source: Object | None) -> None:
    obj, live = settled(published())
    plan = look(obj, source, live)
    assert plan.status is not None
    assert plan.status["wantedVersion"] == "train-1"
    assert said(plan)[0] == "True"
    assert "a newer one may follow" in said(plan)[2]
    assert len(plan.apply) == 2


@pytest.mark.parametrize(
    ("model", "related", "reason"),
    [
        ({"run": "trian-2"}, {"run": None}, "RunNotFound"),
        ({"job": "trian"}, {"job": None, "run": None}, "JobNotFound"),
        ({"job": "other"}, {"run": None}, "RunStarting"),
    ],
)
def test_what_an_earlier_spec_asked_for_is_not_what_this_one_asks_for(
    model: Object, related: Object, reason: str
) -> None:
    obj, live = settled(published())
    newer = merged(obj, {"spec": server(model)["spec"], "metadata": {"generation": 2}})
    newer["spec"]["model"] = model
    plan = look(newer, None, live, related=related)
    assert kstatus.compute(after(newer, plan)) == "InProgress"
    assert said(plan)[1] == reason
    assert "train-1 is still served" in said(plan)[2]
    assert len(plan.apply) == 2


def test_a_job_that_was_deleted_leaves_its_model_served() -> None:
    obj, live = settled(published())
    plan = look(obj, None, live, related={"job": None})
    assert said(plan)[:2] == ("True", "Serving")


def test_what_is_served_stays_when_the_newer_one_failed() -> None:
    obj, live = settled(published())
    plan = look(obj, run("train-2", status=ended("Failed")), live)
    assert kstatus.compute(after(obj, plan)) == "Failed"
    assert "train-1 is still served" in said(plan)[2]
    assert plan.apply[0]["spec"]["template"]["metadata"]["labels"]["swirl.dev/version"] == "train-1"


# -- what goes wrong -----------------------------------------------------------------------------


def scorer_that(state: Object, live: Object, **status: Any) -> Object:
    """A pod of that Deployment."""
    made = pod("scorer-1", status=container(state, "scorer", **status))
    return {**made, "metadata": {**made["metadata"], **live["spec"]["template"]["metadata"]}}


@pytest.mark.parametrize(
    ("end", "reason", "words"),
    [
        ({"exitCode": 3, "message": "row 7: 0.2, not 0.3"}, "GoldenRowsMismatch", "row 7"),
        ({"exitCode": 137, "reason": "OOMKilled"}, "OutOfMemory", "resources.limits.memory"),
        ({"exitCode": 1, "message": "Traceback\nKeyError: 'x'"}, "ScorerFailed", "KeyError: 'x'"),
        ({"exitCode": 1}, "ScorerFailed", "it exited with code 1"),
    ],
)
def test_a_scorer_that_does_not_start_is_quoted(end: Object, reason: str, words: str) -> None:
    obj = begun(published())
    live = rolled_out(obj, published(), {"availableReplicas": 0})
    pods = [scorer_that({"terminated": end}, live)]
    plan = look(obj, published(), live, related={"pods": pods})
    assert kstatus.compute(after(obj, plan)) == "Failed"
    assert said(plan)[1] == reason
    assert words in said(plan)[2]


def test_how_it_ended_under_an_earlier_spec_does_not_count() -> None:
    """Too little memory was given, and has just been raised: the old pods crash on for a while."""
    obj = begun(published())
    former = rolled_out(obj, published(), {"availableReplicas": 0})
    newer = merged(obj, {"spec": {"resources": {"limits": {"memory": "1Gi"}}}})
    live = rolled_out(after(newer, look(newer, published(), former)), published())
    live["status"]["availableReplicas"] = 0
    pods = [scorer_that({"terminated": {"exitCode": 137, "reason": "OOMKilled"}}, former)]
    for _ in range(3):
        plan = look(newer, published(), live, related={"pods": pods})
        newer = after(newer, plan)
        assert said(plan)[1] == "RollingOut"


PULL: Object = {"waiting": {"reason": "ErrImagePull", "message": "no such tag"}}
CLAUSE = "does not start: its image cannot be pulled (no such tag)"


def test_a_scorer_whose_image_is_missing_says_so_in_the_words_of_a_driver() -> None:
    obj = begun(published())
    live = rolled_out(obj, published(), {"availableReplicas": 0})
    pods = [scorer_that(PULL, live)]
    plan = look(obj, published(), live, related={"pods": pods})
    assert kstatus.compute(after(obj, plan)) == "InProgress"
    assert said(plan)[1] == "ImagePull"
    assert f"0 of 1 ready; Pod scorer-1 {CLAUSE}" in said(plan)[2]
    assert report.read(pod(status=container(PULL))).message == f"The driver {CLAUSE}"


def test_a_roll_out_that_is_stuck_says_why() -> None:
    stuck = {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}
    obj = begun(published())
    live = rolled_out(obj, published(), {"availableReplicas": 0, "conditions": [stuck]})
    plan = look(obj, published(), live, related={"pods": [scorer_that(PULL, live)]})
    assert said(plan)[:2] == ("False", "ImagePull")
    assert CLAUSE in said(plan)[2]


def test_a_pod_that_was_evicted_does_not_speak_for_its_replacement() -> None:
    obj, live = settled(published())
    live["status"]["availableReplicas"] = 0
    end = {"terminated": {"exitCode": 137}}
    pods = [scorer_that(end, live, phase="Failed", reason="Evicted")]
    assert said(look(obj, published(), live, related={"pods": pods}))[1] == "RollingOut"


def test_a_roll_out_that_is_stuck() -> None:
    obj = begun(published())
    stuck = {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}
    live = rolled_out(obj, published(), {"availableReplicas": 0, "conditions": [stuck]})
    assert said(look(obj, published(), live))[:2] == ("False", "RolloutStuck")


@pytest.mark.parametrize(
    ("code", "why", "reason", "state"),
    [
        (409, "NameClash", "NameClash", "Failed"),
        (422, "Invalid", "InvalidSpec", "Failed"),
        (403, "Forbidden", "AdmissionRefused", "InProgress"),
    ],
)
def test_a_refused_child(code: int, why: str, reason: str, state: str) -> None:
    obj = begun(published())
    failure = ChildFailure(Ref(DEPLOYMENTS, "ads", "sentiment"), code, why, "because")
    plan = look(obj, published(), failures=[failure])
    assert said(plan)[1] == reason
    assert kstatus.compute(after(obj, plan)) == state


def test_a_server_that_is_being_deleted_is_left_alone() -> None:
    assert look(server(metadata={"deletionTimestamp": EARLIER}), published()) == Plan()


# -- what is announced ---------------------------------------------------------------------------


def test_started_is_announced_before_the_roll_out_is_done() -> None:
    obj = begun(published())
    half = rolled_out(obj, published(), {"availableReplicas": 0})
    phases: list[str] = []
    for _ in range(6):
        plan = look(obj, published(), half)
        phases += [event["customData"]["phase"] for event in plan.announce]
        obj = after(obj, plan)
    assert phases == ["Started"]
    live = rolled_out(obj, published())
    for _ in range(6):
        plan = look(obj, published(), live)
        phases += [event["customData"]["phase"] for event in plan.announce]
        obj = after(obj, plan)
    assert phases == ["Started", "Finished"]


def announced(obj: Object, source: Object, live: Object) -> list[tuple[str, str, str]]:
    """Aspect, phase and version of all that is announced until nothing is left."""
    found = []
    for _ in range(12):
        plan = look(obj, source, live)
        for event in plan.announce:
            content = event["customData"]
            found.append((content["aspect"], content["phase"], content["to"]["version"]))
        if plan.apply:
            live = rolled_out(obj, source)
        obj = after(obj, plan)
    return found


def test_another_image_is_a_change_of_code() -> None:
    obj, live = settled(published())
    newer = merged(obj, {"spec": {"runtime": {"image": "mine:2"}}, "metadata": {"generation": 2}})
    assert announced(newer, published(), live) == [
        ("Code", "Started", "mine:2"),
        ("Code", "Finished", "mine:2"),
    ]


def test_other_resources_are_a_change_of_configuration() -> None:
    obj, live = settled(published())
    spec = {"resources": {"limits": {"memory": "1Gi"}}}
    newer = merged(obj, {"spec": spec, "metadata": {"generation": 2}})
    aspects = [(aspect, phase) for aspect, phase, _ in announced(newer, published(), live)]
    assert aspects == [("Configuration", "Started"), ("Configuration", "Finished")]


def test_more_replicas_are_no_change_of_what_is_answered() -> None:
    obj, live = settled(published())
    newer = merged(obj, {"spec": {"replicas": 3}, "metadata": {"generation": 2}})
    assert announced(newer, published(), live) == []


def test_a_model_and_an_image_at_once_are_two_changes() -> None:
    obj, live = settled(published())
    newer = merged(obj, {"spec": {"runtime": {"image": "mine:2"}}, "metadata": {"generation": 2}})
    found = announced(newer, published("train-2", "sha256:2"), live)
    assert [(aspect, phase) for aspect, phase, _ in found] == [
        ("Model", "Started"),
        ("Model", "Finished"),
        ("Code", "Started"),
        ("Code", "Finished"),
    ]


def test_an_announcement_says_what_was_changed() -> None:
    obj, live = settled(published())
    later = published("train-2", "sha256:2")
    for _ in range(6):
        plan = look(obj, later, live)
        obj = after(obj, plan)
        if plan.announce:
            break
    content = plan.announce[0]["customData"]
    assert (content["kind"], content["aspect"]) == ("ModelServer", "Model")
    assert content["from"] == {"version": "train-1"}
    assert content["to"] == {"version": "train-2"}


# -- more than one replica -----------------------------------------------------------------------


def test_a_budget_guards_replicas_as_long_as_there_are_several() -> None:
    obj, live = settled(published())
    several = merged(obj, {"spec": {"replicas": 3}, "metadata": {"generation": 2}})
    plan = look(several, published(), live)
    several = after(several, plan)
    plan = look(several, published(), live)
    (budget,) = (made for made in plan.apply if made["kind"] == "PodDisruptionBudget")
    assert budget["spec"]["maxUnavailable"] == 1
    pods = next(made for made in plan.apply if made["kind"] == "Deployment")["spec"]["template"]
    chosen = budget["spec"]["selector"]["matchLabels"]
    assert chosen.items() <= pods["metadata"]["labels"].items()
    assert not plan.delete
    stored = merged(budget, {"metadata": {"uid": "b-1"}})
    plan = look(obj, published(), live, budgets=(stored,))
    assert [(ref.resource.kind, ref.name, ref.uid) for ref in plan.delete] == [
        ("PodDisruptionBudget", "sentiment", "b-1")
    ]
    assert not [made for made in plan.apply if made["kind"] == "PodDisruptionBudget"]


# -- the build of an image ---------------------------------------------------------------------


def test_another_build_under_the_same_name_is_told_once() -> None:
    source = published()
    obj, live = settled(source)

    def running(digit: str) -> Object:
        scorer = scorer_that({"running": {}}, live)
        scorer["status"]["containerStatuses"][0]["imageID"] = f"r@sha256:{digit * 64}"
        return scorer

    first = look(obj, source, live, related={"pods": [running("a")]})
    assert first.status is not None
    assert first.status["imageID"] == f"r@sha256:{'a' * 64}"
    assert first.events == ()
    obj = after(obj, first)
    plan = look(obj, source, live, related={"pods": [running("b")]})
    assert plan.status is not None
    assert plan.status["change"]["aspect"] == "Platform"
    assert [event.reason for event in plan.events] == ["ImageMoved"]
    again = look(after(obj, plan), source, live, related={"pods": [running("b")]})
    assert again.status is not None
    assert again.status["change"]["id"] == plan.status["change"]["id"]
    assert again.events == ()
