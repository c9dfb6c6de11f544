from __future__ import annotations

import pytest

from swirl_operator.kinds.analyticsrun.names import driver_name, executor_prefix


@pytest.mark.parametrize(("attempt", "same"), [(1, True), (99, True), (100, False), (12345, False)])
def test_names_of_executors_stay_within_what_spark_takes(attempt: int, same: bool) -> None:
    run = "j" * 35 + "-0123abcd"
    prefix = executor_prefix(run, attempt)
    assert len(prefix) <= 47
    assert (prefix == driver_name(run, attempt)) is same


def test_shortened_names_still_differ() -> None:
    run = "j" * 35 + "-0123abcd"
    others = ("j" * 35 + "-0123ffff", run)
    names = {executor_prefix(name, n) for name in others for n in range(100, 200)}
    assert len(names) == 200
