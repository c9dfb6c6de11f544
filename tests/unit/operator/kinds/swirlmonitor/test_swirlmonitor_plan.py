from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from swirl.api.v1alpha1.swirlmonitor import Notify, SwirlMonitorSpec
from swirl.kube.resources import DEPLOYMENTS, PODS
from swirl.wire.containers import MonitorEnvironment
from swirl.wire.kafka import KafkaSettings
from swirl.wire.topics import Topics
from swirl_operator.kinds.resources import SWIRLMONITORS
from swirl_operator.kinds.swirlmonitor.controller import SwirlMonitorController
from swirl_operator.kinds.swirlmonitor.manifests import WEBHOOK_FOLDER, deployment, kafka_of
from swirl_operator.kinds.swirlmonitor.plan import plan_monitor
from swirl_operator.kinds.swirlmonitor.related import MonitorRelated
from swirl_operator.pods.installation import Installation
from swirl_operator.runtime.cache import Cache
from swirl_operator.runtime.interface import ChildFailure, Object, Plan, Ref
from swirl_operator.runtime.key import Key
from tests.support import kstatus
from tests.support.environ import environ_of
from tests.unit.operator.kinds.observed import (
    EARLIER,
    after,
    container,
    given,
    merged,
    monitor,
    observe,
    planned,
    pod,
    said,
)
from tests.unit.operator.kinds.process import INSTALLATION

HERE = replace(INSTALLATION, topics=Topics(metrics="m", changes="c", verdicts="f"))
ALONE = replace(HERE, kafka=None)
CYCLE = [
    {"name": "a", "after": ["b"]},
    {"name": "b", "after": ["c"]},
    {"name": "c", "after": ["a"]},
]


def look(obj: Object, *deployments: Object, installation: Installation = HERE, **more: Any) -> Plan:
    related = MonitorRelated(**more.pop("related", {}))
    observation = observe(obj, children={"deployments": deployments}, related=related, **more)
    return planned(partial(plan_monitor, installation=installation), observation)


def live(obj: Object, status: Object | None = None) -> Object:
    return given(look(obj).apply[0], obj, SWIRLMONITORS, status)


def read(manifest: Object) -> MonitorEnvironment:
    """What the monitor in its pod reads."""
    return MonitorEnvironment.read(environ_of(manifest["spec"]["template"], {}))


# -- the Deployment ----------------------------------------------------------------------------


def test_the_engine_is_told_the_whole_spec() -> None:
    (manifest,) = look(monitor()).apply
    told = read(manifest)
    assert told.spec["nodes"][1]["after"] == ["ingest"]
    assert told.spec["detection"]["windowSeconds"] == 5
    assert "kafka" not in told.spec
    assert told.kafka == KafkaSettings(bootstrap_servers="kafka:9092")
    assert told.topics == Topics(metrics="m", changes="c", verdicts="f")
    assert (told.name, told.pod_namespace) == ("ads", "ads")


ALERTS = {"alertmanager": {"urls": ["http://alerts:9093"]}}
HOOK = {"webhook": {"url": "https://hook.example/x", "secretRef": {"name": "hook"}}}


def test_nobody_is_told_unless_somebody_says_whom() -> None:
    (manifest,) = look(monitor()).apply
    told = read(manifest)
    assert (told.alertmanagers, told.webhook_folder, told.webhook_url) == ((), None, None)
    assert [v["name"] for v in manifest["spec"]["template"]["spec"]["volumes"]] == ["tmp"]


def test_who_is_told_of_verdicts() -> None:
    (manifest,) = look(monitor(spec={"notify": {**ALERTS, **HOOK}})).apply
    told = read(manifest)
    assert told.alertmanagers == ("http://alerts:9093",)
    assert (told.webhook_folder, told.webhook_url) == (WEBHOOK_FOLDER, "https://hook.example/x")
    assert "notify" not in told.spec
    template = manifest["spec"]["template"]["spec"]
    (secret,) = [v["secret"] for v in template["volumes"] if "secret" in v]
    assert secret == {"secretName": "hook", "optional": True}, "a missing one blinds nobody"
    mounts = template["containers"][0]["volumeMounts"]
    assert {"name": "webhook", "mountPath": WEBHOOK_FOLDER, "readOnly": True} in mounts


def test_the_monitors_own_destinations_go_before_the_operators() -> None:
    here = replace(HERE, notify=Notify.model_validate({**ALERTS, **HOOK}))
    (manifest,) = look(monitor(), installation=here).apply
    assert read(manifest).alertmanagers == ("http://alerts:9093",)
    assert read(manifest).webhook_folder == WEBHOOK_FOLDER
    own: Object = {"notify": {"alertmanager": {"urls": []}}}
    (manifest,) = look(monitor(spec=own), installation=here).apply
    assert read(manifest).alertmanagers == ()
    assert read(manifest).webhook_url == "https://hook.example/x"


