"""Spark's configuration of one attempt: client mode in the driver Pod, executors as Pods.

The driver is reached at its Pod's address (no Service), and executor Pods come from a template
that the driver reads from an annotation on itself, so an attempt is one write to the API server.
"""

from __future__ import annotations

from swirl.api.v1alpha1.analyticsjob import AnalyticsJobSpec
from swirl.kube.resources import PODS
from swirl_operator.kinds.analyticsrun.names import executor_prefix, pod_labels
from swirl_operator.pods.artifacts import VOLUME, ArtifactStore
from swirl_operator.pods.builder import PULL_POLICY, container, pod_spec
from swirl_operator.pods.environment import literal
from swirl_operator.pods.quantity import mebibytes
from swirl_operator.pods.resources import cpu_of
from swirl_operator.pods.roles import EXECUTOR
from swirl_operator.runtime.interface import Object

DRIVER_PORT = 7078
BLOCK_MANAGER_PORT = 7079
UI_PORT = 4040
TEMPLATE_FILE = "executor-template.yaml"
TEMPLATE_DIRECTORY = "/etc/swirl"
EXECUTOR_CONTAINER = "spark-kubernetes-executor"


def spark_conf(
    spec: AnalyticsJobSpec, *, namespace: str, run: str, attempt: int, store: ArtifactStore
) -> dict[str, str]:
    """All of it as text. The user's own keys come first: those that Swirl sets win.

    `$(SWIRL_POD_IP)` and `$(SWIRL_POD_NAME)` are filled in by the kubelet, which expands
    variables in the environment.
    """
    executor = spec.spark.executor
    cpu, most_cpu = cpu_of(executor.resources, default=str(executor.cores))
    executor_path = "spark.kubernetes.executor.volumes.persistentVolumeClaim." + VOLUME
    conf = {
        "spark.kubernetes.allocation.batch.delay": "1s",
        "spark.ui.showConsoleProgress": "false",
        **{key: literal(value) for key, value in spec.spark.conf.items()},
        "spark.master": "k8s://https://kubernetes.default.svc:443",
        "spark.submit.deployMode": "client",
        "spark.app.name": f"{namespace}/{run}",
        "spark.driver.host": "$(SWIRL_POD_IP)",
        "spark.driver.bindAddress": "0.0.0.0",
        "spark.driver.port": str(DRIVER_PORT),
        "spark.driver.blockManager.port": str(BLOCK_MANAGER_PORT),
        "spark.driver.cores": str(spec.spark.driver.cores),
        "spark.driver.memory": f"{mebibytes(spec.spark.driver.memory)}m",
        "spark.executor.instances": str(executor.instances),
        "spark.executor.cores": str(executor.cores),
        "spark.executor.memory": f"{mebibytes(executor.memory)}m",
        "spark.executor.memoryOverhead": f"{mebibytes(executor.memory_overhead)}m",
        "spark.kubernetes.executor.request.cores": cpu,
        "spark.kubernetes.namespace": namespace,
        "spark.kubernetes.container.image": spec.image,
        "spark.kubernetes.container.image.pullPolicy": PULL_POLICY,
        "spark.kubernetes.driver.pod.name": "$(SWIRL_POD_NAME)",
        "spark.kubernetes.executor.podNamePrefix": executor_prefix(run, attempt),
        "spark.kubernetes.executor.podTemplateFile": f"{TEMPLATE_DIRECTORY}/{TEMPLATE_FILE}",
        "spark.kubernetes.executor.podTemplateContainerName": EXECUTOR_CONTAINER,
    }
    if most_cpu is not None:
        conf["spark.kubernetes.executor.limit.cores"] = most_cpu
    if store.path is not None:
        conf[f"{executor_path}.options.claimName"] = store.claim
        conf[f"{executor_path}.mount.path"] = store.path
    return conf


def executor_template(*, job: str, run: str, attempt: int) -> Object:
    """What Spark starts every executor Pod from."""
    return {
        "apiVersion": PODS.api_version,
        "kind": PODS.kind,
        "metadata": {"labels": pod_labels(job=job, run=run, attempt=attempt, role=EXECUTOR)},
        "spec": pod_spec(container(EXECUTOR_CONTAINER), automountServiceAccountToken=False),
    }
