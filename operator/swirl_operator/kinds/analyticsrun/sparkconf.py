"""Spark's configuration of one attempt: client mode in the driver Pod, executors as Pods.

The driver is reached at its Pod's address (no Service), and executor Pods come from a template
that the driver reads from an annotation on itself, so an attempt is one write to the API server.
"""

from __future__ import annotations

from swirl.api.v1alpha1.analyticsjob import AnalyticsJobSpec
from swirl_operator.kinds.analyticsrun.names import executor_prefix
from swirl_operator.pods.builder import PULL_POLICY
from swirl_operator.pods.environment import literal
from swirl_operator.pods.quantity import mebibytes
from swirl_operator.pods.resources import cpu_of, other_resources
from swirl_operator.runtime.interface import Object
from swirl_operator.status.invalid import InvalidObject

DRIVER_PORT = 7078
BLOCK_MANAGER_PORT = 7079
UI_PORT = 4040
TEMPLATE_FILE = "executor-template.yaml"
TEMPLATE_DIRECTORY = "/etc/swirl"
EXECUTOR_CONTAINER = "spark-kubernetes-executor"


def spark_conf(
    spec: AnalyticsJobSpec, *, namespace: str, run: str, attempt: int, executors: Object
) -> dict[str, str]:
    """All of it as text. The user's own keys come first: those that Swirl sets win.

    Of the template of executors, Spark itself decides some things by its configuration; what the
    template says of them is repeated here.

    `$(SWIRL_POD_IP)` and `$(SWIRL_POD_NAME)` are filled in by the kubelet, which expands
    variables in the environment.
    """
    executor = spec.spark.executor
    cpu, most_cpu = cpu_of(executor.resources, default=str(executor.cores))
    pod = executors["spec"]
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
        "spark.kubernetes.container.image.pullPolicy": pod["containers"][0].get(
            "imagePullPolicy", PULL_POLICY
        ),
        "spark.kubernetes.driver.pod.name": "$(SWIRL_POD_NAME)",
        "spark.kubernetes.executor.podNamePrefix": executor_prefix(run, attempt),
        "spark.kubernetes.executor.podTemplateFile": f"{TEMPLATE_DIRECTORY}/{TEMPLATE_FILE}",
        "spark.kubernetes.executor.podTemplateContainerName": EXECUTOR_CONTAINER,
    }
    if most_cpu is not None:
        conf["spark.kubernetes.executor.limit.cores"] = most_cpu
    if (grace := pod.get("terminationGracePeriodSeconds")) is not None:
        conf["spark.kubernetes.executor.terminationGracePeriodSeconds"] = f"{grace}s"
    return conf | _devices(spec)


def _devices(spec: AnalyticsJobSpec) -> dict[str, str]:
    """Devices of executors that Spark hands out to tasks.

    These are those whose addresses a script can tell that the user names. Without one a device is
    just in the container.

    Raises:
        InvalidObject: the same is asked for twice; Spark would overrule the field.
    """
    said = other_resources(spec.spark.executor.resources)
    found: dict[str, str] = {}
    for name, amount in said.get("limits", {}).items():
        vendor, _, device = name.rpartition("/")
        key = f"spark.executor.resource.{device}"
        if f"{key}.amount" in spec.spark.conf:
            raise InvalidObject(
                f"spec.spark.conf.{key}.amount: leave it out, it follows from {name} in "
                "spec.spark.executor.resources.limits"
            )
        if f"{key}.discoveryScript" in spec.spark.conf and vendor:
            found |= {f"{key}.amount": amount, f"{key}.vendor": vendor}
    return found
