"""The driver says that executors are wanted and why none can be made, and says it seldom."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from swirl.job.executors import (
    PATIENT_LOOKS,
    ExecutorWatch,
    executor_pod,
    wanted_of,
    watch,
)
from swirl.kube.errors import Unreachable
from swirl.wire.executors import Executors
from swirl.wire.labels import EXECUTORS
from tests.support.api_server import Answer, serving

QUOTA = 'pods "x-exec-1" is forbidden: exceeded quota: x-quota, requested: pods=1'


class Cluster:
    def __init__(self) -> None:
        self.told: list[Executors] = []
        self.refuses = ""
        self.asked = 0

    def refusal(self) -> str:
        self.asked += 1
        return self.refuses

    def watch(self, wanted: int = 1, *, is_stream: bool = False, **more: Any) -> ExecutorWatch:
        return ExecutorWatch(
            wanted, is_stream=is_stream, tell=self.told.append, refusal=self.refusal, **more
        )


def test_a_batch_that_has_what_it_wants_says_nothing_and_asks_nothing() -> None:
    cluster = Cluster()
    watching = cluster.watch(2)
    for registered in (None, 0, 1, 2, 2, 0, 2):
        watching.look(registered)
    assert (cluster.told, cluster.asked) == ([], 0)


def test_a_batch_whose_executors_are_refused_says_why_until_they_come() -> None:
    cluster = Cluster()
    cluster.refuses = QUOTA
    watching = cluster.watch(1)
    for _ in range(3 * PATIENT_LOOKS):
        watching.look(0)
    assert cluster.told == [Executors(1, QUOTA)], "said once"
    assert cluster.asked == 3, "and asked again now and then"
    watching.look(1)
    watching.look(1)
    assert cluster.told[1:] == [Executors(1)]


def test_executors_that_only_have_no_node_are_not_refused() -> None:
    """They exist, and the operator sees them."""
    cluster = Cluster()
    watching = cluster.watch(1)
    for _ in range(9):
        watching.look(0)
    assert cluster.told == []


def test_a_refusal_that_passes_is_taken_back() -> None:
    cluster = Cluster()
    watching = cluster.watch(1)
    cluster.refuses = QUOTA
    for _ in range(PATIENT_LOOKS):
        watching.look(0)
    cluster.refuses = ""
    for _ in range(PATIENT_LOOKS):
        watching.look(0)
    assert cluster.told == [Executors(1, QUOTA), Executors(1)]


def test_a_stream_says_at_once_that_it_wants_some() -> None:
    cluster = Cluster()
    watching = cluster.watch(2, is_stream=True)
    watching.look(None)
    watching.look(0)
    watching.look(2)
    assert cluster.told == [Executors(2)]


class Spark:
    """As much of a SparkSession as is asked; `sizes` counts the driver too."""

    def __init__(self, *sizes: int) -> None:
        self.sizes = list(sizes)
        self.sparkContext = self
        self._jsc = self

    def sc(self) -> Spark:
        return self

    def getExecutorMemoryStatus(self) -> Spark:
        return self

    def size(self) -> int:
        if not self.sizes:
            raise OSError("the JVM is gone")
        return self.sizes.pop(0)


def wait_for(done: Callable[[], object]) -> None:
    end = time.monotonic() + 5
    while not done() and time.monotonic() < end:
        time.sleep(0.002)
    assert done()


def test_it_watches_in_the_background_until_the_jvm_is_gone() -> None:
    cluster = Cluster()
    cluster.refuses = QUOTA
    watching = cluster.watch(1, is_stream=True, interval=0.001)
    watching.starting()
    watching.starting()
    wait_for(lambda: cluster.told)
    spark = Spark(1, 1, 1, 2)
    watching.started(spark)  # type: ignore[arg-type]
    wait_for(lambda: len(cluster.told) == 3)
    assert cluster.told == [Executors(1), Executors(1, QUOTA), Executors(1)]
    assert watching._thread is not None
    watching._thread.join(5)
    assert not watching._thread.is_alive()


def test_an_api_server_that_is_away_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    told: list[Executors] = []

    def tell(found: Executors) -> None:
        told.append(found)
        if len(told) < 3:
            raise Unreachable("away")

    watching = ExecutorWatch(1, is_stream=True, tell=tell, refusal=str, interval=0.001)
    watching.starting()
    wait_for(lambda: len(told) == 3)
    watching.close()
    assert len([r for r in caplog.records if "is not reported" in r.message]) == 1


def test_without_executors_there_is_nothing_to_watch() -> None:
    watching = Cluster().watch(0, is_stream=True)
    watching.starting()
    assert watching._thread is None
    watching.close()


DYNAMIC = {"spark.dynamicAllocation.enabled": "true"}


@pytest.mark.parametrize(
    ("conf", "wanted"),
    [
        ({"spark.executor.instances": "3"}, 3),
        ({}, 0),
        ({"spark.executor.instances": "3", **DYNAMIC}, 0),
        ({"spark.dynamicAllocation.minExecutors": "2", **DYNAMIC}, 2),
    ],
)
def test_how_many_are_wanted(conf: dict[str, str], wanted: int) -> None:
    assert wanted_of(conf) == wanted


def conf_of(folder: Path) -> dict[str, str]:
    main = {
        "name": "spark-kubernetes-executor",
        "resources": {"limits": {"nvidia.com/gpu": "1"}},
    }
    template = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"labels": {"swirl.dev/role": "executor"}},
        "spec": {"containers": [main]},
    }
    file = folder / "executor-template.yaml"
    file.write_text(json.dumps(template))
    return {
        "spark.executor.instances": "1",
        "spark.executor.memory": "500m",
        "spark.executor.memoryOverhead": "384m",
        "spark.kubernetes.container.image": "ads:1",
        "spark.kubernetes.executor.request.cores": "50m",
        "spark.kubernetes.executor.podNamePrefix": "x-1-1",
        "spark.kubernetes.executor.podTemplateFile": str(file),
    }


def test_the_executor_that_is_asked_for_is_what_spark_would_make(tmp_path: Path) -> None:
    conf = conf_of(tmp_path) | {"spark.kubernetes.executor.limit.cores": "2"}
    pod = executor_pod(conf, "ads")
    assert pod["metadata"] == {
        "labels": {"swirl.dev/role": "executor"},
        "name": "x-1-1-exec-check",
        "namespace": "ads",
    }
    (main,) = pod["spec"]["containers"]
    assert main["image"] == "ads:1"
    assert main["resources"] == {
        "requests": {"cpu": "50m", "memory": "884Mi"},
        "limits": {"cpu": "2", "memory": "884Mi", "nvidia.com/gpu": "1"},
    }


def test_the_api_server_is_asked_without_making_anything(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("secret")
    refused = Answer(403, json.dumps({"kind": "Status", "message": QUOTA, "reason": "Forbidden"}))
    with serving() as api:
        environ = {"SWIRL_KUBERNETES_URL": api.url, "SWIRL_SERVICE_ACCOUNT": str(tmp_path)}
        watching = watch(
            conf_of(tmp_path), namespace="ads", pod="x-1-1", is_stream=False, environ=environ
        )
        assert watching is not None
        api.answers = [refused]
        for _ in range(PATIENT_LOOKS):
            watching.look(0)
    asked, told = api.requests
    assert (asked.method, asked.path) == ("POST", "/api/v1/namespaces/ads/pods")
    assert asked.query["dryRun"] == ["All"]
    assert told.path == "/api/v1/namespaces/ads/pods/x-1-1"
    said = Executors.read(told.body["metadata"]["annotations"][EXECUTORS])
    assert said == Executors(1, QUOTA)


@pytest.mark.parametrize("missing", ["conf", "namespace", "pod", "cluster"])
def test_where_nobody_can_be_told_nobody_watches(missing: str, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("secret")
    environ = {"SWIRL_KUBERNETES_URL": "http://x", "SWIRL_SERVICE_ACCOUNT": str(tmp_path)}
    found = watch(
        None if missing == "conf" else {},
        namespace=None if missing == "namespace" else "ads",
        pod=None if missing == "pod" else "x",
        is_stream=True,
        environ={} if missing == "cluster" else environ,
    )
    assert found is None
