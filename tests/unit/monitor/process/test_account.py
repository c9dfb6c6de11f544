"""Where the API server is."""

from __future__ import annotations

from pathlib import Path

import pytest

from swirl.monitor.process.account import Account
from swirl.wire.environment import InvalidEnvironment


@pytest.mark.parametrize(
    ("host", "url"), [("10.0.0.1", "https://10.0.0.1:443"), ("fd00::1", "https://[fd00::1]:443")]
)
def test_the_kubelet_says_where(host: str, url: str) -> None:
    assert Account.read({"KUBERNETES_SERVICE_HOST": host}).url == url


def test_outside_of_a_cluster_it_is_told() -> None:
    told = {"SWIRL_KUBERNETES_URL": "http://127.0.0.1:1/", "SWIRL_SERVICE_ACCOUNT": "/a"}
    assert Account.read(told) == Account("http://127.0.0.1:1", Path("/a"))


def test_nobody_says_where() -> None:
    with pytest.raises(InvalidEnvironment, match="KUBERNETES_SERVICE_HOST is not set"):
        Account.read({})
