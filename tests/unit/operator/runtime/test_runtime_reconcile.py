"""One reconcile: its order, its idempotence, and what each kind of failure does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from swirl.kafka.delivery import NotDelivered
from swirl.kube.errors import ApiError
from swirl.kube.resources import CONFIGMAPS, EVENTS, PODS, Resource
from swirl_operator.runtime.announce import AnnouncementFailed, Announcer
from swirl_operator.runtime.apply import WriteMemory
from swirl_operator.runtime.cache import Cache
from swirl_operator.runtime.freshness import Freshness
from swirl_operator.runtime.interface import Event, Object, Observation, Plan, Ref
from swirl_operator.runtime.key import Key
from swirl_operator.runtime.leadership import NotLeader
from swirl_operator.runtime.metrics import Metrics
from swirl_operator.runtime.queue import WorkQueue
from swirl_operator.runtime.reconcile import Reconciler, Result, Undecided
from swirl_operator.runtime.router import Router
from swirl_operator.runtime.writer import UnknownResource
from tests.unit.operator.runtime.fakes import (
    WIDGETS,
    FakeApi,
    FakeClock,
    FakeController,
    Posted,
    held,
    obj,
    pod,
    widget,
)

KEY = Key("Widget", "ns", "w")
CHANGE = {"context": {"id": "c1"}, "subject": {"id": "ns/Widget/w"}}


def config(value: str = "1") -> Object:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"namespace": "ns", "name": "c"},
        "data": {"value": value},
    }


class Broker:
    """A Kafka producer that can refuse."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.broken = False

    def deliver(self, topic: str, key: bytes, value: bytes, timeout: float) -> None:
        if self.broken:
            raise NotDelivered("no acknowledgement")
        self.sent.append(value)

    def close(self) -> None:
        """There is nothing to close."""


class Bench:
    """A reconciler of one widget on a fake API server."""

    def __init__(self, plan: Callable[[Observation[Any]], Plan], *, at_once: float = 1e9) -> None:
        self.at_once = at_once
        self.clock = FakeClock()
        self.metrics = Metrics()
        self.api = FakeApi(self.metrics)
        self.cache = Cache(status_manager="swirl-operator")
        self.queue = WorkQueue(clock=self.clock)
        self.controller = FakeController(plan, owns=(PODS, CONFIGMAPS))
        self.events = Posted()
        self.broker = Broker()
        self.may_write = True
        self.freshness = Freshness(grace=60.0)
        self.restart()
        self.parent = self.api.seed(WIDGETS, widget())
        self.watch()

    def restart(self) -> None:
        """A new process: nothing in memory but the cache."""
        memory = WriteMemory()
        kept = held(self.clock, at_once=self.at_once)
        self.router = Router(
            controllers=[self.controller],
            cache=self.cache,
            queue=self.queue,
            freshness=self.freshness,
            metrics=self.metrics,
            memory=memory,
            held=kept,
            clock=self.clock.time,
        )
        self.router.active = True
        self.reconciler = Reconciler(
            controllers=[self.controller],
            api=self.api,
            cache=self.cache,
            router=self.router,
            announcer=Announcer(
                producer=self.broker,
                topic="changes",
                metrics=self.metrics,
            ),
            events=self.events,
            metrics=self.metrics,
            memory=memory,
            held=kept,
            fence=self.fence,
            now=self.clock.now,
        )

    def fence(self) -> None:
        if not self.may_write:
            raise NotLeader("not me")

    def watch(self, *names: str) -> None:
        """Deliver the present state of everything, as the watches would."""
        for resource in self.router.resources:
            prefix = resource.path("ns") + "/"
            for path, thing in self.api.objects.items():
                if path.startswith(prefix):
                    self.router.watched(resource, thing, type="MODIFIED")

    async def reconcile(self) -> Result:
        self.api.requests.clear()
        return await self.reconciler.reconcile(KEY)

    @property
    def status(self) -> Any:
        return self.api.objects[WIDGETS.path("ns", "w")].get("status")

    def live(self, resource: Resource, name: str) -> Any:
        return self.api.objects.get(resource.path("ns", name))


def always(plan: Plan) -> Callable[[Observation[Any]], Plan]:
    return lambda observation: plan


