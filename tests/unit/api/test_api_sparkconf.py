"""Keys of `spark.conf` that would be without effect."""

from __future__ import annotations

import pytest

from swirl.api.v1alpha1.sparkconf import RESERVED


def instead_of(key: str) -> list[str]:
    return [reserved.instead for reserved in RESERVED if reserved.holds(key)]


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("spark.master", "leave it out, Swirl sets it"),
        ("spark.driver.memory", "use spec.spark.driver.memory"),
        ("spark.driver.memoryOverheadFactor", "use spec.spark.driver.memoryOverhead"),
        ("spark.executor.instances", "use spec.spark.executor.instances"),
        ("spark.kubernetes.container.image", "use spec.image"),
        ("spark.kubernetes.executor.limit.cores", "use spec.spark.executor.resources"),
        ("spark.kubernetes.driver.label.team", "use spec.spark.driver.pod.labels"),
        ("spark.kubernetes.driverEnv.CITY", "use spec.env"),
        ("spark.kubernetes.driver.volumes.hostPath.x.mount.path", "use spec.spark.driver.pod"),
    ],
)
def test_a_key_without_effect_has_one_remedy(key: str, words: str) -> None:
    (instead,) = instead_of(key)
    assert words in instead


@pytest.mark.parametrize(
    "key",
    [
        "spark.sql.shuffle.partitions",
        "spark.driver.extraJavaOptions",
        "spark.driver.maxResultSize",
        "spark.dynamicAllocation.enabled",
        "spark.kubernetes.executor.label.team",
        "spark.kubernetes.allocation.batch.delay",
        "spark.kubernetes.driver.reusePersistentVolumeClaim",
        "spark.executor.resource.gpu.discoveryScript",
    ],
)
def test_what_has_an_effect_is_allowed(key: str) -> None:
    assert instead_of(key) == []


def test_a_rule_names_all_its_keys_and_the_remedy() -> None:
    for reserved in RESERVED:
        rule, message = reserved.rule()
        for name in (*reserved.keys, *reserved.prefixes):
            assert f"'{name}'" in rule
            assert name in message
        assert message.endswith(reserved.instead)
