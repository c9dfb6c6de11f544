"""The driver Pod of one attempt."""

from __future__ import annotations

import json
from typing import Any

from swirl.api.v1alpha1.analyticsjob import AnalyticsJobSpec
from swirl.wire.containers import DriverEnvironment
from swirl.wire.group import GROUP
from swirl.wire.run import RunSpec
from swirl_operator.kinds.analyticsrun.names import driver_name
from swirl_operator.kinds.analyticsrun.report import CONTAINER
from swirl_operator.kinds.analyticsrun.sparkconf import (
    BLOCK_MANAGER_PORT,
    DRIVER_PORT,
    TEMPLATE_DIRECTORY,
    TEMPLATE_FILE,
    UI_PORT,
    executor_template,
    spark_conf,
)
from swirl_operator.pods import labels
from swirl_operator.pods.environment import container_env
from swirl_operator.pods.installation import Installation
from swirl_operator.pods.quantity import mebibytes
from swirl_operator.pods.security import container_security, pod_security
from swirl_operator.runtime.interface import Object

EXECUTOR_TEMPLATE = f"{GROUP}/executor-template"


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
    """The manifest; equal arguments give an equal manifest."""
    name = driver_name(run, attempt)
    store = installation.store
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
        spark_conf=spark_conf(spec, namespace=namespace, run=run, attempt=attempt, store=store),
        kafka=installation.kafka,
        metrics_topic=installation.topics.metrics,
    )
    memory = mebibytes(spec.spark.driver.memory) + mebibytes(spec.spark.driver.memory_overhead)
    pod_spec: Object = {
        "restartPolicy": "Never",
        "serviceAccountName": spec.service_account_name,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": 45,
        "securityContext": pod_security(),
        "containers": [
            {
                "name": CONTAINER,
                "image": spec.image,
                "imagePullPolicy": "IfNotPresent",
                "args": ["driver"],
                "env": [
                    *({"name": item.name, "value": item.value} for item in spec.env),
                    *container_env(environment),
                ],
                "ports": [
                    {"name": "driver", "containerPort": DRIVER_PORT},
                    {"name": "blockmanager", "containerPort": BLOCK_MANAGER_PORT},
                    {"name": "ui", "containerPort": UI_PORT},
                ],
                "resources": {
                    "requests": {
                        "cpu": spec.spark.driver.core_request or str(spec.spark.driver.cores),
                        "memory": f"{memory}Mi",
                    },
                    "limits": {"memory": f"{memory}Mi"},
                },
                "securityContext": container_security(),
                "terminationMessagePolicy": "FallbackToLogsOnError",
                "volumeMounts": [
                    {"name": "tmp", "mountPath": "/tmp"},
                    {"name": "template", "mountPath": TEMPLATE_DIRECTORY, "readOnly": True},
                    *store.mounts(),
                ],
            }
        ],
        "volumes": [
            {"name": "tmp", "emptyDir": {}},
            {
                "name": "template",
                "downwardAPI": {
                    "items": [
                        {
                            "path": TEMPLATE_FILE,
                            "fieldRef": {
                                "fieldPath": f"metadata.annotations['{EXECUTOR_TEMPLATE}']"
                            },
                        }
                    ]
                },
            },
            *store.volumes(),
        ],
    }
    if spec.timeout_seconds is not None:
        pod_spec["activeDeadlineSeconds"] = spec.timeout_seconds
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": labels.child_labels(
                "AnalyticsRun",
                run,
                **{
                    labels.JOB: job,
                    labels.RUN: run,
                    labels.ATTEMPT: str(attempt),
                    labels.ROLE: "driver",
                },
            ),
            "annotations": {
                EXECUTOR_TEMPLATE: json.dumps(
                    executor_template(job=job, run=run, attempt=attempt), sort_keys=True
                )
            },
        },
        "spec": pod_spec,
    }