DONE = {"observedGeneration": 1, "state": "done"}


async def test_children_come_first_then_the_status_then_the_events() -> None:
    plan = Plan(
        create=(pod("p"),),
        apply=(config(),),
        status=DONE,
        events=(Event("Normal", "Done", "done"),),
        announce=(CHANGE,),
        requeue_after=30.0,
    )
    bench = Bench(always(plan))
    result = await bench.reconcile()
    assert result == Result("ok", requeue_after=30.0)
    assert bench.api.verbs() == ["create", "get", "apply", "apply"]
    assert bench.api.requests[-1][1].endswith("/widgets/w/status")
    assert bench.status == DONE
    assert len(bench.broker.sent) == 1
    assert [event.reason for event in bench.events.events] == ["Done"]
    assert bench.live(PODS, "p")["metadata"]["ownerReferences"][0]["name"] == "w"


async def test_a_settled_object_costs_no_request() -> None:
    plan = Plan(create=(pod("p"),), apply=(config(),), status=DONE, announce=(CHANGE,))
    bench = Bench(always(plan))
    await bench.reconcile()
    await bench.reconcile()
    assert bench.api.requests == []
    assert len(bench.broker.sent) == 1


async def test_a_settled_object_costs_no_request_after_a_restart_either() -> None:
    bench = Bench(always(Plan(create=(pod("p"),), apply=(config(),), status=DONE)))
    await bench.reconcile()
    bench.restart()
    await bench.reconcile()
    assert bench.api.requests == []


async def test_own_writes_are_read_at_once_and_wake_the_parent() -> None:
    bench = Bench(always(Plan(create=(pod("p"),))))
    await bench.queue.get()
    bench.queue.done(KEY)
    await bench.reconcile()
    assert len(bench.cache.owned(bench.parent["metadata"]["uid"], PODS)) == 1
    assert await bench.queue.get() == KEY


async def test_a_status_write_does_not_wake_its_own_writer() -> None:
    bench = Bench(always(Plan(status=DONE)))
    await bench.queue.get()
    bench.queue.done(KEY)
    await bench.reconcile()
    bench.watch()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(bench.queue.get(), 0.01)


async def test_a_lost_status_race_is_planned_again_from_the_new_state() -> None:
    bench = Bench(lambda o: Plan(status={"observedGeneration": 1, "saw": o.obj["spec"]}))
    bench.api.touch(WIDGETS, "ns", "w", spec={"new": 1})
    assert await bench.reconcile() == Result("stale", requeue_after=0)
    assert "status" not in bench.live(WIDGETS, "w")
    assert await bench.reconcile() == Result("ok")
    assert bench.status["saw"] == {"new": 1}


async def test_an_object_deleted_under_our_hands_is_forgotten() -> None:
    bench = Bench(always(Plan(status=DONE)))
    del bench.api.objects[WIDGETS.path("ns", "w")]
    assert (await bench.reconcile()).outcome == "stale"
    assert (await bench.reconcile()).outcome == "gone"


async def test_an_object_being_deleted_is_left_alone() -> None:
    bench = Bench(always(Plan(create=(pod("p"),), status=DONE)))
    metadata = {**bench.parent["metadata"], "deletionTimestamp": "2026-01-01T00:00:00Z"}
    bench.api.touch(WIDGETS, "ns", "w", metadata=metadata)
    bench.watch()
    assert (await bench.reconcile()).outcome == "deleting"
    assert bench.api.requests == []


async def test_an_exception_in_a_plan_marks_the_object() -> None:
    def plan(_: Observation[Any]) -> Plan:
        raise ValueError("spec.pods must be a number")

    bench = Bench(plan)
    assert (await bench.reconcile()).outcome == "invalid"
    assert bench.status["problem"] == "spec.pods must be a number"


async def test_a_taken_name_is_a_failure_that_reaches_the_status() -> None:
    def plan(observation: Observation[Any]) -> Plan:
        reasons = [f.reason for f in observation.failures]
        return Plan(
            create=(pod("p"),),
            apply=(config(),),
            status={"observedGeneration": 1, "refused": reasons},
        )

    bench = Bench(plan)
    bench.api.seed(PODS, pod("p"))
    bench.api.seed(CONFIGMAPS, config("foreign"))
    result = await bench.reconcile()
    assert (result.outcome, result.retry) == ("refused", True)
    assert bench.status["refused"] == ["NameClash", "NameClash"]
    assert bench.live(CONFIGMAPS, "c")["data"] == {"value": "foreign"}
    assert "ownerReferences" not in bench.live(PODS, "p")["metadata"]


