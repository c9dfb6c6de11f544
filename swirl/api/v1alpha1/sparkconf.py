"""Keys of `spark.conf` that would be without effect, each with what to use instead.

Some are set by Swirl itself, others speak of a driver Pod that Spark would make; here Swirl makes
it. Said at admission, where a key of a user's would else be overruled without a word.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from swirl.api.meta import rules


@dataclass(frozen=True, slots=True)
class Reserved:
    """Keys of one concern.

    Attributes:
        instead: what to do, as a clause after the keys.
        keys: whole keys.
        prefixes: of keys that go on with a name.
    """

    instead: str
    keys: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()

    def holds(self, key: str) -> bool:
        """Whether the key is one of them."""
        return key in self.keys or key.startswith(self.prefixes)

    def rule(self) -> tuple[str, str]:
        """The CEL rule of the map, and what is said to who breaks it."""
        tests = [f"k in [{', '.join(map(repr, self.keys))}]"] if self.keys else []
        tests += [f"k.startsWith({prefix!r})" for prefix in self.prefixes]
        named = [*self.keys, *(f"{prefix}*" for prefix in self.prefixes)]
        return f"self.all(k, !({' || '.join(tests)}))", f"{', '.join(named)}: {self.instead}"


_DRIVER = "spark.kubernetes.driver."
_EXECUTOR = "spark.kubernetes.executor."

RESERVED = (
    Reserved(
        "leave it out, Swirl sets it: drivers run in Pods and are reached at their addresses",
        (
            "spark.master",
            "spark.submit.deployMode",
            "spark.app.name",
            "spark.driver.host",
            "spark.driver.bindAddress",
            "spark.driver.port",
            "spark.driver.blockManager.port",
            "spark.kubernetes.namespace",
            f"{_DRIVER}pod.name",
            f"{_EXECUTOR}podNamePrefix",
            f"{_EXECUTOR}podTemplateContainerName",
        ),
    ),
    Reserved("use spec.spark.driver.cores", ("spark.driver.cores",)),
    Reserved("use spec.spark.driver.memory", ("spark.driver.memory",)),
    Reserved(
        "use spec.spark.driver.memoryOverhead",
        ("spark.driver.memoryOverhead", "spark.driver.memoryOverheadFactor"),
    ),
    Reserved("use spec.spark.executor.instances", ("spark.executor.instances",)),
    Reserved("use spec.spark.executor.cores", ("spark.executor.cores",)),
    Reserved("use spec.spark.executor.memory", ("spark.executor.memory",)),
    Reserved(
        "use spec.spark.executor.memoryOverhead",
        (
            "spark.executor.memoryOverhead",
            "spark.executor.memoryOverheadFactor",
            "spark.kubernetes.memoryOverheadFactor",
        ),
    ),
    Reserved(
        "use spec.spark.driver.resources", (f"{_DRIVER}request.cores", f"{_DRIVER}limit.cores")
    ),
    Reserved(
        "use spec.spark.executor.resources",
        (f"{_EXECUTOR}request.cores", f"{_EXECUTOR}limit.cores"),
    ),
    Reserved(
        "use spec.image",
        (
            "spark.kubernetes.container.image",
            f"{_DRIVER}container.image",
            f"{_EXECUTOR}container.image",
        ),
    ),
    Reserved("use spec.pod.imagePullPolicy", ("spark.kubernetes.container.image.pullPolicy",)),
    Reserved("use spec.spark.executor.pod.template", (f"{_EXECUTOR}podTemplateFile",)),
    Reserved(
        "use spec.spark.driver.pod.template",
        (f"{_DRIVER}podTemplateFile", f"{_DRIVER}podTemplateContainerName"),
    ),
    Reserved("use spec.spark.driver.pod.schedulerName", (f"{_DRIVER}scheduler.name",)),
    Reserved("use spec.spark.driver.pod.labels", prefixes=(f"{_DRIVER}label.",)),
    Reserved("use spec.spark.driver.pod.annotations", prefixes=(f"{_DRIVER}annotation.",)),
    Reserved("use spec.spark.driver.pod.nodeSelector", prefixes=(f"{_DRIVER}node.selector.",)),
    Reserved(
        "use spec.env, with valueFrom for a Secret",
        prefixes=("spark.kubernetes.driverEnv.", f"{_DRIVER}secretKeyRef."),
    ),
    Reserved(
        "use spec.spark.driver.pod.volumes and volumeMounts",
        prefixes=(f"{_DRIVER}volumes.", f"{_DRIVER}secrets."),
    ),
)


def reserved_rules() -> dict[str, Any]:
    """The CEL rules of `spark.conf`."""
    return rules(*(reserved.rule() for reserved in RESERVED))
