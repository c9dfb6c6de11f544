"""What Spark itself makes of the template of executors: what it keeps, and what it overrules."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from swirl.api.v1alpha1.analyticsjob import AnalyticsJobSpec
from swirl.kube.request import Object
from swirl_operator.kinds.analyticsrun.executors import executor_pod, executor_template
from swirl_operator.kinds.analyticsrun.sparkconf import EXECUTOR_CONTAINER, spark_conf
from tests.integration.api.conftest import Kubectl
from tests.unit.operator.kinds.process import INSTALLATION

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

SECRET = {"secretKeyRef": {"name": "s", "key": "k"}}
SPEC: Object = {
    "mode": "Batch",
    "image": "ads:1",
    "entryPoint": {"function": "ads.train:train"},
    "env": [{"name": "CITY", "valueFrom": SECRET}],
    "envFrom": [{"configMapRef": {"name": "proxy"}}],
    "pod": {
        "labels": {"team": "ads"},
        "annotations": {"example.org/cost-centre": "7"},
        "nodeSelector": {"pool": "spark"},
        "tolerations": [{"key": "dedicated", "operator": "Exists"}],
        "priorityClassName": "system-cluster-critical",
        "imagePullSecrets": [{"name": "registry"}],
        "imagePullPolicy": "Always",
        "schedulerName": "volcano",
        "volumes": [{"name": "spark-local-dir-1", "emptyDir": {"sizeLimit": "1Gi"}}],
        "volumeMounts": [{"name": "spark-local-dir-1", "mountPath": "/scratch"}],
        "template": {
            "spec": {
                "terminationGracePeriodSeconds": 90,
                "affinity": {"podAntiAffinity": {}},
                "dnsConfig": {"searches": ["example.org"]},
                "containers": [
                    {"name": "executor", "lifecycle": {"preStop": {"sleep": {"seconds": 1}}}},
                    {"name": "proxy", "image": "proxy:1"},
                ],
            }
        },
    },
    "spark": {
        "executor": {
            "cores": 2,
            "memory": "1.5Gi",
            "memoryOverhead": "500M",
            "resources": {
                "requests": {"cpu": "500m"},
                "limits": {"cpu": 3, "nvidia.com/gpu": 1, "ephemeral-storage": "2Gi"},
            },
        }
    },
}


@pytest.fixture
def made(spark: SparkSession, tmp_path: Path) -> Iterator[Object]:
    """An executor Pod, built by Spark's own code from what a driver is told."""
    spec = AnalyticsJobSpec.model_validate(SPEC)
    template = executor_template(spec, job="job", run="run", attempt=1, installation=INSTALLATION)
    file = tmp_path / "template.yaml"
    file.write_text(json.dumps(template), encoding="utf-8")
    said = spark_conf(spec, namespace="default", run="run", attempt=1, executors=template)
    said |= {
        "spark.kubernetes.executor.podTemplateFile": file.as_uri(),
        "spark.driver.host": "10.0.0.1",
    }
    jvm: Any = spark.sparkContext._jvm
    conf = jvm.org.apache.spark.SparkConf(False)
    for key, value in said.items():
        conf.set(key, value)
    kube = getattr(getattr(jvm.org.apache.spark.deploy.k8s, "KubernetesConf$"), "MODULE$")
    own = kube.createExecutorConf(conf, "1", "app-1", jvm.scala.Option.empty(), 0)
    running: Any = spark.sparkContext._jsc.sc()
    resource = jvm.org.apache.spark.resource
    profiles = getattr(getattr(resource, "ResourceProfile$"), "MODULE$")
    fabric = jvm.io.fabric8.kubernetes.client
    settings = fabric.ConfigBuilder().withMasterUrl("https://127.0.0.1:1").build()
    client = fabric.KubernetesClientBuilder().withConfig(settings).build()
    try:
        profiles.reInitDefaultProfile(conf)
        profile = profiles.getOrCreateDefaultProfile(conf)
        builder = jvm.org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBuilder()
        pod = builder.buildFromFeatures(own, running.env().securityManager(), client, profile).pod()
        whole = jvm.io.fabric8.kubernetes.api.model.PodBuilder(pod.pod()).editSpec()
        whole = whole.addToContainers(0, pod.container()).endSpec().build()
        yield json.loads(fabric.utils.Serialization.asJson(whole))
    finally:
        profiles.reInitDefaultProfile(running.conf())
        client.close()


def test_spark_keeps_what_settings_say_and_swirl_foresees_the_pod(
    made: Object, kubectl: Kubectl
) -> None:
    spec = AnalyticsJobSpec.model_validate(SPEC)
    shown = executor_pod(spec, namespace="default", installation=INSTALLATION)
    for field in ("labels", "annotations"):
        assert shown["metadata"][field].items() <= made["metadata"][field].items()
    wanted, pod = shown["spec"], made["spec"]
    of_lists = {"containers", "volumes"}
    for field in wanted.keys() - of_lists:
        assert pod[field] == wanted[field], field
    assert {volume["name"] for volume in pod["volumes"]} == {
        volume["name"] for volume in wanted["volumes"]
    }
    (main, proxy), (made_main, made_proxy) = wanted["containers"], pod["containers"]
    assert made_proxy == proxy
    assert made_main["name"] == EXECUTOR_CONTAINER
    for field in ("image", "imagePullPolicy", "args", "envFrom", "lifecycle", "securityContext"):
        assert made_main[field] == main[field], field
    env = {item["name"]: item for item in made_main["env"]}
    assert env["CITY"] == {"name": "CITY", "valueFrom": SECRET}
    assert made_main["env"][-1]["name"].startswith("SPARK_")
    for part in ("requests", "limits"):
        assert made_main["resources"][part] == main["resources"][part]
    mounts = {mount["mountPath"] for mount in made_main["volumeMounts"]}
    assert mounts == {mount["mountPath"] for mount in main["volumeMounts"]}


def test_the_api_server_takes_both(made: Object, kubectl: Kubectl) -> None:
    """The one that is shown to it beforehand, and the one that Spark makes."""
    spec = AnalyticsJobSpec.model_validate(SPEC)
    shown = executor_pod(spec, namespace="default", installation=INSTALLATION)
    account = {"apiVersion": "v1", "kind": "ServiceAccount"}
    kubectl.apply({**account, "metadata": {"name": "swirl-driver", "namespace": "default"}})
    for pod in (shown, made):
        kubectl.ok("create", "--dry-run=server", "--validate=strict", "-f", "-", obj=pod)