async def test_a_refused_child_is_reported_and_tried_again_and_the_others_are_made() -> None:
    def plan(observation: Observation[Any]) -> Plan:
        said = [f.message for f in observation.failures]
        return Plan(
            create=(pod("p"), pod("q")),
            status={"observedGeneration": 1, "said": said},
            requeue_after=600.0,
        )

    bench = Bench(plan)
    bench.api.fail("create", 403, "Forbidden")
    assert await bench.reconcile() == Result("refused", requeue_after=600.0, retry=True)
    assert bench.status["said"] == ["as told"]
    assert bench.live(PODS, "q") is not None
    assert (await bench.reconcile()).outcome == "ok"
    assert bench.status["said"] == []
    assert bench.live(PODS, "p") is not None


async def test_what_others_will_make_is_shown_to_the_api_server_once() -> None:
    bench = Bench(always(Plan(check=(pod("shown"),), create=(pod("p"),), status=DONE)))
    await bench.reconcile()
    assert bench.api.verbs() == ["create", "create", "apply"]
    assert bench.live(PODS, "shown") is None
    bench.controller.function = always(Plan(check=(pod("shown"),), create=(pod("q"),), status=DONE))
    await bench.reconcile()
    assert bench.api.verbs() == ["create"]
    assert bench.live(PODS, "q") is not None


@pytest.mark.parametrize("code", [400, 403, 422, 500])
async def test_what_is_refused_of_it_is_told_before_anything_is_made(code: int) -> None:
    def plan(observation: Observation[Any]) -> Plan:
        said = [[f.ref.name, f.code, f.message] for f in observation.failures]
        status = {"observedGeneration": 1, "said": said}
        return Plan(check=(pod("shown"),), create=(pod("p"),), status=status)

    bench = Bench(plan)
    bench.api.fail("create", code, "Invalid")
    assert (await bench.reconcile()).retry
    assert bench.status["said"] == [["shown", code, "as told"]]
    assert bench.live(PODS, "p") is None
    assert (await bench.reconcile()).outcome == "ok"
    assert bench.live(PODS, "p") is not None


async def test_an_outage_says_nothing_about_it() -> None:
    bench = Bench(always(Plan(check=(pod("shown"),), create=(pod("p"),), status=DONE)))
    bench.api.fail("create", 503, "ServiceUnavailable")
    with pytest.raises(ApiError):
        await bench.reconcile()
    assert bench.status is None


async def test_a_name_that_is_taken_and_a_quota_say_nothing_against_it() -> None:
    for message in ("", "exceeded quota: team"):
        bench = Bench(always(Plan(check=(pod("shown"),), create=(pod("p"),), status=DONE)))
        if message:
            bench.api.fail("create", 403, "Forbidden", message=message)
        else:
            bench.api.seed(PODS, pod("shown"))
        assert (await bench.reconcile()).outcome == "ok"
        assert bench.live(PODS, "p") is not None


async def test_a_webhook_that_cannot_be_asked_beforehand_says_nothing_against_it() -> None:
    bench = Bench(always(Plan(check=(pod("shown"),), create=(pod("p"),), status=DONE)))
    message = 'admission webhook "mesh.example" does not support dry run'
    bench.api.fail("create", 400, "BadRequest", message=message)
    assert (await bench.reconcile()).outcome == "ok"
    assert bench.live(PODS, "p") is not None


async def test_what_is_announced_after_a_refusal_is_what_the_status_then_says() -> None:
    def plan(observation: Observation[Any]) -> Plan:
        refused = bool(observation.failures)
        said = {"observedGeneration": 1, "announced": refused}
        return Plan(create=(pod("p"),), announce=(CHANGE,) if refused else (), status=said)

    bench = Bench(plan)
    bench.api.fail("create", 403, "Forbidden")
    await bench.reconcile()
    assert bench.status["announced"] is True
    assert len(bench.broker.sent) == 1


