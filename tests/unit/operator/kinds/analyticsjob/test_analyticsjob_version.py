"""What tells a job's version from the one before it."""

from __future__ import annotations

import pytest

from swirl_operator.kinds.analyticsjob.version import aspect_changed
from swirl_operator.runtime.interface import Object
from tests.unit.operator.kinds.observed import (
    JOB_SPEC,
    merged,
)


@pytest.mark.parametrize(
    ("before", "change", "what"),
    [
        (None, {}, "Code"),
        (JOB_SPEC, {"image": "ads:2"}, "Code"),
        (JOB_SPEC, {"entryPoint": {"function": "a:b"}}, "Code"),
        (JOB_SPEC, {"parameters": {"a": 1}}, "Configuration"),
    ],
)
def test_aspect_changed(before: Object | None, change: Object, what: str) -> None:
    assert aspect_changed(before, merged(JOB_SPEC, change)) == what
