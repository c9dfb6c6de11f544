"""An installation whose Kafka wants TLS and a password, and whose models go to a bucket."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from devtools.references import chart_values
from localcluster.instance import Instance, recorded_network
from swirl.kube.request import Object
from swirl.store import Store
from tests.e2e.operator.cluster import Cluster, condition, training_job
from tests.e2e.release import Release
from tests.support import s3, secured
from tests.support.soak import LONG

ROOT = Path(__file__).resolve().parents[3]
SYSTEM = "swirl-backends-test"
WORK = "swirl-backends-test-work"

# Soak: each part is tried for itself in the suite (tests/integration/{kafka,store,job}, and what is
# said when they are away in tests/e2e/operator); this trains once more to try all of them together.
pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(not LONG, reason="a part of make soak"),
    pytest.mark.skipif(
        "KUBECONFIG" in os.environ,
        reason="only our own node reaches the test's Kafka and bucket",
    ),
]


@pytest.fixture(scope="module")
def address() -> str:
    """Where Pods reach this machine."""
    network = recorded_network(Instance.from_environment())
    assert network is not None
    return network.node(Instance.from_environment()).host_address


@pytest.fixture(scope="module")
def kafka(address: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[secured.Secured]:
    with secured.running(tmp_path_factory.mktemp("kafka"), address) as made:
        yield made


@pytest.fixture(scope="module")
def bucket(address: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[s3.Server]:
    with s3.running(tmp_path_factory.mktemp("s3"), address=address) as made:
        yield made


@pytest.fixture(scope="module")
def work(
    helm: str,
    kubectl: str,
    kubeconfig: str,
    images: dict[str, str],
    kafka: secured.Secured,
    bucket: s3.Server,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Cluster]:
    """The namespace for analytics of an installation as docs/install.md makes it."""
    system, work = (Cluster(kubectl, kubeconfig, name) for name in (SYSTEM, WORK))
    for cluster in (system, work):
        name = {"name": cluster.namespace}
        cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": name})
    system.ok("apply", "--server-side", "--force-conflicts", "-f", str(ROOT / "crds"))
    generic = ("create", "secret", "generic")
    system.ok(
        *(*generic, "kafka", f"--from-file=ca.crt={kafka.folder / 'ca.crt'}"),
        f"--from-literal=password={secured.PASSWORD}",
    )
    system.ok(
        *(*generic, "bucket", f"--from-literal=AWS_ACCESS_KEY_ID={s3.ACCESS}"),
        f"--from-literal=AWS_SECRET_ACCESS_KEY={s3.SECRET}",
    )
    started = chart_values(images)
    values = tmp_path_factory.mktemp("chart") / "values.yaml"
    values.write_text(
        yaml.safe_dump(
            {
                **started,
                "workloadNamespaces": [WORK],
                "operator": {**started["operator"], "namespaces": [WORK]},
                "crds": {"enabled": False},
                "kafka": {
                    **started["kafka"],
                    "enabled": False,
                    "bootstrapServers": kafka.sasl,
                    "security": {
                        "protocol": "SASL_SSL",
                        "secretName": "kafka",
                        "sasl": {"mechanism": "SCRAM-SHA-512", "username": secured.USER},
                    },
                },
                "artifacts": {
                    "uri": f"s3://{s3.BUCKET}/swirl",
                    "secretName": "bucket",
                    "s3": {"endpoint": bucket.endpoint},
                },
            }
        )
    )
    release = Release(helm, kubeconfig, "swirl-backends-test", SYSTEM, values)
    try:
        release.install()
        yield work
    finally:
        release.run("uninstall", release.name, "--ignore-not-found", "--wait")
        system.ok("delete", "namespace", SYSTEM, WORK, "--timeout=120s")


def test_a_model_goes_through_the_bucket_and_everybody_speaks_to_kafka(
    work: Cluster, images: dict[str, str], bucket: s3.Server
) -> None:
    work.apply(training_job("train", images["ads"]))
    work.apply(of("ModelServer", "sentiment", {"model": {"job": "train"}}))
    metric = {"name": "rows", "node": "a", "source": {"metric": "rows"}}
    work.apply(of("SwirlMonitor", "ads", {"nodes": [{"name": "a"}], "metrics": [metric]}))

    def ready(kind: str, name: str) -> bool:
        return str(condition(work.get(kind, name), "Ready")["status"]) == "True"

    work.wait("the monitor to read Kafka", lambda: ready("smon", "ads"))
    work.wait("the model to be served", lambda: ready("mserver", "sentiment"))
    (run,) = work.items("arun", "swirl.dev/job=train")
    (model,) = run["status"]["models"]
    assert model["uri"].startswith(f"s3://{s3.BUCKET}/swirl/models/{WORK}/train/")
    with s3.told(bucket.environ):
        store = Store(model["uri"])
        assert store.exists(store.uri("manifest.json"))
    work.wait(
        "what changed to be announced",
        lambda: not (work.get("mserver", "sentiment") or {})["status"].get("pendingChanges"),
    )


def of(kind: str, name: str, spec: Object) -> Object:
    """An object of ours."""
    api = "swirl.dev/v1alpha1"
    return {"apiVersion": api, "kind": kind, "metadata": {"name": name}, "spec": spec}
