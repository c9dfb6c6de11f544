from __future__ import annotations

import pytest

from swirl.kube.resources import PODS
from swirl_operator.kinds.analyticsrun.others import leftover_executors, other_driver
from swirl_operator.runtime.interface import Ref
from tests.unit.operator.kinds.observed import EARLIER, pod


def test_a_live_driver_of_another_run_is_named() -> None:
    mine, executor = pod(), pod("exec-1", labels={"run": "mine", "role": "executor"})
    other = pod("mine-1", labels={"run": "mine"}, status={"phase": "Running"})
    assert other_driver("train-1", [mine, executor, other]) == "mine-1"
    assert other_driver("mine", [executor, other]) is None


@pytest.mark.parametrize("phase", ["Succeeded", "Failed"])
def test_one_that_ended_disturbs_nobody(phase: str) -> None:
    other = pod("mine-1", labels={"run": "mine"}, status={"phase": phase})
    assert other_driver("train-1", [other]) is None


def test_executors_of_the_attempt_are_left_over_unless_they_go_already() -> None:
    executor = pod("exec-1", labels={"role": "executor"})
    later = pod("exec-2", labels={"role": "executor", "attempt": "2"})
    going = pod("exec-3", labels={"role": "executor"}, metadata={"deletionTimestamp": EARLIER})
    found = leftover_executors(1, [pod(), executor, later, going])
    assert found == (Ref(PODS, "ads", "exec-1", "uid-of-exec-1"),)