async def test_what_a_former_parent_left_behind_is_no_clash() -> None:
    def plan(observation: Observation[Any]) -> Plan:
        said = [[f.reason, f.message] for f in observation.failures]
        return Plan(
            create=(pod("p"),),
            apply=(config(),),
            status={"observedGeneration": 1, "said": said},
        )

    bench = Bench(plan)
    reference = {**obj(owner="w")["metadata"]["ownerReferences"][0], "uid": "uid-of-the-former"}
    for resource, child in ((PODS, pod("p")), (CONFIGMAPS, config("old"))):
        child["metadata"]["ownerReferences"] = [reference]
        bench.api.seed(resource, child)
    assert (await bench.reconcile()).outcome == "refused"
    assert bench.status["said"] == [
        ["LeftBehind", "Pod ns/p of the former Widget w is still there"],
        ["LeftBehind", "ConfigMap ns/c of the former Widget w is still there"],
    ]
    assert bench.live(CONFIGMAPS, "c")["data"] == {"value": "old"}


async def test_an_outage_changes_no_status() -> None:
    bench = Bench(always(Plan(create=(pod("p"),), status=DONE)))
    bench.api.fail("create", 503)
    with pytest.raises(ApiError):
        await bench.reconcile()
    assert bench.status is None


async def test_a_create_whose_answer_was_lost_is_not_made_twice() -> None:
    bench = Bench(always(Plan(create=(pod("p"),), status=DONE)))
    bench.api.fail("create", 504, after=True)
    with pytest.raises(ApiError):
        await bench.reconcile()
    uid = bench.live(PODS, "p")["metadata"]["uid"]
    assert (await bench.reconcile()).outcome == "ok"
    assert bench.live(PODS, "p")["metadata"]["uid"] == uid
    assert len(bench.cache.owned(bench.parent["metadata"]["uid"], PODS)) == 1


async def test_an_unacknowledged_announcement_holds_up_no_child_and_no_status() -> None:
    told = {**DONE, "announced": True}
    bench = Bench(always(Plan(announce=(CHANGE,), create=(pod("p"),), status=DONE, told=told)))
    bench.broker.broken = True
    with pytest.raises(AnnouncementFailed):
        await bench.reconcile()
    assert bench.api.verbs() == ["create", "apply"]
    assert bench.status == DONE
    bench.broker.broken = False
    bench.clock.advance(5.0)
    await bench.reconcile()
    assert bench.status == told


def confirming(observation: Observation[Any]) -> Plan:
    ref = Ref(PODS, "ns", "p")
    pods = [p["metadata"]["name"] for p in observation.children["pods"]]
    if not pods and ref not in observation.confirmed_absent:
        return Plan(confirm_absent=(ref,), create=(pod("never"),), status={"bad": True})
    return Plan(status={"observedGeneration": 1, "pods": pods})


async def test_a_confirmed_absence_is_told_to_the_planner_in_the_same_reconcile() -> None:
    bench = Bench(confirming)
    await bench.reconcile()
    assert bench.api.verbs() == ["get", "apply"]
    assert bench.status["pods"] == []
    assert bench.live(PODS, "never") is None


async def test_what_the_live_read_finds_is_used() -> None:
    bench = Bench(confirming)
    child = pod("p")
    child["metadata"]["ownerReferences"] = [
        {**obj(owner="w")["metadata"]["ownerReferences"][0], "uid": bench.parent["metadata"]["uid"]}
    ]
    bench.api.seed(PODS, child)
    await bench.reconcile()
    assert bench.status["pods"] == ["p"]


async def test_a_stranger_of_that_name_is_not_the_child_that_was_lost() -> None:
    bench = Bench(confirming)
    bench.api.seed(PODS, pod("p"))
    await bench.reconcile()
    assert bench.status["pods"] == []


async def test_another_incarnation_does_not_count_as_found() -> None:
    ref = Ref(PODS, "ns", "p", uid="the-first")
    seen: list[frozenset[Ref]] = []

    def plan(observation: Observation[Any]) -> Plan:
        seen.append(observation.confirmed_absent)
        return Plan() if observation.confirmed_absent else Plan(confirm_absent=(ref,))

    bench = Bench(plan)
    bench.api.seed(PODS, pod("p"))
    await bench.reconcile()
    assert seen[-1] == {ref}


