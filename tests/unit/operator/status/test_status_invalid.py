from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from pydantic import ValidationError

from swirl.api.v1alpha1.analyticsjob import AnalyticsJobSpec
from swirl_operator.runtime.interface import Object
from swirl_operator.status.invalid import InvalidObject, invalid_plan
from tests.support import kstatus
from tests.unit.operator.kinds.observed import (
    EARLIER,
    after,
    condition,
    job,
    monitor,
    observe,
    planned,
    run,
    said,
)


def spec_error() -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        AnalyticsJobSpec.model_validate({"mode": "Batch", "retry": {"limit": "many"}})
    return caught.value


def test_the_fields_are_named() -> None:
    plan = planned(partial(invalid_plan, error=spec_error()), observe(job()))
    assert said(plan)[:2] == ("False", "InvalidSpec")
    assert "spec.retry.limit" in said(plan)[2]
    assert "spec.image" in said(plan)[2]
    assert kstatus.compute(after(job(), plan)) == "Failed"
    assert [event.type for event in plan.events] == ["Warning"]


def test_any_other_error_is_named_too() -> None:
    plan = planned(partial(invalid_plan, error=KeyError("x")), observe(job()))
    assert "KeyError" in said(plan)[2]


def test_what_is_known_of_the_object_stays() -> None:
    obj = job(status={"specHash": "abc", "conditions": [condition("Ready", "True")]})
    plan = planned(partial(invalid_plan, error=KeyError("x")), observe(obj))
    assert plan.status is not None
    assert plan.status["specHash"] == "abc"


def test_a_change_of_an_earlier_version_does_not_keep_it_from_being_said() -> None:
    change = {"id": "1", "to": "v1", "startedAt": EARLIER, "announced": "Finished"}
    plan = planned(
        partial(invalid_plan, error=KeyError("x")), observe(job(status={"change": change}))
    )
    assert said(plan)[:2] == ("False", "InvalidSpec")


def test_a_run_has_failed() -> None:
    plan = planned(partial(invalid_plan, error=KeyError("x"), bounded=True), observe(run()))
    assert said(plan, "Succeeded")[:2] == ("False", "InvalidSpec")
    assert said(plan)[2].endswith("create another one.")
    assert "apply again" not in said(plan)[2]


def test_fields_of_others_are_left_to_them() -> None:
    obj = monitor(status={"verdict": {"state": "Healthy", "summary": "s"}})
    error = partial(invalid_plan, error=KeyError("x"), not_ours=("verdict",))
    plan = planned(error, observe(obj))
    assert plan.status is not None
    assert "verdict" not in plan.status


@pytest.mark.parametrize("status", [None, "text", {}, {"conditions": None}])
def test_it_never_raises(status: Any) -> None:
    obj: Object = {**job(), "status": status}
    assert invalid_plan(observe(obj), ValueError("no")).status is not None
    bare: Object = {"kind": "AnalyticsJob", "spec": None}
    assert invalid_plan(observe(bare), ValueError("no")).status is not None


def test_a_field_that_is_none_is_named() -> None:
    spec = {"mode": "Batch", "pod": {"nodeSelecter": {}}}
    with pytest.raises(ValidationError) as caught:
        AnalyticsJobSpec.model_validate(spec)
    plan = planned(partial(invalid_plan, error=caught.value), observe(job()))
    assert "spec.pod.nodeSelecter: there is no such field" in said(plan)[2]


def test_what_was_found_out_by_looking_is_said_as_it_is() -> None:
    error = InvalidObject("spec.pod.template.spec.restartPolicy: it is Swirl's")
    plan = planned(partial(invalid_plan, error=error), observe(job()))
    assert said(plan)[2].startswith("spec.pod.template.spec.restartPolicy: it is Swirl's. ")
