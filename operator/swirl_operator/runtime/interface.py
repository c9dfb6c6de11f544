"""The contract between the runtime and the planners of the kinds.

A planner is pure: it turns an `Observation` into a `Plan` without I/O, clock or randomness.
The runtime does everything else, in one fixed order: observe, plan, confirm absences,
copy/create/apply/delete, announce, status, events. A planner that must record an intent before
acting on it returns the status first (with `requeue_after=0`) and the action in the next round.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Literal, Protocol, TypeVar

from swirl.kube.request import Object as Object
from swirl.kube.resources import Resource
from swirl_operator.runtime.key import Key

Related = TypeVar("Related")
"""What a kind's plan reads besides the object and its children: a dataclass of that kind."""


@dataclass(frozen=True, slots=True)
class Ref:
    """One object of a cluster; with `uid`, one incarnation; with `version`, one state of it."""

    resource: Resource
    namespace: str
    name: str
    uid: str | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """A Kubernetes Event about the reconciled object."""

    type: Literal["Normal", "Warning"]
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class ChildFailure:
    """What the API server (or the ownership check) said when a child could not be written.

    `code` is the HTTP status, 0 if there was no answer; `reason` is the API's reason, or
    `NameClash` when the name belongs to an object that this controller does not own.
    """

    ref: Ref
    code: int
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Copy:
    """An object of another namespace that has a copy, under its own name, in this one.

    What somebody else made under that name is left as it is, present or not.
    """

    source: Ref
    present: bool = True


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything one reconcile should do. Empty fields mean: nothing of that sort."""

    confirm_absent: tuple[Ref, ...] = ()
    """Need a live read before they are treated as gone. Nothing else of this plan is executed:
    what is found goes to the cache, and the planner is asked again."""
    check: tuple[Object, ...] = ()
    """What somebody else will make because of this plan. The API server is asked first whether it
    would take it; what it refuses is a failure like that of a child, and no child is made then. An
    object that was found good is not asked about again, so it should be equal for equal settings.
    A quota that is exceeded counts as good: it says how much there is now, not what is wrong."""
    read_events: tuple[Ref, ...] = ()
    """The Events about these objects are wanted. Nothing else of this plan is executed: the planner
    is asked again and finds them in `Observation.events`."""
    create: tuple[Object, ...] = ()
    """POST once. An existing object is fine if it is ours, a name clash otherwise."""
    apply: tuple[Object, ...] = ()
    """Server-side apply, skipped when the cached child already is as wanted."""
    copy: tuple[Copy, ...] = ()
    """Compared live, and written where they differ."""
    delete: tuple[Ref, ...] = ()
    """DELETE with uid precondition and background propagation."""
    announce: tuple[dict[str, Any], ...] = ()
    """Change events for Kafka; acknowledged before the status says that they are out."""
    status: Object | None = None
    """The complete set of operator-owned status fields."""
    told: Object | None = None
    """With `announce`: what is written in place of `status` if Kafka has taken all of it."""
    patient: bool = False
    """The status is news on the way to something, and nothing is done that relies on it: under load
    it is written some seconds later, or never if the next one comes first. Planners see it as if
    it was written; a process that ends before it is has never said it."""
    events: tuple[Event, ...] = ()
    """Posted only after the status is stored."""
    requeue_after: float | None = None
    """Seconds until the next look without an outside reason; 0 means at once."""


@dataclass(frozen=True, slots=True)
class Observation(Generic[Related]):
    """All a planner may know."""

    obj: Object
    children: Mapping[str, Sequence[Object]]
    """By plural of the owned resource; objects controlled by `obj`, sorted by name."""
    related: Related
    now: datetime
    confirmed_absent: frozenset[Ref] = frozenset()
    failures: Sequence[ChildFailure] = field(default=())
    """Failed creates and applies of the previous round of this object."""
    events: Mapping[str, Sequence[Object]] = field(default_factory=dict)
    """By uid, the Events about the objects that `Plan.read_events` named in this round."""

    def owned(self, resource: Resource) -> Sequence[Object]:
        """The children of that sort."""
        return self.children.get(resource.plural, ())

    def failure_of(self, name: str) -> ChildFailure | None:
        """What was said when the child of that name could not be written."""
        return next((failure for failure in self.failures if failure.ref.name == name), None)


@dataclass(frozen=True, slots=True)
class Figure:
    """Something that Prometheus is shown of the objects.

    Attributes:
        name: of the metric, a gauge.
        help: what it says, in one sentence.
        labels: their names.
        samples: pairs of the labels' values and the figure.
    """

    name: str
    help: str
    labels: tuple[str, ...]
    samples: Sequence[tuple[tuple[str, ...], float]]


Figures = Callable[[Callable[[Resource], Iterable[Object]]], Iterable[Figure]]
"""What there is to show, read off all objects of a resource; pure."""


class CacheReader(Protocol):
    """Read access to what the watches have delivered. Returned objects must not be changed."""

    def get(self, resource: Resource, namespace: str, name: str) -> Object | None: ...

    def list(self, resource: Resource, namespace: str) -> Sequence[Object]: ...

    def owned(self, uid: str, resource: Resource) -> Sequence[Object]: ...

    def naming(
        self, resource: Resource, namespace: str, field: str, value: str
    ) -> Sequence[Object]: ...

    def labelled(
        self, resource: Resource, namespace: str, label: str, value: str
    ) -> Sequence[Object]: ...


class Controller(Protocol[Related]):
    """What a kind supplies."""

    @property
    def resource(self) -> Resource: ...

    @property
    def owns(self) -> tuple[Resource, ...]: ...

    def related(self, obj: Object, cache: CacheReader) -> Related:
        """The other objects which the plan of `obj` reads."""
        ...

    def dependents(self, obj: Object, resource: Resource, cache: CacheReader) -> Iterable[Key]:
        """`obj` of any watched resource changed: what to reconcile besides its owner."""
        ...

    def plan(self, observation: Observation[Related]) -> Plan: ...

    def invalid(self, observation: Observation[Any], error: Exception) -> Plan:
        """`related` or `plan` raised: mark this one object. Must not raise."""
        ...
