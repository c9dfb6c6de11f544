"""Which objects a SwirlMonitor watches."""

from __future__ import annotations

from swirl_operator.kinds.monitored import monitored_keys
from swirl_operator.kinds.resources import ANALYTICSJOBS, MODELSERVERS
from swirl_operator.runtime.key import Key
from tests.unit.operator.kinds.observed import monitor


def test_the_objects_that_its_nodes_refer_to() -> None:
    assert list(monitored_keys(monitor(), MODELSERVERS)) == [Key("ModelServer", "ads", "sentiment")]
    assert list(monitored_keys(monitor(), ANALYTICSJOBS)) == [Key("AnalyticsJob", "ads", "ingest")]
    metrics = [{"name": "rows", "node": "n", "source": {"metric": "rows"}}]
    bare = monitor(spec={"nodes": [{"name": "n"}], "metrics": metrics})
    assert list(monitored_keys(bare, MODELSERVERS)) == []
