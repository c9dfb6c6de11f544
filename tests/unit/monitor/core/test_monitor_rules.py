"""The verdict table, row by row."""

from __future__ import annotations

import pytest

from swirl.api.v1alpha1.swirlmonitor import Rule, SwirlMonitorSpec, When
from swirl.monitor.core.graph import Position
from swirl.monitor.core.rules import DEFAULT_RULES, UNKNOWN, choose
from swirl.wire.change import Aspect
from tests.support.sim.simulator import spec_body

WORLD = "The world changed: the model no longer fits its data"


@pytest.mark.parametrize(
    ("kind", "position", "aspect", "stopped", "verdict"),
    [
        ("AnalyticsJob", "Source", None, True, "Data pipeline is broken"),
        ("AnalyticsJob", "Leaf", None, False, "Data pipeline is broken"),
        ("None", "Source", None, True, "Data pipeline is broken"),
        ("None", "Middle", None, False, "Data pipeline is broken"),
        ("AnalyticsJob", "Middle", "Code", True, "Deployed bug in pipeline code"),
        ("AnalyticsJob", "Source", "Configuration", True, "Deployed bug in pipeline code"),
        ("ModelServer", "Middle", "Model", False, "Deployed bug in ML code"),
        ("ModelServer", "Leaf", "Model", True, "Deployed bug in ML code"),
        ("ModelServer", "Middle", "Code", False, "Deployed bug in serving code"),
        ("ModelServer", "Middle", None, False, WORLD),
        ("ModelServer", "Leaf", None, False, WORLD),
        ("ModelServer", "Middle", None, True, "Serving is broken"),
        ("Deployment", "Leaf", None, True, "Serving is broken"),
        ("None", "Leaf", None, False, "Serving is broken"),
        ("Deployment", "Leaf", "Code", True, "Deployed bug in serving code"),
        ("Service", "Middle", "Code", True, "Deployed bug in pipeline code"),
    ],
)
def test_shipped_table(
    kind: str, position: Position, aspect: Aspect | None, stopped: bool, verdict: str
) -> None:
    rule = choose(
        DEFAULT_RULES, node="n", node_kind=kind, position=position, aspect=aspect, stopped=stopped
    )
    assert rule.verdict == verdict


def test_the_first_rule_that_applies_wins() -> None:
    mine = Rule(name="mine", when=When(node="n", change="Absent"), verdict="Call Ann")
    other = Rule(name="other", when=When(node="m"), verdict="Call Bob")
    table = (other, mine, *DEFAULT_RULES)

    def verdict(aspect: Aspect | None) -> str:
        return choose(
            table, node="n", node_kind="AnalyticsJob", position="Leaf", aspect=aspect, stopped=False
        ).verdict

    assert verdict(None) == "Call Ann"
    assert verdict("Code") == "Deployed bug in pipeline code"


def test_nothing_applies() -> None:
    rule = choose((), node="n", node_kind="None", position="Leaf", aspect=None, stopped=False)
    assert rule is UNKNOWN


def test_a_user_can_write_the_shipped_rules() -> None:
    written = [rule.model_dump(by_alias=True, exclude_none=True) for rule in DEFAULT_RULES]
    spec = SwirlMonitorSpec.model_validate(spec_body() | {"rules": written})
    assert tuple(spec.rules) == DEFAULT_RULES
