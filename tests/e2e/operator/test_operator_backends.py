"""A Kafka and a bucket that cannot be used: what their users read of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from swirl.kube.request import Object
from tests.e2e.operator.cluster import Cluster, condition
from tests.e2e.release import Release
from tests.support.certificates import make_certificates

NAME = "backends"
# What speaks TLS in every cluster, with a certificate of the cluster's own authority.
SOMEBODY = "kubernetes.default.svc:443"
NOWHERE = "http://127.0.0.1:1"


def monitor() -> Object:
    metric = {"name": "rows", "node": "a", "source": {"metric": "rows"}}
    security = {"protocol": "SSL", "secretName": NAME}
    return {
        "apiVersion": "swirl.dev/v1alpha1",
        "kind": "SwirlMonitor",
        "metadata": {"name": NAME},
        "spec": {
            "nodes": [{"name": "a"}],
            "metrics": [metric],
            "kafka": {"bootstrapServers": SOMEBODY, "security": security},
        },
    }


def server() -> Object:
    environment = {
        "AWS_ACCESS_KEY_ID": "swirl",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_ENDPOINT_URL": NOWHERE,
    }
    return {
        "apiVersion": "swirl.dev/v1alpha1",
        "kind": "ModelServer",
        "metadata": {"name": NAME},
        "spec": {
            "model": {"uri": "s3://models/sentiment"},
            "env": [{"name": name, "value": value} for name, value in environment.items()],
        },
    }


@pytest.fixture
def objects(release: Release, work: Cluster, tmp_path: Path) -> Iterator[None]:
    make_certificates(tmp_path)
    authority = f"--from-file=ca.crt={tmp_path / 'strangers.crt'}"
    work.ok("create", "secret", "generic", NAME, authority)
    for made in (monitor(), server()):
        work.apply(made)
    yield
    for kind in ("smon", "mserver", "secret"):
        work.ok("delete", kind, NAME, "--ignore-not-found", "--wait=false")


def test_what_is_wrong_with_them_is_said_in_ready(work: Cluster, objects: None) -> None:
    """Both at once: each waits for its own time."""

    def says(kind: str, words: str) -> bool:
        said = condition(work.get(kind, NAME) or {}, "Ready")
        return said["status"] != "True" and words in said["message"]

    work.wait(
        "the monitor to say whose certificate it is",
        lambda: says(
            "smon",
            f"Kafka at {SOMEBODY} shows a certificate of an authority that is not in "
            "/etc/swirl/kafka/ca.crt; put the authority's certificate into the key ca.crt",
        ),
    )
    work.wait(
        "the server to say that the bucket is away",
        lambda: says(
            "mserver",
            f"the artifact store s3://models at {NOWHERE} cannot be used: nothing listens there",
        ),
    )
