"""The client against a server on loopback."""

from __future__ import annotations

import json
import ssl
import subprocess
from pathlib import Path

import pytest

from swirl.kube.account import Account
from swirl.kube.client import Client
from swirl.kube.errors import Conflict, ServerError, TooManyRequests, Unreachable
from swirl.kube.request import apply, get
from swirl.kube.resources import PODS
from tests.support.api_server import Answer, serving

POD = {"metadata": {"namespace": "ns", "name": "p"}}


def client(server: str, folder: Path) -> Client:
    return Client(Account(server, folder), agent="test", timeout=5.0)


def test_what_is_sent(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("first\n")
    with serving() as api:
        asking = client(api.url, tmp_path)
        wanted = apply(PODS, POD, manager="me", force=True, subresource="status")
        assert asking.send(wanted) == POD
        (tmp_path / "token").write_text("second\n")
        asking.send(get(PODS, "ns", "p"))
    applied, got = api.requests
    assert (applied.method, applied.path) == ("PATCH", "/api/v1/namespaces/ns/pods/p/status")
    assert applied.query == {"fieldManager": ["me"], "force": ["true"]}
    assert applied.headers["content-type"] == "application/apply-patch+yaml"
    assert applied.headers["user-agent"] == "test"
    assert applied.body == POD
    assert got.body is None
    assert [asked.headers["authorization"] for asked in api.requests] == [
        "Bearer first",
        "Bearer second",
    ]


def test_without_a_token_nobody_asks(tmp_path: Path) -> None:
    with serving() as api:
        client(api.url, tmp_path).send(get(PODS, "ns", "p"))
    assert "authorization" not in api.requests[0].headers


def test_refusals_are_errors(tmp_path: Path) -> None:
    conflict = json.dumps({"reason": "Conflict", "message": "somebody was quicker"})
    with serving() as api:
        asking = client(api.url, tmp_path)
        api.answers = [
            Answer(409, conflict),
            Answer(429, "{}", {"Retry-After": "3"}),
            Answer(502, "<html>bad gateway</html>"),
        ]
        with pytest.raises(Conflict, match="somebody was quicker"):
            asking.send(get(PODS, "ns", "p"))
        with pytest.raises(TooManyRequests) as caught:
            asking.send(get(PODS, "ns", "p"))
        assert caught.value.retry_after == 3.0
        with pytest.raises(ServerError, match="bad gateway"):
            asking.send(get(PODS, "ns", "p"))


def test_no_answer_is_an_error_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match=r"GET /api/v1/namespaces/ns/pods/p: .*refused"):
        client("http://127.0.0.1:1", tmp_path).send(get(PODS, "ns", "p"))


def test_over_tls_the_clusters_authority_is_trusted_and_no_other(tmp_path: Path) -> None:
    for name in ("cluster", "other"):
        folder = tmp_path / name
        folder.mkdir()
        subprocess.run(
            [
                *["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"],
                *["-subj", "/CN=api", "-addext", "subjectAltName=IP:127.0.0.1"],
                *["-keyout", str(folder / "key.pem"), "-out", str(folder / "ca.crt")],
            ],
            check=True,
            capture_output=True,
        )
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "cluster" / "ca.crt", tmp_path / "cluster" / "key.pem")
    with serving(tls) as api:
        assert client(api.url, tmp_path / "cluster").send(get(PODS, "ns", "p")) == {}
        with pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED"):
            client(api.url, tmp_path / "other").send(get(PODS, "ns", "p"))
