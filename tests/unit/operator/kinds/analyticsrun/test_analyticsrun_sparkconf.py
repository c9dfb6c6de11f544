from __future__ import annotations

from typing import Any

from swirl.api.v1alpha1.analyticsjob import AnalyticsJobSpec
from swirl_operator.kinds.analyticsrun.sparkconf import spark_conf
from swirl_operator.pods.artifacts import ArtifactStore
from tests.unit.operator.kinds.observed import JOB_SPEC, merged

FILES = ArtifactStore("file:///var/lib/swirl/artifacts", "claim")
REMOTE = ArtifactStore("s3://bucket/models", "claim")


def conf(store: ArtifactStore = FILES, *, run: str = "train-1", **changes: Any) -> dict[str, str]:
    return spark_conf(
        AnalyticsJobSpec.model_validate(merged(JOB_SPEC, changes)),
        namespace="ads",
        run=run,
        attempt=2,
        store=store,
    )


def test_users_spark_settings_are_passed_on_but_for_swirls_own() -> None:
    mine = {"spark.sql.shuffle.partitions": "4", "spark.master": "local", "spark.ui.port": "1"}
    found = conf(spark={"conf": mine})
    assert found["spark.sql.shuffle.partitions"] == "4"
    assert found["spark.master"].startswith("k8s://")


def test_a_users_setting_beats_a_default_of_swirls() -> None:
    found = conf(spark={"conf": {"spark.kubernetes.allocation.batch.delay": "5s"}})
    assert found["spark.kubernetes.allocation.batch.delay"] == "5s"


def test_shape_of_the_executors() -> None:
    executor = {"instances": 3, "cores": 2, "memory": "2Gi", "memoryOverhead": "400Mi"}
    found = conf(spark={"executor": executor})
    assert found["spark.executor.instances"] == "3"
    assert found["spark.executor.cores"] == "2"
    assert found["spark.executor.memory"] == "2048m"
    assert found["spark.executor.memoryOverhead"] == "400m"
    assert found["spark.kubernetes.executor.request.cores"] == "2"
    assert "spark.kubernetes.executor.limit.cores" not in found
    executor["resources"] = {"requests": {"cpu": "100m"}, "limits": {"cpu": "1500m"}}
    found = conf(spark={"executor": executor})
    assert found["spark.kubernetes.executor.request.cores"] == "100m"
    assert found["spark.kubernetes.executor.limit.cores"] == "1500m"


def test_executors_mount_the_store_too() -> None:
    volume = "spark.kubernetes.executor.volumes.persistentVolumeClaim.artifacts"
    assert conf()[f"{volume}.options.claimName"] == "claim"
    assert conf()[f"{volume}.mount.path"] == "/var/lib/swirl/artifacts"
    assert not [key for key in conf(REMOTE) if "volumes" in key]


def test_every_setting_is_text() -> None:
    assert {type(value) for value in conf().values()} == {str}
