"""The driver Pod of one attempt."""

from __future__ import annotations

import json
from typing import Any

from swirl.api.v1alpha1.analyticsjob import AnalyticsJobSpec
from swirl.kube.resources import PODS
from swirl.wire.containers import DriverEnvironment
from swirl.wire.labels import EXECUTOR_TEMPLATE
from swirl.wire.run import RunSpec
from swirl_operator.kinds.analyticsrun.executors import executor_template
from swirl_operator.kinds.analyticsrun.names import driver_name, pod_labels
from swirl_operator.kinds.analyticsrun.report import CONTAINER
from swirl_operator.kinds.analyticsrun.sparkconf import (
    BLOCK_MANAGER_PORT,
    DRIVER_PORT,
    TEMPLATE_DIRECTORY,
    TEMPLATE_FILE,
    UI_PORT,
    spark_conf,
)
from swirl_operator.pods.builder import env_from, pod_spec, pod_template, process
from swirl_operator.pods.installation import Installation
from swirl_operator.pods.quantity import mebibytes
from swirl_operator.pods.resources import container_resources
from swirl_operator.pods.roles import DRIVER
from swirl_operator.pods.settings import Layer, configured
from swirl_operator.runtime.interface import Object


def driver_pod(
    spec: AnalyticsJobSpec,
    *,
    namespace: str,
    job: str,
    run: str,
    uid: str,
    attempt: int,
    parameters: dict[str, Any],
    installation: Installation,
) -> Object:
    """The manifest; equal arguments give an equal manifest.

    Raises:
        InvalidObject: settings of its Pods contradict what Swirl keeps.
    """
    name = driver_name(run, attempt)
    store = installation.store
    executors = executor_template(
        spec, job=job, run=run, attempt=attempt, installation=installation
    )
    environment = DriverEnvironment(
        run=RunSpec(
            namespace=namespace,
            job=job,
            name=run,
            uid=uid,
            attempt=attempt,
            mode=spec.mode,
            function=spec.entry_point.function,
            parameters=parameters,
            artifacts=store.uri,
        ),
        spark_conf=spark_conf(
            spec, namespace=namespace, run=run, attempt=attempt, executors=executors
        ),
        kafka=installation.kafka,
        metrics_topic=installation.topics.metrics,
    )
    memory = mebibytes(spec.spark.driver.memory) + mebibytes(spec.spark.driver.memory_overhead)
    deadline = (
        {} if spec.timeout_seconds is None else {"activeDeadlineSeconds": spec.timeout_seconds}
    )
    driver = process(
        CONTAINER,
        spec.image,
        environment,
        args=["driver"],
        ports={"driver": DRIVER_PORT, "blockmanager": BLOCK_MANAGER_PORT, "ui": UI_PORT},
        resources=container_resources(
            spec.spark.driver.resources, cpu=str(spec.spark.driver.cores), memory=f"{memory}Mi"
        ),
        mounts=[
            {"name": "template", "mountPath": TEMPLATE_DIRECTORY, "readOnly": True},
            *store.mounts(),
            *installation.kafka_secret.mounts(),
        ],
        **env_from(store.env_from()),
    )
    template = pod_template(
        pod_spec(
            driver,
            restartPolicy="Never",
            serviceAccountName=spec.service_account_name,
            terminationGracePeriodSeconds=45,
            volumes=[
                _template_volume(),
                *store.volumes(),
                *installation.kafka_secret.volumes(),
            ],
            **deadline,
        ),
        labels=pod_labels(job=job, run=run, attempt=attempt, role=DRIVER),
    )
    template["metadata"]["annotations"] = {EXECUTOR_TEMPLATE: json.dumps(executors, sort_keys=True)}
    made = configured(
        template,
        installation.defaults.under(
            Layer.of(spec, "spec"), Layer("spec.spark.driver", pod=spec.spark.driver.pod)
        ),
        role=DRIVER,
        own_variables=environment.described(),
    )
    return {
        "apiVersion": PODS.api_version,
        "kind": PODS.kind,
        "metadata": {"name": name, "namespace": namespace, **made["metadata"]},
        "spec": made["spec"],
    }


def _template_volume() -> Object:
    """The annotation with the executors' template as a file."""
    path = f"metadata.annotations['{EXECUTOR_TEMPLATE}']"
    items = [{"path": TEMPLATE_FILE, "fieldRef": {"fieldPath": path}}]
    return {"name": "template", "downwardAPI": {"items": items}}
