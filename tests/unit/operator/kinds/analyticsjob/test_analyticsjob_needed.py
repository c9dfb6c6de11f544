"""Which runs somebody still needs."""

from __future__ import annotations

from swirl_operator.kinds.analyticsjob.needed import needed
from tests.unit.operator.kinds.observed import (
    server,
)


def test_the_present_version_and_the_one_before_it_are_needed() -> None:
    assert needed("train", "v2", {"from": "v1", "to": "v2"}, ()) == {"train-v2", "train-v1"}
    assert needed("train", "v1", {"to": "v1"}, ()) == {"train-v1"}
    assert needed("train", "v1", None, ()) == {"train-v1"}


def test_what_a_server_serves_is_about_to_serve_or_asks_for_is_needed() -> None:
    serving = server(status={"version": "train-a", "wantedVersion": "train-b"})
    asking = server({"run": "train-c"})
    found = needed("train", "v", None, (serving, asking, server()))
    assert found == {"train-v", "train-a", "train-b", "train-c"}
