"""The API server's own texts, as it writes them; test_runs_refused has them from a real one."""

from __future__ import annotations

import pytest

from swirl.kube.resources import PODS
from swirl_operator.kinds.analyticsrun.refused import why
from swirl_operator.runtime.interface import ChildFailure, Ref
from tests.unit.operator.kinds.analyticsrun.attempts import going, look
from tests.unit.operator.kinds.observed import merged, said

QUOTA = (
    'pods "x-1" is forbidden: exceeded quota: team, requested: pods=1, used: pods=2, limited: '
    "pods=2"
)
LIMITS = 'pods "x-1" is forbidden: failed quota: team: must specify limits.cpu for: driver'
POLICY = (
    "pods \"x-1\" is forbidden: ValidatingAdmissionPolicy 'labels' with binding 'all' denied "
    "request: a cost centre is missing"
)
WEBHOOK = 'admission webhook "pods.example.org" denied the request: Pod "x-1" is invalid'
AWAY = (
    'Internal error occurred: failed calling webhook "pods.example.org": failed to call webhook: '
    "connection refused"
)
ACCOUNT = (
    'pods "x-1" is forbidden: error looking up service account ads/swirl-driver: serviceaccount '
    '"swirl-driver" not found'
)
INVALID = 'Pod "x-1" is invalid: spec.containers[0].env[0].name: Invalid value: "1 x"'
UNREADABLE = (
    'Pod in version "v1" cannot be handled as a Pod: json: cannot unmarshal string into Go struct'
)


def failure(code: int, message: str) -> ChildFailure:
    return ChildFailure(Ref(PODS, "ads", "train-1-1"), code, "Forbidden", message)


@pytest.mark.parametrize(
    ("code", "message", "reason"),
    [
        (403, QUOTA, "QuotaExceeded"),
        (403, LIMITS, "QuotaExceeded"),
        (422, POLICY, "AdmissionRefused"),
        (403, POLICY, "AdmissionRefused"),
        (422, WEBHOOK, "AdmissionRefused"),
        (500, AWAY, "AdmissionRefused"),
        (403, ACCOUNT, "AdmissionRefused"),
        (422, INVALID, "InvalidSpec"),
        (400, UNREADABLE, "InvalidSpec"),
        (413, "etcdserver: request is too large", "InvalidSpec"),
    ],
)
def test_a_refusal_and_what_follows(code: int, message: str, reason: str) -> None:
    assert why(failure(code, message)) == reason
    plan = look(going(spec={"retry": {"limit": 0}}), failures=[failure(code, message)])
    final = reason == "InvalidSpec"
    assert said(plan, "Succeeded")[:2] == ("False" if final else "Unknown", reason)
    if final:
        assert message in said(plan)[2]
    assert "kubectl logs" not in said(plan)[2], "there is no Pod whose log could be read"
    assert len(plan.create) == (0 if final else 1)
    assert plan.requeue_after == (None if final else 60)


# -- executors, which are shown to the API server before there are any -----------------------------


def of_executors(code: int, message: str) -> ChildFailure:
    return ChildFailure(Ref(PODS, "ads", "executor"), code, "Forbidden", message)


def test_executors_are_shown_to_the_api_server_before_their_driver_is_made() -> None:
    plan = look(going())
    (executor,), (driver,) = plan.check, plan.create
    assert executor["spec"]["containers"][0]["args"] == ["executor"]
    assert driver["metadata"]["name"] == "train-1-1"


def test_equal_settings_are_asked_about_once() -> None:
    """Whatever the run: what was found good is not asked about again."""
    other = merged(going(), {"metadata": {"name": "train-2"}})
    assert look(going()).check == look(other).check


def test_a_run_whose_executors_are_invalid_starts_no_driver() -> None:
    message = 'Pod "executor" is invalid: spec.volumes[1].name: Duplicate value: "a"'
    plan = look(going(), failures=[of_executors(422, message)])
    assert not plan.create
    status, reason, words = said(plan, "Succeeded")
    assert (status, reason) == ("False", "InvalidSpec")
    assert f"the API server refuses its executors' Pods: {message}" in words


def test_a_run_whose_executors_a_policy_keeps_out_waits() -> None:
    plan = look(going(), failures=[of_executors(403, POLICY)])
    status, reason, words = said(plan, "Succeeded")
    assert (status, reason) == ("Unknown", "AdmissionRefused")
    assert words.startswith(
        "Its executors' Pods cannot be created: ValidatingAdmissionPolicy labels denies it: a cost "
        "centre is missing"
    )


def test_what_a_quota_wants_has_a_field() -> None:
    words = said(look(going(), failures=[failure(403, LIMITS)]))[2]
    assert "set spec.spark.driver.resources.limits.cpu, or give the namespace a LimitRange" in words
    both = LIMITS.replace(" for: driver", " for: a; limits.x for: a")
    words = said(look(going(), failures=[of_executors(403, both)]))[2]
    assert (
        "set spec.spark.executor.resources.limits.cpu and spec.spark.executor.resources.limits.x"
        in words
    )
    assert "the driver needs it too, in spec.spark.driver.resources" in words
    assert "the driver needs" not in said(look(going(), failures=[of_executors(403, POLICY)]))[2]


def test_settings_that_contradict_what_swirl_keeps_end_the_run() -> None:
    spec = {"spark": {"executor": {"pod": {"template": {"spec": {"restartPolicy": "Always"}}}}}}
    plan = look(going(spec=spec))
    assert not plan.create
    status, reason, words = said(plan, "Succeeded")
    assert (status, reason) == ("False", "InvalidSpec")
    assert "spec.spark.executor.pod: spec.restartPolicy: Swirl decides" in words


def test_a_namespace_that_nobody_prepared_says_what_to_do() -> None:
    words = said(look(going(), failures=[failure(403, ACCOUNT)]))[2]
    assert "ServiceAccount swirl-driver does not exist in namespace ads" in words
    assert "workloadNamespaces" in words


@pytest.mark.parametrize("whose", ["train-1-1", "executor"])
def test_a_placement_that_is_invalid_is_waited_for_as_it_makes_no_version(whose: str) -> None:
    message = f'Pod "{whose}" is invalid: spec.tolerations[0].operator: Unsupported value: "Foo"'
    refusal = ChildFailure(Ref(PODS, "ads", whose), 422, "Invalid", message)
    plan = look(going(), failures=[refusal])
    assert plan.create
    assert said(plan, "Succeeded")[:2] == ("Unknown", "InvalidSpec")
    ready = said(plan)
    assert ready[0] == "False"
    assert message in ready[2]


def test_labels_that_are_swirls_own_are_waited_for_likewise() -> None:
    spec = {"pod": {"labels": {"swirl.dev/run": "mine"}}}
    plan = look(going(spec=spec))
    assert (plan.create, plan.requeue_after) == ((), 60)
    assert said(plan, "Succeeded")[:2] == ("Unknown", "InvalidSpec")
    assert "spec.pod: metadata.labels: swirl.dev/run is Swirl's own" in said(plan)[2]