async def test_a_planner_that_never_decides_is_stopped() -> None:
    bench = Bench(always(Plan(confirm_absent=(Ref(PODS, "ns", "p"),))))
    with pytest.raises(Undecided):
        await bench.reconcile()


# -- reading Events ----------------------------------------------------------------------------

POD = Ref(PODS, "ns", "p", "uid-of-p")


def curious(observation: Observation[Any]) -> Plan:
    """Wants to know what happened to a Pod before anything is done."""
    if "uid-of-p" not in observation.events:
        return Plan(read_events=(POD,), create=(pod("never"),), status={"bad": True})
    told = [event["reason"] for event in observation.events["uid-of-p"]]
    return Plan(status={"observedGeneration": 1, "told": told})


def an_event(reason: str, uid: str) -> Object:
    return {
        "metadata": {"namespace": "ns", "name": reason.lower()},
        "reason": reason,
        "regarding": {"uid": uid},
    }


async def test_events_are_read_before_anything_is_done() -> None:
    bench = Bench(curious)
    bench.api.seed(EVENTS, an_event("FailedMount", "uid-of-p"))
    bench.api.seed(EVENTS, an_event("Scheduled", "uid-of-another"))
    await bench.reconcile()
    assert bench.api.verbs() == ["list", "apply"]
    assert bench.status["told"] == ["FailedMount"]
    assert bench.live(PODS, "never") is None


async def test_an_operator_that_may_not_read_events_says_less_and_works_on() -> None:
    bench = Bench(curious)
    bench.api.fail("list", 403, "Forbidden")
    await bench.reconcile()
    assert bench.status["told"] == []


async def test_a_planner_that_asks_for_the_same_events_again_is_stopped() -> None:
    bench = Bench(always(Plan(read_events=(POD,))))
    with pytest.raises(Undecided):
        await bench.reconcile()


async def test_drift_is_repaired() -> None:
    bench = Bench(always(Plan(apply=(config("1"),))))
    await bench.reconcile()
    bench.api.touch(CONFIGMAPS, "ns", "c", data={"value": "edited"})
    bench.watch()
    await bench.reconcile()
    assert bench.live(CONFIGMAPS, "c")["data"] == {"value": "1"}


async def test_an_unwatched_leftover_of_ours_is_updated() -> None:
    bench = Bench(always(Plan(apply=(config("2"),))))
    old = config("1")
    old["metadata"]["ownerReferences"] = [
        {**obj(owner="w")["metadata"]["ownerReferences"][0], "uid": bench.parent["metadata"]["uid"]}
    ]
    bench.api.seed(CONFIGMAPS, old)
    await bench.reconcile()
    assert bench.live(CONFIGMAPS, "c")["data"] == {"value": "2"}


async def test_a_deletion_names_the_incarnation() -> None:
    bench = Bench(always(Plan(create=(pod("p"),))))
    await bench.reconcile()
    uid = bench.live(PODS, "p")["metadata"]["uid"]
    bench.controller.function = always(Plan(delete=(Ref(PODS, "ns", "p", uid="another"),)))
    await bench.reconcile()
    assert bench.live(PODS, "p") is not None
    bench.controller.function = always(Plan(delete=(Ref(PODS, "ns", "p", uid=uid),)))
    await bench.reconcile()
    assert bench.live(PODS, "p") is None
    assert bench.cache.get(PODS, "ns", "p") is None
    await bench.reconcile()
    assert bench.api.verbs() == ["delete"]


async def test_nothing_is_written_by_who_is_not_the_leader() -> None:
    bench = Bench(always(Plan(create=(pod("p"),), apply=(config(),), status=DONE)))
    bench.may_write = False
    with pytest.raises(NotLeader):
        await bench.reconcile()
    assert set(bench.api.verbs()) <= {"get"}


async def test_a_plan_that_changes_nothing_cannot_spin() -> None:
    bench = Bench(always(Plan(status=DONE, requeue_after=0)))
    assert (await bench.reconcile()).requeue_after == 0
    assert (await bench.reconcile()).requeue_after == 1.0