def test_the_monitors_own_kafka_wins() -> None:
    own = {"kafka": {"bootstrapServers": "mine:9092", "metricsTopic": "mine"}}
    for here in (HERE, ALONE):
        (manifest,) = look(monitor(spec=own), installation=here).apply
        told = read(manifest)
        assert told.kafka == KafkaSettings(bootstrap_servers="mine:9092")
        assert told.topics == Topics(metrics="mine", changes="c", verdicts="f")


def test_sentences_of_the_user_are_not_expanded_by_the_kubelet() -> None:
    rule = {"name": "r", "when": {}, "verdict": "$(SWIRL_MONITOR_NAME) broke"}
    told = read(look(monitor(spec={"rules": [rule]})).apply[0])
    assert told.spec["rules"][0]["verdict"] == "$(SWIRL_MONITOR_NAME) broke"


def test_two_engines_never_write_at_once() -> None:
    (manifest,) = look(monitor()).apply
    assert manifest["spec"]["replicas"] == 1
    assert manifest["spec"]["strategy"] == {"type": "Recreate"}
    labels = manifest["spec"]["template"]["metadata"]["labels"]
    assert manifest["spec"]["selector"]["matchLabels"].items() <= labels.items()


def test_equal_specs_make_equal_manifests() -> None:
    spec = SwirlMonitorSpec.model_validate(monitor()["spec"])
    kafka = kafka_of(spec, HERE)
    assert kafka is not None
    first, second = (
        deployment(spec, name="ads", namespace="ads", kafka=kafka, installation=HERE)
        for _ in range(2)
    )
    assert first == second
    assert first["metadata"]["name"] == "ads-monitor"


# -- the plan ----------------------------------------------------------------------------------


def test_the_analysis_starts() -> None:
    assert said(look(monitor()))[:2] == ("Unknown", "EngineStarting")


def test_the_analysis_runs() -> None:
    plan = look(monitor(), live(monitor()))
    assert said(plan)[:2] == ("True", "Watching")
    assert kstatus.compute(after(monitor(), plan)) == "Current"


def test_a_spec_that_was_not_applied_yet_is_not_ready() -> None:
    newer = monitor(spec={"detection": {"windowSeconds": 9}}, metadata={"generation": 2})
    plan = look(newer, live(monitor()))
    assert kstatus.compute(after(newer, plan)) == "InProgress"
    assert len(plan.apply) == 1


def test_a_cycle_is_shown_in_its_order() -> None:
    metrics = [{"name": "rows", "node": "a", "source": {"metric": "rows"}}]
    obj = monitor(spec={"nodes": CYCLE, "metrics": metrics})
    plan = look(obj)
    assert not plan.apply
    assert said(plan)[:2] == ("False", "InvalidSpec")
    ways = ("a after b after c after a", "b after c after a after b", "c after a after b after c")
    assert any(way in said(plan)[2] for way in ways)


@pytest.mark.parametrize("here", [HERE, ALONE])
def test_an_address_without_a_port_is_named(here: Installation) -> None:
    plan = look(monitor(spec={"kafka": {"bootstrapServers": "kafka"}}), installation=here)
    assert not plan.apply
    assert said(plan)[:2] == ("False", "InvalidSpec")
    assert said(plan)[2].startswith("spec.kafka: ")
    assert "must be written host:port" in said(plan)[2]
    assert said(plan, "Healthy")[:2] == ("Unknown", "NoVerdictYet")


def test_without_kafka_there_is_nothing_to_watch() -> None:
    plan = look(monitor(), installation=ALONE)
    assert not plan.apply
    assert said(plan)[:2] == ("False", "NoKafka")


def engine_that(state: Object, live: Object) -> Object:
    made = pod("engine", status=container(state, "monitor"))
    return {**made, "metadata": {**made["metadata"], **live["spec"]["template"]["metadata"]}}


def test_an_engine_that_does_not_start_is_quoted() -> None:
    end = {"terminated": {"exitCode": 1, "message": "Traceback\nNo such topic"}}
    down = live(monitor(), {"availableReplicas": 0})
    plan = look(monitor(), down, related={"pods": [engine_that(end, down)]})
    assert said(plan) == ("False", "EngineFailed", "The analysis does not run: No such topic.")


def test_an_engine_whose_image_is_missing_says_so() -> None:
    state = {"waiting": {"reason": "ImagePullBackOff", "message": "no such tag"}}
    down = live(monitor(), {"availableReplicas": 0})
    plan = look(monitor(), down, related={"pods": [engine_that(state, down)]})
    assert said(plan)[:2] == ("Unknown", "ImagePull")
    clause = "Pod engine does not start: its image cannot be pulled (no such tag)"
    assert said(plan)[2] == f"The analysis does not run: {clause}."


def test_an_engine_that_needs_more_memory_says_so() -> None:
    end = {"terminated": {"exitCode": 137, "reason": "OOMKilled"}}
    down = live(monitor(), {"availableReplicas": 0})
    plan = look(monitor(), down, related={"pods": [engine_that(end, down)]})
    assert said(plan)[1:] == (
        "EngineFailed",
        "The analysis does not run: it used more memory than its limit.",
    )


