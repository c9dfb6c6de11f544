"""Where credentials come from."""

from __future__ import annotations

from pathlib import Path

import kopf
import pytest

from swirl_operator.runtime.credentials import login

KUBECONFIG = """
current-context: c
contexts: [{name: c, context: {cluster: k, user: u}}]
clusters: [{name: k, cluster: {server: "https://there:6443"}}]
users: [{name: u, user: {token: secret}}]
"""


def test_a_named_kubeconfig_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "config"
    path.write_text(KUBECONFIG)
    monkeypatch.setenv("KUBECONFIG", str(path))
    found = login()
    assert found.server == "https://there:6443"
    assert found.as_http_headers() == {"Authorization": "Bearer secret"}


def test_nothing_found_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KUBECONFIG", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(kopf.LoginError, match="neither"):
        login()
