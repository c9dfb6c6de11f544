"""Why the API server does not let a Pod (or what is to make it) in: pure.

The same text is read wherever it comes from: an answer to the operator, the `ReplicaFailure` of a
Deployment, or what a Spark driver says of its executors.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from swirl.wire.reasons import OutcomeReason
from swirl_operator.pods.reading.prepared import ACCOUNTS, NOT_PREPARED
from swirl_operator.pods.reading.words import a_list, clean


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something was not made.

    Attributes:
        reason: of the closed list.
        message: what goes on after "cannot be created: ", with what to do, without a full stop.
        permanent: whether it is refused until the spec is another one.
    """

    reason: OutcomeReason
    message: str
    permanent: bool = False


def read_refusal(
    message: str, code: int | None = None, *, resources: str = "spec.resources"
) -> Refusal:
    """What the API server says against an object.

    Args:
        message: of its answer.
        code: HTTP status of its answer, 0 if there was none, None where nobody kept it.
        resources: the field in which the Pod's resources can be said.
    """
    said = clean(message)
    wanted = _MUST_SPECIFY.search(said)
    if wanted is not None:
        return _must_specify(wanted, resources)
    for pattern, read in _KNOWN:
        found = pattern.search(said)
        if found is not None:
            return read(found)
    bare = _FORBIDDEN.sub("", said)
    if code in (400, 413, 422) or _INVALID.match(said):
        return Refusal(OutcomeReason.INVALID_SPEC, f"{said}; correct what it names", permanent=True)
    if code is not None and (code == 0 or code == 429 or code >= 500):
        return Refusal(OutcomeReason.PLATFORM_ERROR, f"the API server has trouble: {said}")
    if code == 404:
        return Refusal(OutcomeReason.PLATFORM_ERROR, said)
    return Refusal(OutcomeReason.ADMISSION_REFUSED, bare)


_Found = re.Match[str]
_FORBIDDEN = re.compile(r'^\S+ "[^"]*" is forbidden: ')
_MUST_SPECIFY = re.compile(r"failed quota: ([^:]+): must specify (.*)$")
# How the API server begins about the object itself, whatever code it answers: its own rules, a
# field that there is not, a value of another kind.
_INVALID = re.compile(
    r'^\S+ "[^"]*" is invalid: '
    r'|^\S+ in version "[^"]*" cannot be handled as a '
    r"|^failed to create typed patch object "
    r"|^failed to convert new object "
)


def _exceeded(found: _Found) -> Refusal:
    name, requested, used, limited = found.groups()
    return Refusal(
        OutcomeReason.QUOTA_EXCEEDED,
        f"exceeded quota: {name}, requested: {requested}, used: {used}, limited: {limited}; it is "
        "made as soon as there is room, or raise the quota",
    )


def _must_specify(found: _Found, where: str) -> Refusal:
    name, wanted = found.groups()
    asked: list[str] = []
    containers: list[str] = []
    for part in wanted.split("; "):
        resource, _, names = part.partition(" for: ")
        asked.append(resource)
        containers += [item for item in names.split(",") if item and item not in containers]
    of = f" of container{'s' * (len(containers) != 1)} {a_list(containers)}" if containers else ""
    fields = a_list([f"{where}.{_kind(resource)}" for resource in asked])
    return Refusal(
        OutcomeReason.QUOTA_EXCEEDED,
        f"failed quota: {name} wants {a_list(asked)}{of}; set {fields}, or give the namespace a "
        "LimitRange with defaults",
    )


def _kind(resource: str) -> str:
    """The field of what a quota calls `limits.cpu` or, of requests, `requests.cpu` or `cpu`."""
    return resource if resource.startswith(("limits.", "requests.")) else f"requests.{resource}"


def _no_quota(found: _Found) -> Refusal:
    return Refusal(
        OutcomeReason.QUOTA_EXCEEDED,
        f"{found.group(0)}: the cluster wants a quota for that in the namespace; make one",
    )


def _quota_unknown(found: _Found) -> Refusal:
    return Refusal(
        OutcomeReason.QUOTA_EXCEEDED,
        f"quota {found.group(1)} was not counted yet; it is tried again",
    )


def _account(found: _Found) -> Refusal:
    namespace, name = found.group(1), found.group(2)
    said = f"ServiceAccount {name} does not exist in namespace {namespace}"
    remedy = NOT_PREPARED if name in ACCOUNTS else "create it, or name another one"
    return Refusal(OutcomeReason.ADMISSION_REFUSED, f"{said}: {remedy}")


