"""Says of executors what only the driver knows: that they are wanted, and why none can be made.

Spark asks for them again every second and writes the refusal into its log, where nobody looks who
waits for the run. A driver of a stream says at the start of Spark how many it wants, since a stream
without executors is not ready; one of a batch speaks only when it has fewer than it wants for a
while and the API server refuses them.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from swirl.kube.account import Account
from swirl.kube.client import Client
from swirl.kube.errors import ApiError, Unreachable
from swirl.kube.request import create, merge
from swirl.kube.resources import PODS
from swirl.wire.executors import Executors
from swirl.wire.labels import EXECUTORS

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

logger = logging.getLogger(__name__)

INTERVAL_SECONDS = 5.0
PATIENT_LOOKS = 3
"""How often there may be too few before the API server is asked why."""

_TIMEOUT_SECONDS = 5.0
_AGENT = "swirl-driver"

Registered = Callable[[], int]
"""How many executors there are now."""


class ExecutorWatch:
    """Watches over the executors of a driver from a background thread.

    Args:
        wanted: how many there should be at least.
        is_stream: whether it is said that they are wanted before there is trouble.
        tell: passes it on; raises ApiError if that fails.
        refusal: asks the API server for an executor and returns what it has against one, empty if
            nothing; raises ApiError if there is no answer.
        interval: seconds between two looks.
    """

    def __init__(
        self,
        wanted: int,
        *,
        is_stream: bool,
        tell: Callable[[Executors], None],
        refusal: Callable[[], str],
        interval: float = INTERVAL_SECONDS,
    ) -> None:
        self._wanted = wanted
        self._tell = tell
        self._refusal = refusal
        self._interval = interval
        self._said = None if is_stream else Executors(wanted)
        self._short = 0
        self._registered: Registered | None = None
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def starting(self) -> None:
        """Spark is about to start."""
        if self._thread is None and self._wanted > 0:
            self._thread = threading.Thread(target=self._run, name="swirl-executors", daemon=True)
            self._thread.start()

    def started(self, spark: SparkSession) -> None:
        """Spark has started; from now on its executors are counted."""
        status = spark.sparkContext._jsc.sc()
        # The driver itself is in the map.
        self._registered = lambda: int(status.getExecutorMemoryStatus().size()) - 1

    def close(self) -> None:
        """Stop watching."""
        self._closing.set()

    def look(self, registered: int | None) -> None:
        """Look once; None before Spark has started."""
        short = registered is not None and registered < self._wanted
        self._short = self._short + 1 if short else 0
        refused = "" if self._said is None else self._said.refused
        if registered is not None and not short:
            refused = ""
        elif self._short >= PATIENT_LOOKS and self._short % PATIENT_LOOKS == 0:
            refused = self._refusal()
        found = Executors(self._wanted, refused)
        if found != self._said:
            self._tell(found)
            self._said = found

    def _run(self) -> None:
        failed = False
        while True:
            try:
                self.look(None if self._registered is None else self._registered())
                failed = False
            except ApiError as error:
                if not failed:
                    logger.warning("what executors there are is not reported: %s", error)
                failed = True
            except Exception as error:
                # The JVM is gone, or going; how the run ends says why.
                logger.info("executors are not watched any more: %s", error)
                return
            if self._closing.wait(self._interval):
                return


def watch(
    conf: Mapping[str, str] | None,
    *,
    namespace: str | None,
    pod: str | None,
    is_stream: bool,
    environ: Mapping[str, str],
) -> ExecutorWatch | None:
    """Return the watch of a driver; None where nobody could be told.

    Args:
        conf: Spark's; None runs on this machine alone.
        namespace, pod: the driver's own; None outside of a cluster.
        is_stream: whether the run is.
        environ: says where the API server is and who asks.
    """
    account = Account.of(environ)
    if conf is None or account is None or account.token is None or not (namespace and pod):
        return None
    client = Client(account, agent=_AGENT, timeout=_TIMEOUT_SECONDS)

    def tell(found: Executors) -> None:
        annotations = {EXECUTORS: found.to_json()}
        client.send(merge(PODS, namespace, pod, {"metadata": {"annotations": annotations}}))

    def refusal() -> str:
        made = executor_pod(conf, namespace)
        try:
            client.send(create(PODS, made, manager=_AGENT, dry_run=True))
        except Unreachable:
            raise
        except ApiError as error:
            return error.message
        return ""

    return ExecutorWatch(wanted_of(conf), is_stream=is_stream, tell=tell, refusal=refusal)


def wanted_of(conf: Mapping[str, str]) -> int:
    """Return how many executors there should be at least; with dynamic allocation perhaps none."""
    if conf.get("spark.dynamicAllocation.enabled", "false").lower() == "true":
        return int(conf.get("spark.dynamicAllocation.minExecutors", "0"))
    return int(conf.get("spark.executor.instances", "0"))


def executor_pod(conf: Mapping[str, str], namespace: str) -> dict[str, Any]:
    """Return an executor as Spark makes it of its template, as far as quotas and policies count."""
    template = json.loads(Path(conf["spark.kubernetes.executor.podTemplateFile"]).read_text())
    main, *others = template["spec"]["containers"]
    memory = _mebibytes(conf["spark.executor.memory"])
    memory += _mebibytes(conf["spark.executor.memoryOverhead"])
    given = main.get("resources") or {}
    limits = {**given.get("limits", {}), "memory": f"{memory}Mi"}
    if cpu := conf.get("spark.kubernetes.executor.limit.cores"):
        limits["cpu"] = cpu
    requests = {
        **given.get("requests", {}),
        "cpu": conf["spark.kubernetes.executor.request.cores"],
        "memory": f"{memory}Mi",
    }
    main = {
        **main,
        "image": conf["spark.kubernetes.container.image"],
        "resources": {"requests": requests, "limits": limits},
    }
    name = f"{conf['spark.kubernetes.executor.podNamePrefix']}-exec-check"
    return {
        **template,
        "metadata": {**template["metadata"], "name": name, "namespace": namespace},
        "spec": {**template["spec"], "containers": [main, *others]},
    }


def _mebibytes(amount: str) -> int:
    """`700m` in the words of Spark, as Swirl writes it."""
    return int(amount.removesuffix("m"))
