"""Settings of Pods: of the installation, of an object, of a part of it, one over the other. Pure.

Each is merged over what is there already; in each the fields of `pod` come first and its template
over them. What adds up, tolerations and `envFrom`, is added.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from swirl.api.pods import EnvFromSource, EnvVar, PodSettings, Workload
from swirl_operator.pods import roles
from swirl_operator.pods.kept import contradictions
from swirl_operator.pods.merge import merge
from swirl_operator.runtime.interface import Object
from swirl_operator.status.invalid import InvalidObject

# In a template that reaches several sorts of Pods, a container of this name is the one of Swirl's,
# and one that is called like a role is that of Pods of this role alone.
ANY_ROLE = "swirl"
_ROLES = (roles.DRIVER, roles.EXECUTOR, roles.SCORER, roles.MONITOR)
_OF_TEMPLATE = ("metadata", "spec")
_OF_POD = (
    "nodeSelector",
    "affinity",
    "topologySpreadConstraints",
    "priorityClassName",
    "runtimeClassName",
    "schedulerName",
    "imagePullSecrets",
    "volumes",
)


_OF_CHART = "the chart's value workloads"


class InvalidDefaults(InvalidObject):
    """What the installation says of all Pods contradicts what Swirl keeps: no object is wrong."""


@dataclass(frozen=True, slots=True)
class Layer:
    """What one place says of Pods.

    Attributes:
        where: that place, as a user knows it.
    """

    where: str
    env: Sequence[EnvVar] = ()
    env_from: Sequence[EnvFromSource] = ()
    pod: PodSettings = field(default_factory=PodSettings)

    @classmethod
    def of(cls, workload: Workload, where: str) -> Layer:
        """All that a workload says of all its Pods."""
        return cls(where, workload.env, workload.env_from, workload.pod)


@dataclass(frozen=True, slots=True)
class Defaults:
    """Settings of every workload of the cluster; the chart's value `workloads`."""

    workload: Workload = field(default_factory=Workload)

    def under(self, *layers: Layer) -> tuple[Layer, ...]:
        """These first, then the layers."""
        return (Layer.of(self.workload, _OF_CHART), *layers)


def configured(
    template: Object,
    layers: Sequence[Layer],
    *,
    role: str,
    own_variables: Mapping[str, Any],
) -> Object:
    """A Pod's template with the layers over it.

    Args:
        template: as Swirl makes it: `metadata` with `labels` and `annotations`, and `spec`, whose
            first container is the one of Swirl's.
        layers: the later ones win.
        role: what the Pod is for.
        own_variables: those that the container's process reads. They are Swirl's own, whether it
            sets them or not: half of its settings by another hand would be no settings at all.

    Raises:
        InvalidObject: a template contradicts what Swirl keeps; InvalidDefaults, if it is that of
            the installation.
    """
    made = _with_env(template, [])
    for layer in layers:
        try:
            made = _laid_over(template, made, layer, role)
        except InvalidObject as error:
            if layer.where == _OF_CHART:
                raise InvalidDefaults(str(error)) from error
            raise
    said, own = _env_of(made), _env_of(template)
    return _with_env(made, [*(item for item in said if not _is_own(item, own_variables)), *own])


def _laid_over(template: Object, made: Object, layer: Layer, role: str) -> Object:
    """What was made of the template so far, with one more layer."""
    name = template["spec"]["containers"][0]["name"]
    made = merge(made, _patch(layer, made, name))
    over = layer.pod.template
    if over is not None:
        made = merge(made, _addressed(over, name, role, f"{layer.where}.pod.template"))
    wrong = contradictions(template, made, name)
    if wrong:
        raise InvalidObject(f"{layer.where}.pod: {'; '.join(wrong)}")
    return made


def _env_of(template: Object) -> Sequence[Any]:
    return template["spec"]["containers"][0].get("env") or ()


def _is_own(item: object, own: Mapping[str, Any]) -> bool:
    name = item.get("name") if isinstance(item, dict) else None
    return isinstance(name, str) and name in own


def _with_env(template: Object, env: list[Any]) -> Object:
    first, *others = template["spec"]["containers"]
    rest = {key: value for key, value in first.items() if key != "env"}
    main = {**rest, "env": env} if env else rest
    return {**template, "spec": {**template["spec"], "containers": [main, *others]}}


def _patch(layer: Layer, template: Object, name: str) -> Object:
    """The layer but for its template, as a template."""
    said = written(layer.pod)
    spec, container = template["spec"], template["spec"]["containers"][0]
    main: Object = {
        "name": name,
        "env": [written(item) for item in layer.env],
        "volumeMounts": said.get("volumeMounts", []),
    }
    if layer.env_from:
        main["envFrom"] = [*container.get("envFrom", ()), *map(written, layer.env_from)]
    if "imagePullPolicy" in said:
        main["imagePullPolicy"] = said["imagePullPolicy"]
    pod: Object = {key: said[key] for key in _OF_POD if said.get(key)}
    if "tolerations" in said:
        pod["tolerations"] = [*spec.get("tolerations", ()), *said["tolerations"]]
    metadata = {key: said[key] for key in ("labels", "annotations") if said.get(key)}
    return {"metadata": metadata, "spec": {**pod, "containers": [main]}}


def _addressed(template: Object, name: str, role: str, where: str) -> Object:
    """A user's template as it is meant for the Pod of that role."""
    unknown = sorted(template.keys() - set(_OF_TEMPLATE))
    if unknown:
        raise InvalidObject(
            f"{where}.{unknown[0]}: a template has `metadata` and `spec`, as in a Deployment"
        )
    for part in _OF_TEMPLATE:
        if not isinstance(template.get(part, {}), dict):
            raise InvalidObject(f"{where}.{part} must be an object")
    spec = template.get("spec") or {}
    if not isinstance(spec.get("containers"), list):
        return template
    others = [other for other in _ROLES if other != role]
    containers: list[Any] = []
    for item in spec["containers"]:
        called = item.get("name") if isinstance(item, dict) else None
        if called in (ANY_ROLE, role, name):
            containers.append({**item, "name": name})
        elif called not in others:
            containers.append(item)
    return {**template, "spec": {**spec, "containers": containers}}


def written(model: BaseModel) -> Object:
    """What the user wrote."""
    return model.model_dump(by_alias=True, exclude_none=True, exclude_unset=True)
