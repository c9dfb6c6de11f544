"""What every kind of `swirl.dev` shares: wire naming, conditions, quantities, how a kind is listed.

Field names follow the Kubernetes API conventions. Bounds are on everything: the API server
estimates the cost of CEL rules from them, and an unbounded field is one a typo can fill.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)
from pydantic.alias_generators import to_camel

from swirl.wire.change import Aspect

Name = Annotated[
    str,
    StringConstraints(
        min_length=1, max_length=63, pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", strict=True
    ),
]
"""A DNS label, as the API server asks of object names."""

Decimal = Annotated[
    str, StringConstraints(max_length=32, pattern=r"^-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?$")
]
"""A number as text: the API conventions have no floats, as they do not survive a round trip."""

Text = Annotated[str, StringConstraints(max_length=1024)]
Timestamp = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]

ImageID = Annotated[str, StringConstraints(max_length=512)]
"""A build of an image, as the kubelet says it: `REPOSITORY@sha256:…`, or `sha256:…`."""

AnyObject = Annotated[
    dict[str, Any],
    WithJsonSchema({"type": "object", "x-kubernetes-preserve-unknown-fields": True}),
]
AnyValue = Annotated[
    Any, WithJsonSchema({"x-kubernetes-preserve-unknown-fields": True, "nullable": True})
]

Parameters = Annotated[
    dict[Annotated[str, StringConstraints(max_length=256)], AnyValue], Field(max_length=128)
]
"""Values by name. A map and no free object: of two free objects with other keys, but as many, CEL
finds that they are equal."""


def rules(*pairs: tuple[str, str]) -> dict[str, Any]:
    """CEL rules for one schema node: pairs of expression and what to tell who breaks it."""
    return {
        "x-kubernetes-validations": [{"rule": rule, "message": message} for rule, message in pairs]
    }


def keyed_by(*keys: str) -> dict[str, Any]:
    """A list that server-side apply merges by key, so two writers can own different items."""
    return {"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": list(keys)}


class ApiModel(BaseModel):
    """A part of a kind: camelCase on the wire; fields a newer CRD may have are ignored."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="ignore", frozen=True
    )


class AsWritten(ApiModel):
    """A part of a Pod, of which a field that is not known here is kept.

    Pruned in silence it would be lost; handed on it is judged, and named, by the API server when it
    checks the Pod.
    """

    model_config = ConfigDict(
        extra="allow", json_schema_extra={"x-kubernetes-preserve-unknown-fields": True}
    )


class Condition(ApiModel):
    """One observation of the object, in the shape all Kubernetes tools read."""

    type: Annotated[str, StringConstraints(max_length=316)] = Field(
        description="What is observed: Ready, Succeeded, Healthy, Reconciling or Stalled."
    )
    status: Literal["True", "False", "Unknown"] = Field(description="True, False or Unknown.")
    reason: Annotated[str, StringConstraints(max_length=128, pattern=r"^[A-Za-z][A-Za-z0-9]*$")] = (
        Field(description="One CamelCase word from a closed list, for machines.")
    )
    message: Annotated[str, StringConstraints(max_length=4096)] = Field(
        description="One sentence for people: what is so, and what to do about it."
    )
    last_transition_time: Timestamp = Field(description="When the status last changed.")
    observed_generation: int = Field(
        default=0, ge=0, description="The generation of the spec this was said about."
    )


def _as_text(value: Any) -> Any:
    """A number that YAML made of a quantity, as its text."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


_QUANTITY = r"^\+?([0-9]+(\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]{1,2})?$"
_LONGEST_QUANTITY = 32


def _quantity_schema(*pairs: tuple[str, str]) -> dict[str, Any]:
    schema = {
        "x-kubernetes-int-or-string": True,
        # The one is of texts, the other of numbers.
        "pattern": _QUANTITY,
        "minimum": 0,
        "maxLength": _LONGEST_QUANTITY,
    }
    return schema | (rules(*pairs) if pairs else {})


_Amount = Annotated[
    str,
    BeforeValidator(_as_text),
    StringConstraints(max_length=_LONGEST_QUANTITY, pattern=_QUANTITY),
]

Quantity = Annotated[_Amount, WithJsonSchema(_quantity_schema())]
"""An amount in Kubernetes' own words: `500m`, `2`, `1.5Gi`, `2G`; a number counts as its text."""

