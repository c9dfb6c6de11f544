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


def test_in_a_pod_it_is_the_service_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in {"token": "secret\n", "namespace": "swirl-system", "ca.crt": "PEM"}.items():
        (tmp_path / name).write_text(text)
    monkeypatch.delenv("KUBECONFIG", raising=False)
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "fd00::1")
    monkeypatch.setenv("SWIRL_SERVICE_ACCOUNT", str(tmp_path))
    found = login()
    assert found.server == "https://[fd00::1]:443"
    assert found.as_http_headers() == {"Authorization": "Bearer secret"}
    assert (found.ca_path, found.default_namespace) == (str(tmp_path / "ca.crt"), "swirl-system")


def test_nothing_found_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KUBECONFIG", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(kopf.LoginError, match="neither"):
        login()
