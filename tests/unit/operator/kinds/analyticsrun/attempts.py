"""Builders for tests of the run's planner."""

from __future__ import annotations

from functools import partial
from typing import Any

from swirl.kube.resources import PODS
from swirl_operator.kinds.analyticsrun.plan import plan_run
from swirl_operator.kinds.analyticsrun.related import RunRelated
from swirl_operator.runtime.interface import ChildFailure, Object, Plan, Ref
from tests.unit.operator.kinds.observed import (
    EARLIER,
    JOB_SPEC,
    container,
    merged,
    observe,
    planned,
    run,
)
from tests.unit.operator.kinds.process import INSTALLATION

RUNNING = container({"running": {"startedAt": "2026-01-31T11:10:00Z"}})
PLANNER = partial(plan_run, installation=INSTALLATION)


def attempt(number: int = 1, **more: Any) -> Object:
    name = f"train-1-{number}"
    base = {"number": number, "pod": name, "intendedAt": EARLIER, "outcome": "Pending"}
    return {**base, **more}


def going(*attempts: Object, spec: Object | None = None, **status: Any) -> Object:
    """A run with these attempts; without any, with the first one just written down."""
    body = {
        "jobSpec": merged(JOB_SPEC, spec or {}),
        "attempts": list(attempts) or [attempt()],
        "startTime": EARLIER,
        **status,
    }
    return run(status=body)


def look(obj: Object, *pods: Object, **more: Any) -> Plan:
    related = RunRelated(**more.pop("related", {}))
    return planned(PLANNER, observe(obj, children={"pods": pods}, related=related, **more))


def refusal(code: int, reason: str = "Forbidden") -> ChildFailure:
    return ChildFailure(Ref(PODS, "ads", "train-1-1"), code, reason, "exceeded quota")
