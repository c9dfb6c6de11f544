"""How Pods are made and placed: one piece of API for every kind that has Pods.

Names and shapes are those of Kubernetes' Pods. What is deep (affinity, volumes, the template) is
kept as it is written, and the API server itself judges it when a Pod is made of it.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StringConstraints

from swirl.api.meta import AnyObject, ApiModel, AsWritten, Quantity, keyed_by, rules

ObjectName = Annotated[str, StringConstraints(min_length=1, max_length=253)]
Label = Annotated[str, StringConstraints(max_length=63)]
Labels = Annotated[
    dict[Annotated[str, StringConstraints(max_length=317)], Label], Field(max_length=64)
]
Annotations = Annotated[
    dict[
        Annotated[str, StringConstraints(max_length=317)],
        Annotated[str, StringConstraints(max_length=65536)],
    ],
    Field(max_length=64),
]

_ATOMIC = {"x-kubernetes-list-type": "atomic"}


class KeySelector(AsWritten):
    """One key of a Secret or ConfigMap."""

    name: ObjectName = Field(description="The object, in the same namespace.")
    key: Annotated[str, StringConstraints(min_length=1, max_length=253)] = Field(
        description="The key."
    )
    optional: bool | None = Field(
        default=None, description="True: leave the variable out where there is no such key."
    )


class FieldSelector(AsWritten):
    """A field of the Pod itself."""

    field_path: Annotated[str, StringConstraints(min_length=1, max_length=317)] = Field(
        description="Such as `metadata.name` or `status.podIP`."
    )
    api_version: Annotated[str, StringConstraints(max_length=63)] | None = Field(
        default=None, description="Of the Pod; `v1`."
    )


class ResourceFieldSelector(AsWritten):
    """What a container of the Pod asks for or may use."""

    resource: Annotated[str, StringConstraints(min_length=1, max_length=317)] = Field(
        description="Such as `limits.memory`."
    )
    container_name: Annotated[str, StringConstraints(max_length=63)] | None = Field(
        default=None, description="Whose."
    )
    divisor: Quantity | None = Field(default=None, description="The unit.")


_ONE_SOURCE = rules(
    (
        "[has(self.secretKeyRef), has(self.configMapKeyRef), has(self.fieldRef), "
        "has(self.resourceFieldRef)].filter(x, x).size() == 1",
        "valueFrom needs exactly one of secretKeyRef, configMapKeyRef, fieldRef and "
        "resourceFieldRef",
    )
)


_VALUE_OR_SOURCE = rules(
    (
        "has(self.value) != has(self.valueFrom)",
        'a variable needs either value or valueFrom; an empty one is `value: ""`',
    )
)
_SECRET_OR_CONFIG_MAP = rules(
    (
        "has(self.secretRef) != has(self.configMapRef)",
        "envFrom needs either secretRef or configMapRef",
    )
)


def _ruled(rule: dict[str, Any]) -> ConfigDict:
    """What every AsWritten has, and a rule."""
    return ConfigDict(json_schema_extra={"x-kubernetes-preserve-unknown-fields": True} | rule)


class EnvVarSource(AsWritten):
    """Where a variable's value comes from."""

    secret_key_ref: KeySelector | None = Field(default=None, description="A key of a Secret.")
    config_map_key_ref: KeySelector | None = Field(
        default=None, description="A key of a ConfigMap."
    )
    field_ref: FieldSelector | None = Field(default=None, description="A field of the Pod.")
    resource_field_ref: ResourceFieldSelector | None = Field(
        default=None, description="Resources of a container."
    )