AWAY = "Kafka at no-such-broker.example:9092 cannot be reached: its name is not known; correct it"


def test_an_engine_that_cannot_read_kafka_says_which_and_why() -> None:
    obj = monitor(status={"trouble": AWAY})
    down = live(obj, {"availableReplicas": 0})
    running = engine_that({"running": {"startedAt": "2026-01-31T11:59:50Z"}}, down)
    plan = look(obj, down, related={"pods": [running]})
    assert said(plan) == (
        "Unknown",
        "KafkaUnavailable",
        f"The analysis runs and reads nothing: {AWAY}.",
    )
    stuck = {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}
    down = live(obj, {"availableReplicas": 0, "conditions": [stuck]})
    plan = look(obj, down, related={"pods": [running]})
    assert said(plan)[:2] == ("False", "KafkaUnavailable")


def test_an_engine_that_is_not_there_is_not_said_to_lack_kafka() -> None:
    obj = monitor(status={"trouble": AWAY})
    state = {"waiting": {"reason": "ImagePullBackOff", "message": "no such tag"}}
    down = live(obj, {"availableReplicas": 0})
    plan = look(obj, down, related={"pods": [engine_that(state, down)]})
    assert said(plan)[1] == "ImagePull"


def test_a_roll_out_that_is_stuck() -> None:
    stuck = {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}
    down = live(monitor(), {"availableReplicas": 0, "conditions": [stuck]})
    assert said(look(monitor(), down))[:2] == ("False", "RolloutStuck")


@pytest.mark.parametrize(
    ("code", "why", "reason"),
    [
        (409, "NameClash", "NameClash"),
        (422, "Invalid", "InvalidSpec"),
        (403, "Forbidden", "AdmissionRefused"),
    ],
)
def test_a_refused_child(code: int, why: str, reason: str) -> None:
    failure = ChildFailure(Ref(DEPLOYMENTS, "ads", "ads-monitor"), code, why, "because")
    assert said(look(monitor(), failures=[failure]))[1] == reason


@pytest.mark.parametrize(
    ("verdict", "health"),
    [
        (None, ("Unknown", "NoVerdictYet")),
        ({"state": "Learning", "summary": "learns"}, ("Unknown", "Learning")),
        ({"state": "Healthy", "summary": "fine"}, ("True", "AsLearned")),
        ({"state": "Broken", "summary": "off", "message": "m"}, ("False", "PipelineBroken")),
    ],
)
def test_health_is_the_verdict(verdict: Object | None, health: tuple[str, str]) -> None:
    obj = monitor(status={"verdict": verdict})
    plan = look(obj, live(obj))
    assert said(plan, "Healthy")[:2] == health
    assert plan.status is not None
    assert "verdict" not in plan.status, "the engine's field; writing it would take it over"


def test_good_news_end_with_the_engine() -> None:
    obj = monitor(status={"verdict": {"state": "Healthy", "summary": "fine"}})
    for plan in (look(obj), look(obj, installation=ALONE)):
        assert said(plan, "Healthy")[:2] == ("Unknown", "NobodyWatches")
        assert "Its last verdict was: fine" in said(plan, "Healthy")[2]
    broken = monitor(status={"verdict": {"state": "Broken", "summary": "off"}})
    assert said(look(broken), "Healthy")[:2] == ("False", "PipelineBroken")


def test_a_monitor_that_is_being_deleted_is_left_alone() -> None:
    assert look(monitor(metadata={"deletionTimestamp": EARLIER})) == Plan()


# -- the controller ----------------------------------------------------------------------------

CONTROLLER = SwirlMonitorController(HERE)


def test_pods_of_the_engine_and_not_of_a_server_of_that_name() -> None:
    cache = Cache()
    for kind in ("ModelServer", "SwirlMonitor"):
        own = {"kind": kind, "name": "ads"}
        cache.put(PODS, pod(kind.lower(), labels=own, metadata={"resourceVersion": "1"}))
    related = CONTROLLER.related(monitor(), cache)
    assert [p["metadata"]["name"] for p in related.pods] == ["swirlmonitor"]


def test_a_pod_wakes_its_monitor() -> None:
    own = pod(labels={"kind": "SwirlMonitor", "name": "ads"})
    assert list(CONTROLLER.dependents(own, PODS, Cache())) == [Key("SwirlMonitor", "ads", "ads")]
    assert list(CONTROLLER.dependents(pod(), PODS, Cache())) == []
    assert list(CONTROLLER.dependents(monitor(), SWIRLMONITORS, Cache())) == []


def test_a_monitor_that_cannot_be_planned_leaves_the_verdict_to_the_engine() -> None:
    obj = monitor(status={"verdict": {"state": "Healthy", "summary": "fine"}})
    plan = planned(lambda o: CONTROLLER.invalid(o, ValueError("no")), observe(obj))
    assert said(plan)[:2] == ("False", "InvalidSpec")
    assert plan.status is not None
    assert "verdict" not in plan.status
    assert merged(obj, {})["status"]["verdict"]["state"] == "Healthy"
