"""Which tests share a process where several run them: those that share what is costly to start."""

from __future__ import annotations

import pytest
from xdist.scheduler import LoadScopeScheduling

# The longest one that a test's path begins with counts; any other file is a group of its own.
GROUPS = {
    "tests/integration/ads/": "spark",
    "tests/integration/ads/test_ads_ingest_kafka.py": "ingest",
    "tests/integration/api/test_api_executors.py": "spark",
    "tests/integration/models/": "spark",
    "tests/integration/scorer/": "spark",
    "tests/e2e/ads/": "demo",
    "tests/e2e/chart/": "release",
    "tests/e2e/localcluster/": "release",
    "tests/e2e/operator/": "release",
    "tests/e2e/registry/": "registry",
    "tests/e2e/upgrade/": "release",
}


def group_of(nodeid: str) -> str:
    path = nodeid.partition("::")[0]
    fitting = [begin for begin in GROUPS if path.startswith(begin)]
    return GROUPS[max(fitting, key=len)] if fitting else path


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    if config.getvalue("dist") != "loadscope":
        return None
    scheduler = LoadScopeScheduling(config, log)
    # A group stays together, in the order of its tests.
    scheduler._split_scope = group_of
    return scheduler