class EnvVar(AsWritten):
    """An environment variable."""

    model_config = _ruled(_VALUE_OR_SOURCE)

    name: Annotated[
        str, StringConstraints(min_length=1, max_length=128, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
    ] = Field(description="Its name. Variables that Swirl sets itself (`SWIRL_…`) win.")
    value: Annotated[str, StringConstraints(max_length=4096)] | None = Field(
        default=None, description="Its value; `$(NAME)` stands for a variable before it."
    )
    value_from: EnvVarSource | None = Field(
        default=None,
        description="Where its value comes from instead.",
        json_schema_extra=_ONE_SOURCE,
    )


class ObjectReference(AsWritten):
    """A Secret or ConfigMap of the namespace."""

    name: ObjectName = Field(description="Its name.")
    optional: bool | None = Field(
        default=None, description="True: go on without it where it does not exist."
    )


class EnvFromSource(AsWritten):
    """A Secret or ConfigMap whose every key is a variable."""

    model_config = _ruled(_SECRET_OR_CONFIG_MAP)

    prefix: Annotated[str, StringConstraints(max_length=128)] | None = Field(
        default=None, description="Put before each name."
    )
    secret_ref: ObjectReference | None = Field(default=None, description="A Secret.")
    config_map_ref: ObjectReference | None = Field(default=None, description="A ConfigMap.")


class LocalReference(AsWritten):
    """A Secret of the namespace."""

    name: ObjectName = Field(description="Its name.")


class Toleration(AsWritten):
    """A taint of nodes that the Pod puts up with."""

    key: Annotated[str, StringConstraints(max_length=317)] | None = Field(
        default=None, description="The taint's key; none means all."
    )
    operator: Literal["Exists", "Equal", "Lt", "Gt"] | None = Field(
        default=None, description="How `value` is compared; Equal."
    )
    value: Annotated[str, StringConstraints(max_length=63)] | None = Field(
        default=None, description="The taint's value."
    )
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] | None = Field(
        default=None, description="The taint's effect; none means all."
    )
    toleration_seconds: Annotated[int, Field(ge=0, le=31536000)] | None = Field(
        default=None, description="For how long a NoExecute taint is put up with."
    )


class PodSettings(ApiModel):
    """How Pods are made and placed, beyond what Swirl knows by itself."""

    # A field that is not one of these is kept by the API server and refused by the operator.
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"x-kubernetes-preserve-unknown-fields": True}
    )

    labels: Labels = Field(default_factory=dict, description="More labels.")
    annotations: Annotations = Field(default_factory=dict, description="More annotations.")
    node_selector: Labels = Field(default_factory=dict, description="Labels that a node must have.")
    tolerations: Annotated[list[Toleration], Field(max_length=64, json_schema_extra=_ATOMIC)] = (
        Field(default_factory=list, description="Taints that are put up with.")
    )
    affinity: AnyObject | None = Field(default=None, description="As in a Pod.")
    topology_spread_constraints: Annotated[
        list[AnyObject], Field(max_length=16, json_schema_extra=_ATOMIC)
    ] = Field(default_factory=list, description="As in a Pod.")
    priority_class_name: ObjectName | None = Field(default=None, description="As in a Pod.")
    runtime_class_name: ObjectName | None = Field(default=None, description="As in a Pod.")
    scheduler_name: ObjectName | None = Field(default=None, description="As in a Pod.")
    image_pull_secrets: Annotated[
        list[LocalReference], Field(max_length=16, json_schema_extra=keyed_by("name"))
    ] = Field(default_factory=list, description="Secrets to pull images with.")
    image_pull_policy: Literal["Always", "IfNotPresent", "Never"] | None = Field(
        default=None, description="When the image is pulled; IfNotPresent."
    )
    volumes: Annotated[list[AnyObject], Field(max_length=64, json_schema_extra=_ATOMIC)] = Field(
        default_factory=list, description="More volumes, as in a Pod."
    )
    volume_mounts: Annotated[list[AnyObject], Field(max_length=64, json_schema_extra=_ATOMIC)] = (
        Field(default_factory=list, description="Where they are mounted, as in a container.")
    )
    template: AnyObject | None = Field(
        default=None,
        description="All else, as a PodTemplateSpec (`metadata`, `spec`), merged strategically "
        "over the Pod that Swirl makes; the container of Swirl's own keeps its name, its command "
        "and its `SWIRL_…` variables.",
    )


PLACEMENT_FIELDS = frozenset(
    {
        "labels",
        "annotations",
        "nodeSelector",
        "tolerations",
        "affinity",
        "topologySpreadConstraints",
        "priorityClassName",
        "schedulerName",
        "imagePullSecrets",
        "imagePullPolicy",
    }
)
"""Fields of PodSettings that say where a Pod goes, what it is called and how its image is pulled,
and not what runs in it: a change of them makes no new version."""


class Workload(ApiModel):
    """What every spec with Pods of its own has."""

    env: Annotated[list[EnvVar], Field(max_length=64, json_schema_extra=keyed_by("name"))] = Field(
        default_factory=list, description="Environment variables."
    )
    env_from: Annotated[list[EnvFromSource], Field(max_length=16, json_schema_extra=_ATOMIC)] = (
        Field(default_factory=list, description="Secrets and ConfigMaps as variables.")
    )
    pod: PodSettings = Field(
        default_factory=PodSettings, description="How the Pods are made and placed."
    )
