from __future__ import annotations

import pytest

from swirl_operator.runtime.interface import Object
from swirl_operator.status.patience import on_the_way


def status(**conditions: str) -> Object:
    return {"conditions": [{"type": kind, "status": value} for kind, value in conditions.items()]}


WAITS = status(Ready="Unknown", Reconciling="True", Healthy="Unknown")


@pytest.mark.parametrize("before", [{}, {"observedGeneration": -1}, WAITS])
def test_what_is_under_way_before_and_after_can_wait(before: Object) -> None:
    assert on_the_way(before, WAITS)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (WAITS, status(Ready="True", Healthy="Unknown")),
        ({}, status(Ready="True", Healthy="Unknown")),
        (WAITS, status(Ready="False", Stalled="True", Healthy="Unknown")),
        (status(Ready="True", Healthy="Unknown"), WAITS),
        (WAITS, status(Ready="Unknown", Reconciling="True", Healthy="False")),
        (WAITS, {}),
    ],
)
def test_what_begins_or_ends_cannot(before: Object, after: Object) -> None:
    assert not on_the_way(before, after)
