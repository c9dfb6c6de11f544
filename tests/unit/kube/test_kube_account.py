"""Where the API server is, and who asks."""

from __future__ import annotations

from pathlib import Path

import pytest

from swirl.kube.account import FOLDER, Account


@pytest.mark.parametrize(
    ("environ", "server"),
    [
        ({"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, "https://10.0.0.1:443"),
        (
            {"KUBERNETES_SERVICE_HOST": "10.0.0.1", "KUBERNETES_SERVICE_PORT": "6443"},
            "https://10.0.0.1:6443",
        ),
        ({"KUBERNETES_SERVICE_HOST": "fd00::1"}, "https://[fd00::1]:443"),
        (
            {"SWIRL_KUBERNETES_URL": "http://there:1/", "KUBERNETES_SERVICE_HOST": "10.0.0.1"},
            "http://there:1",
        ),
    ],
)
def test_the_kubelet_says_where_unless_somebody_else_does(
    environ: dict[str, str], server: str
) -> None:
    account = Account.of(environ)
    assert account is not None
    assert account.server == server
    assert account.folder == Path(FOLDER)


def test_outside_of_a_cluster_there_is_none() -> None:
    assert Account.of({}) is None


def test_a_token_is_what_its_file_says_now(tmp_path: Path) -> None:
    account = Account.of(
        {"KUBERNETES_SERVICE_HOST": "10.0.0.1", "SWIRL_SERVICE_ACCOUNT": str(tmp_path)}
    )
    assert account is not None
    assert (account.token, account.namespace, account.ca_file) == (None, None, None)
    (tmp_path / "token").write_text("first\n")
    (tmp_path / "namespace").write_text("ads")
    (tmp_path / "ca.crt").write_text("PEM")
    assert (account.token, account.namespace) == ("first", "ads")
    assert account.ca_file == tmp_path / "ca.crt"
    (tmp_path / "token").write_text("second\n")
    assert account.token == "second"