Memory = Annotated[
    _Amount,
    WithJsonSchema(
        _quantity_schema(
            (
                "quantity(string(self)).compareTo(quantity('1Mi')) >= 0",
                "must be 1Mi at least; a number without a unit counts bytes",
            )
        )
    ),
]
"""Memory of a process that counts it in MiB."""

Amounts = Annotated[dict[str, Quantity], Field(max_length=16)]
"""So much of each resource, by its name: `cpu`, `memory`, `ephemeral-storage`, `nvidia.com/gpu`."""


class Resources(ApiModel):
    """What a container asks for and what it may use, in the words of Kubernetes' containers."""

    requests: Amounts = Field(
        default_factory=dict, description="What the scheduler sets aside for each pod."
    )
    limits: Amounts = Field(default_factory=dict, description="What each pod may use at most.")


_MORE = (
    "{name} in self.requests && {name} in self.limits && "
    "quantity(string(self.requests[{name}])).compareTo(quantity(string(self.limits[{name}]))) > 0"
)
_BOTH = "has(self.requests) && has(self.limits)"


def within_limits(amount: str) -> tuple[str, str]:
    """The rule for Resources that no more of the amount is requested than the limit allows."""
    more = _MORE.format(name=f"'{amount}'")
    return (
        f"!({_BOTH} && {more})",
        f"resources.requests.{amount} must not be more than resources.limits.{amount}",
    )


Conditions = Annotated[list[Condition], Field(max_length=16, json_schema_extra=keyed_by("type"))]


class ChangeRecord(ApiModel):
    """A change the operator announces on Kafka, kept here until both phases are out."""

    id: Annotated[str, StringConstraints(max_length=128)] = Field(
        description="Deterministic, so that a repeat is recognised."
    )
    aspect: Aspect = Field(description="What was changed.")
    from_version: Annotated[str, StringConstraints(max_length=128)] | None = Field(
        default=None, alias="from", description="The version before; absent for the first one."
    )
    to: Annotated[str, StringConstraints(max_length=128)] = Field(description="The version after.")
    started_at: Timestamp = Field(description="When the roll-out began.")
    finished_at: Timestamp | None = Field(
        default=None, description="When only the new version was left."
    )
    announced: Literal["None", "Started", "Finished"] = Field(
        default="None", description="The last phase that Kafka acknowledged."
    )


PendingChanges = Annotated[
    list[ChangeRecord], Field(max_length=16, json_schema_extra={"x-kubernetes-list-type": "atomic"})
]
"""Changes that the next one overtook before Kafka had heard all of them, the oldest first."""


class Status(ApiModel):
    """What every status has; kinds say of their own conditions what they mean."""

    observed_generation: int = Field(
        default=-1, description="The generation of the spec that the conditions speak of."
    )


NotReadySince = Annotated[
    Timestamp | None,
    Field(
        description="Since when the object is not as asked and does not come nearer to it; absent "
        "while it is Ready, or waits for something that was not made yet. After two minutes Ready "
        "is False."
    ),
]


class AnnouncingStatus(Status):
    """The status of a kind whose changes are announced on Kafka."""

    change: ChangeRecord | None = Field(
        default=None, description="The last change of its version, as announced on Kafka."
    )
    pending_changes: PendingChanges = Field(
        default_factory=list,
        description="Changes before that one which are still to be announced, the oldest first.",
    )


@dataclasses.dataclass(frozen=True)
class Column:
    """A column of `kubectl get`; `wide` ones show only with `-o wide`."""

    name: str
    path: str
    type: str = "string"
    wide: bool = False
    description: str = ""


def condition_column(name: str, *, part: str = "status", wide: bool = False) -> Column:
    """The column that shows one part of the condition `name`."""
    title = name if part == "status" else part.capitalize()
    return Column(title, f'.status.conditions[?(@.type=="{name}")].{part}', wide=wide)


class CustomResource(ApiModel):
    """A kind: subclasses have `spec` and `status` and say how `kubectl` lists them."""

    kind: ClassVar[str]
    plural: ClassVar[str]
    short_names: ClassVar[Sequence[str]]
    columns: ClassVar[Sequence[Column]]
    max_name_length: ClassVar[int] = 63
    names_a_service: ClassVar[bool] = False
    scale: ClassVar[dict[str, str] | None] = None