async def test_no_events_when_the_status_had_been_written_before() -> None:
    bench = Bench(always(Plan(status=DONE, events=(Event("Normal", "Done", "done"),))))
    await bench.reconcile()
    await bench.reconcile()
    assert len(bench.events.events) == 1


async def test_an_unknown_child_kind_is_a_bug_and_says_so() -> None:
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"namespace": "ns", "name": "s"}}
    bench = Bench(always(Plan(create=(secret,))))
    with pytest.raises(UnknownResource, match="Secret"):
        await bench.reconcile()


async def test_the_time_to_the_first_status_is_measured_once() -> None:
    bench = Bench(lambda o: Plan(status={"observedGeneration": 1, "at": o.now.isoformat()}))
    bench.clock.advance(12.0)
    await bench.reconcile()
    bench.clock.advance(12.0)
    await bench.reconcile()
    registry = bench.metrics.registry
    labels = {"kind": "Widget"}
    assert registry.get_sample_value("swirl_operator_first_status_seconds_count", labels) == 1
    assert registry.get_sample_value("swirl_operator_first_status_seconds_sum", labels) == 12.0


# -- statuses that can wait ----------------------------------------------------------------------

MADE = Event("Normal", "Made", "made")
TROUBLE = Event("Warning", "Trouble", "trouble")


def going(state: str, *events: Event) -> Plan:
    return Plan(status={"observedGeneration": 1, "state": state}, patient=True, events=events)


def in_turn(*plans: Plan) -> Callable[[Observation[Any]], Plan]:
    left = list(plans)
    return lambda observation: left.pop(0)


async def test_a_status_that_can_wait_is_kept_and_seen_by_the_next_plan() -> None:
    bench = Bench(always(going("starts", MADE)), at_once=0)
    assert await bench.reconcile() == Result("ok", requeue_after=10.0)
    bench.clock.advance(4.0)
    assert await bench.reconcile() == Result("ok", requeue_after=6.0)
    assert bench.api.requests == []
    assert bench.status is None
    assert bench.controller.observations[1].obj["status"]["state"] == "starts"
    assert bench.events.events == []


async def test_a_status_that_has_waited_long_enough_is_written_with_all_its_events() -> None:
    bench = Bench(in_turn(going("starts", MADE), going("runs", TROUBLE)), at_once=0)
    await bench.reconcile()
    bench.clock.advance(10.0)
    assert await bench.reconcile() == Result("ok")
    assert bench.status["state"] == "runs"
    assert bench.events.events == [MADE, TROUBLE]


async def test_one_that_cannot_wait_takes_its_place_and_only_trouble_is_told_late() -> None:
    plans = (going("starts", MADE, TROUBLE), Plan(status=DONE, events=(MADE,)), Plan())
    bench = Bench(in_turn(*plans), at_once=0)
    await bench.reconcile()
    assert await bench.reconcile() == Result("ok")
    assert bench.status == DONE
    assert bench.api.verbs() == ["apply"]
    assert bench.events.events == [TROUBLE, MADE]
    await bench.reconcile()
    assert bench.controller.observations[-1].obj["status"] == DONE


async def test_a_sooner_look_that_the_plan_asks_for_stays() -> None:
    plan = Plan(status=DONE, patient=True, requeue_after=3.0)
    bench = Bench(always(plan), at_once=0)
    assert await bench.reconcile() == Result("ok", requeue_after=3.0)


async def test_a_plan_that_goes_on_after_a_kept_status_is_not_an_idle_one() -> None:
    plan = Plan(status=DONE, patient=True, requeue_after=0)
    bench = Bench(always(plan), at_once=0)
    assert await bench.reconcile() == Result("ok", requeue_after=0)
    assert await bench.reconcile() == Result("ok", requeue_after=1.0)


async def test_what_is_kept_is_forgotten_with_its_object() -> None:
    bench = Bench(always(going("starts")), at_once=0)
    await bench.reconcile()
    bench.router.absent(WIDGETS, bench.parent)
    bench.router.watched(WIDGETS, widget_again(bench), type="ADDED")
    await bench.reconcile()
    assert "status" not in bench.controller.observations[-1].obj


def widget_again(bench: Bench) -> Object:
    """Another object of that name."""
    del bench.api.objects[WIDGETS.path("ns", "w")]
    return bench.api.seed(WIDGETS, widget())
