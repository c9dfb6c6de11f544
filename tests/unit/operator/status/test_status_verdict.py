from __future__ import annotations

import pytest

from swirl.api.v1alpha1.swirlmonitor import Verdict
from swirl_operator.runtime.interface import Object
from swirl_operator.status.verdict import verdict_of
from tests.unit.operator.kinds.observed import monitor


def test_what_the_engine_wrote_is_read() -> None:
    wrote = Verdict(state="Broken", summary="It broke", node="classify", message="why")
    body = wrote.model_dump(by_alias=True, exclude_none=True)
    assert verdict_of(monitor(status={"verdict": body})) == wrote


@pytest.mark.parametrize(
    "status", [None, {}, {"verdict": None}, {"verdict": {"state": "Puzzled", "summary": "s"}}]
)
def test_none_that_can_be_read(status: Object | None) -> None:
    assert verdict_of(monitor(status=status)) is None