def _pod_security(found: _Found) -> Refusal:
    level, details = found.groups()
    return Refusal(
        OutcomeReason.ADMISSION_REFUSED,
        f"the namespace's Pod Security ({level}) forbids it: {details}",
    )


def _policy(found: _Found) -> Refusal:
    name, details = found.groups()
    return Refusal(
        OutcomeReason.ADMISSION_REFUSED, f"ValidatingAdmissionPolicy {name} denies it: {details}"
    )


def _webhook(found: _Found) -> Refusal:
    name, details = found.groups()
    why = f": {details}" if details else ", without a reason"
    return Refusal(OutcomeReason.ADMISSION_REFUSED, f"admission webhook {name} denies it{why}")


def _webhook_away(found: _Found) -> Refusal:
    name, details = found.groups()
    return Refusal(
        OutcomeReason.ADMISSION_REFUSED,
        f"admission webhook {name} does not answer, and nothing is let in without it: {details}; "
        "it is tried again until whoever runs the webhook mends it",
    )


def _limit_range(found: _Found) -> Refusal:
    return Refusal(
        OutcomeReason.ADMISSION_REFUSED,
        f"a LimitRange of the namespace forbids it: {found.group(1)}; change the resources, or the "
        "LimitRange",
    )


def _no_class(kind: str, field: str) -> Callable[[_Found], Refusal]:
    def read(found: _Found) -> Refusal:
        return Refusal(
            OutcomeReason.ADMISSION_REFUSED,
            f"{kind} {found.group(1)} does not exist: create it, or correct {field}",
        )

    return read


def _terminating(found: _Found) -> Refusal:
    return Refusal(OutcomeReason.ADMISSION_REFUSED, f"namespace {found.group(1)} is being deleted")


def _may_not(found: _Found) -> Refusal:
    user, what = found.groups()
    return Refusal(OutcomeReason.PLATFORM_ERROR, f"{user} may not {what}: {NOT_PREPARED}")


def _too_large(found: _Found) -> Refusal:
    return Refusal(
        OutcomeReason.INVALID_SPEC,
        f"{found.group(0)}: it is more than the API server takes; shorten env or parameters",
        permanent=True,
    )


# The API server's own texts, each of the component that writes it; the first that fits is read.
_KNOWN: tuple[tuple[re.Pattern[str], Callable[[_Found], Refusal]], ...] = (
    (
        re.compile(r"exceeded quota: ([^,]+), requested: (.*), used: (.*), limited: (.*)$"),
        _exceeded,
    ),
    (re.compile(r"insufficient quota to (?:consume|match these scopes): .*$"), _no_quota),
    (re.compile(r"status unknown for quota: ([^,]+),"), _quota_unknown),
    (re.compile(r"error looking up service account ([^/\s]+)/([^:\s]+): "), _account),
    (re.compile(r'violates PodSecurity "([^"]*)": (.*)$'), _pod_security),
    (
        re.compile(
            r"ValidatingAdmissionPolicy '([^']*)' (?:with binding '[^']*' )?denied request: (.*)$"
        ),
        _policy,
    ),
    (
        re.compile(
            r'admission webhook "([^"]*)" denied the request(?:: (.*)| without explanation)?$'
        ),
        _webhook,
    ),
    (
        re.compile(r'failed calling webhook "([^"]*)": (?:failed to call webhook: )?(.*)$'),
        _webhook_away,
    ),
    (
        re.compile(
            r"((?:\[?)(?:(?:minimum|maximum) \S+ usage per|\S+ max limit to request ratio per) .*)$"
        ),
        _limit_range,
    ),
    (
        re.compile(r"no PriorityClass with name (\S+) was found"),
        _no_class("PriorityClass", "pod.priorityClassName"),
    ),
    (
        re.compile(r'RuntimeClass "([^"]*)" not found'),
        _no_class("RuntimeClass", "pod.runtimeClassName"),
    ),
    (
        re.compile(r"create new content in namespace (\S+) because it is being terminated"),
        _terminating,
    ),
    (re.compile(r'is forbidden: User "([^"]*)" cannot (.*)$'), _may_not),
    (
        re.compile(
            r"etcdserver: request is too large|Too long: may not be more than \d+ bytes"
            r"|[Rr]equest entity too large.*"
        ),
        _too_large,
    ),
)
