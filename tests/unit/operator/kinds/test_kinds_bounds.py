"""What cannot be carried to a driver is refused at once, with the limit, and nothing is tried."""

from __future__ import annotations

from typing import Any

import pytest

from swirl.wire.run import MOST_PARAMETER_BYTES, json_bytes
from swirl_operator.kinds.bounds import MOST_CONF_BYTES, excess, excess_of_monitor
from tests.support import kstatus
from tests.unit.operator.kinds.analyticsjob.test_analyticsjob_plan import look as look_at_job
from tests.unit.operator.kinds.analyticsrun.attempts import look as look_at_run
from tests.unit.operator.kinds.observed import after, job, merged, run, said


def customers(count: int) -> dict[str, Any]:
    return {"items": [f"customer-{n:07d}" for n in range(count)]}


def of_size(size: int) -> dict[str, Any]:
    return {"a": "x" * (size - len('{"a":""}') - len("{}"))}


def test_the_bound_is_that_of_both_together() -> None:
    assert excess({"parameters": of_size(MOST_PARAMETER_BYTES)}) is None
    over = excess({"parameters": of_size(MOST_PARAMETER_BYTES)}, {"b": 1})
    assert over is not None
    assert over.reason == "InvalidParameters"
    assert "513 KiB of JSON, and 512 KiB are the most" in over.message


def test_a_list_of_8000_customers_is_carried() -> None:
    plan = look_at_job(job(spec={"parameters": customers(8000)}))
    assert len(plan.create) == 1


@pytest.mark.parametrize("count", [40_000, 60_000])
def test_what_is_too_long_is_refused_before_there_is_a_run(count: int) -> None:
    obj = job(spec={"parameters": customers(count)})
    plan = look_at_job(obj)
    assert not plan.create
    assert said(plan)[:2] == ("False", "InvalidParameters")
    assert "512 KiB are the most" in said(plan)[2]
    assert kstatus.compute(after(obj, plan)) == "Failed"
    assert json_bytes(plan.status) < 4096, "the object is nearly as large as one may be"


def test_a_run_that_somebody_makes_fails_without_an_attempt() -> None:
    obj = merged(run(), {"spec": {"parameters": customers(40_000)}})
    plan = look_at_run(obj, related={"job": job()})
    assert said(plan, "Succeeded")[:2] == ("False", "InvalidParameters")
    assert plan.status is not None
    assert "attempts" not in plan.status
    assert "completionTime" in plan.status
    assert plan.requeue_after is None
    assert look_at_run(after(obj, plan), related={"job": job()}).status is None


def test_a_run_does_not_note_a_spec_that_it_cannot_execute() -> None:
    """Its status could not be written: the object would be too large."""
    plan = look_at_run(run(), related={"job": job(spec={"parameters": customers(60_000)})})
    assert said(plan, "Succeeded")[:2] == ("False", "InvalidParameters")
    assert plan.status is not None
    assert "jobSpec" not in plan.status


def test_a_monitor_has_a_bound_likewise() -> None:
    metrics = [
        {"name": f"m{n}", "node": "ingest", "source": {"metric": "x" * 200}} for n in range(400)
    ]
    assert excess_of_monitor({"metrics": metrics[:100]}) is None
    over = excess_of_monitor({"metrics": metrics})
    assert over is not None
    assert over.reason == "InvalidSpec"
    assert "96 KiB are the most" in over.message


def test_a_configuration_of_spark_has_a_bound_as_well() -> None:
    conf = {f"spark.x{n}": "x" * 4000 for n in range(MOST_CONF_BYTES // 4000 + 1)}
    plan = look_at_job(merged(job(), {"spec": {"spark": {"conf": conf}}}))
    assert said(plan)[:2] == ("False", "InvalidSpec")
    assert "96 KiB are the most" in said(plan)[2]
    assert not plan.create
