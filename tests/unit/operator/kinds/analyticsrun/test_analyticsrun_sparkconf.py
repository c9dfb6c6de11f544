from __future__ import annotations

from typing import Any

import pytest

from swirl.api.v1alpha1.analyticsjob import AnalyticsJobSpec
from swirl.api.v1alpha1.sparkconf import RESERVED
from swirl_operator.kinds.analyticsrun.executors import executor_template
from swirl_operator.kinds.analyticsrun.sparkconf import spark_conf
from swirl_operator.status.invalid import InvalidObject
from tests.unit.operator.kinds.observed import JOB_SPEC, merged
from tests.unit.operator.kinds.process import INSTALLATION


def conf(*, run: str = "train-1", **changes: Any) -> dict[str, str]:
    spec = AnalyticsJobSpec.model_validate(merged(JOB_SPEC, changes))
    executors = executor_template(spec, job="train", run=run, attempt=2, installation=INSTALLATION)
    return spark_conf(spec, namespace="ads", run=run, attempt=2, executors=executors)


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


def test_what_spark_decides_itself_it_is_told_as_the_template_has_it() -> None:
    key = "spark.kubernetes.executor.terminationGracePeriodSeconds"
    assert key not in conf()
    template = {"spec": {"terminationGracePeriodSeconds": 90}}
    pod = {"imagePullPolicy": "Always", "template": template}
    found = conf(spark={"executor": {"pod": pod}})
    assert found[key] == "90s"
    assert found["spark.kubernetes.container.image.pullPolicy"] == "Always"


def test_spark_hands_out_devices_whose_addresses_it_can_be_told() -> None:
    script = {"spark.executor.resource.gpu.discoveryScript": "/opt/gpus.sh"}
    executor = {"resources": {"limits": {"nvidia.com/gpu": 2, "ephemeral-storage": "1Gi"}}}
    assert not [key for key in conf(spark={"executor": executor}) if ".resource." in key]
    found = conf(spark={"executor": executor, "conf": script})
    assert found["spark.executor.resource.gpu.amount"] == "2"
    assert found["spark.executor.resource.gpu.vendor"] == "nvidia.com"


def test_a_device_is_asked_for_in_one_place() -> None:
    twice = {
        "conf": {"spark.executor.resource.gpu.amount": "2"},
        "executor": {"resources": {"limits": {"nvidia.com/gpu": 1}}},
    }
    with pytest.raises(InvalidObject, match=r"it follows from nvidia\.com/gpu"):
        conf(spark=twice)
    assert conf(spark={"conf": twice["conf"]})["spark.executor.resource.gpu.amount"] == "2"


def test_every_key_that_swirl_sets_is_refused_to_users_unless_theirs_wins() -> None:
    """What is not listed would be overruled without a word."""
    mine = dict.fromkeys(conf(), "mine")
    theirs = {key for key, value in conf(spark={"conf": mine}).items() if value == "mine"}
    script = {"spark.executor.resource.gpu.discoveryScript": "/opt/gpus.sh"}
    whole = conf(
        spark={
            "conf": script,
            "executor": {
                "resources": {"limits": {"cpu": "2"}},
                "pod": {"template": {"spec": {"terminationGracePeriodSeconds": 90}}},
            },
        }
    )
    unlisted = {key for key in whole if not any(reserved.holds(key) for reserved in RESERVED)}
    assert unlisted - theirs == {
        "spark.executor.resource.gpu.discoveryScript",
        # One of two ways of saying it; the template says it where it is said there.
        "spark.kubernetes.executor.terminationGracePeriodSeconds",
    }


def test_every_setting_is_text() -> None:
    assert {type(value) for value in conf().values()} == {str}
