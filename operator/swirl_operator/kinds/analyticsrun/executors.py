"""Executor Pods: the template that Spark makes them from, and what they come to be."""

from __future__ import annotations

from swirl.api.v1alpha1.analyticsjob import AnalyticsJobSpec
from swirl.kube.resources import PODS
from swirl.wire.containers import DriverEnvironment
from swirl_operator.kinds.analyticsrun.names import pod_labels
from swirl_operator.kinds.analyticsrun.sparkconf import EXECUTOR_CONTAINER
from swirl_operator.pods.builder import PULL_POLICY, container, env_from, pod_spec, pod_template
from swirl_operator.pods.installation import Installation
from swirl_operator.pods.quantity import mebibytes
from swirl_operator.pods.resources import cpu_of, other_resources
from swirl_operator.pods.roles import EXECUTOR
from swirl_operator.pods.settings import Layer, configured
from swirl_operator.runtime.interface import Object


def executor_template(
    spec: AnalyticsJobSpec, *, job: str, run: str, attempt: int, installation: Installation
) -> Object:
    """What Spark starts every executor Pod from.

    Raises:
        InvalidObject: settings of its Pods contradict what Swirl keeps.
    """
    store = installation.store
    devices = other_resources(spec.spark.executor.resources)
    main = container(
        EXECUTOR_CONTAINER,
        imagePullPolicy=PULL_POLICY,
        mounts=[*store.mounts(), *installation.kafka_secret.mounts()],
        **env_from(store.env_from()),
        **({"resources": devices} if devices else {}),
    )
    template = pod_template(
        pod_spec(
            main,
            restartPolicy="Never",
            # The driver's, without its token: to have the rights that a cloud gives the account.
            serviceAccountName=spec.service_account_name,
            automountServiceAccountToken=False,
            volumes=[*store.volumes(), *installation.kafka_secret.volumes()],
        ),
        labels=pod_labels(job=job, run=run, attempt=attempt, role=EXECUTOR),
    )
    made = configured(
        template,
        installation.defaults.under(
            Layer.of(spec, "spec"), Layer("spec.spark.executor", pod=spec.spark.executor.pod)
        ),
        role=EXECUTOR,
        own_variables=DriverEnvironment.described(),
    )
    return {"apiVersion": PODS.api_version, "kind": PODS.kind, **made}


def executor_pod(spec: AnalyticsJobSpec, *, namespace: str, installation: Installation) -> Object:
    """An executor as Spark makes it, for the API server to say what it would refuse.

    Spark meets a refusal when the driver already runs, and only its log would know of it. Names
    are the same for all runs, so that what was found good once need not be asked again.
    """
    made = executor_template(spec, job="job", run="run", attempt=1, installation=installation)
    executor = spec.spark.executor
    cpu, most_cpu = cpu_of(executor.resources, default=str(executor.cores))
    memory = f"{mebibytes(executor.memory) + mebibytes(executor.memory_overhead)}Mi"
    main, *others = made["spec"]["containers"]
    devices = main.get("resources", {})
    limit = {} if most_cpu is None else {"cpu": most_cpu}
    main = {
        **main,
        "image": spec.image,
        "args": ["executor"],
        "resources": {
            "requests": {**devices.get("requests", {}), "cpu": cpu, "memory": memory},
            "limits": {**devices.get("limits", {}), **limit, "memory": memory},
        },
        "volumeMounts": [
            *main["volumeMounts"],
            {"name": "spark-conf-volume-exec", "mountPath": "/opt/spark/conf"},
        ],
    }
    volumes = [
        *made["spec"]["volumes"],
        {"name": "spark-conf-volume-exec", "configMap": {"name": "spark-exec-conf-map"}},
    ]
    return {
        **made,
        "metadata": {"name": EXECUTOR, "namespace": namespace, **made["metadata"]},
        "spec": {**made["spec"], "containers": [main, *others], "volumes": volumes},
    }
