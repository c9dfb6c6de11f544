"""Leader election as a decision: pure, so that every race can be played through in a test.

A Lease's own timestamps come from other machines' clocks and are never compared with ours. What
counts is how long *we* have seen the record unchanged.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from swirl.kube.resources import LEASES
from swirl.wire.times import rfc3339
from swirl_operator.runtime.interface import Object


class Move(enum.Enum):
    CREATE = "create"
    TAKE = "take"
    RENEW = "renew"
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class Seen:
    """The Lease as last read, and when (by the local monotonic clock) it last changed."""

    lease: Object | None
    since: float


def observe(seen: Seen | None, lease: Object | None, now: float) -> Seen:
    """Restart the clock whenever the record differs from the one known."""
    if seen is not None and _record(seen.lease) == _record(lease):
        return Seen(lease, seen.since)
    return Seen(lease, now)


def decide(seen: Seen, identity: str, now: float) -> Move:
    if seen.lease is None:
        return Move.CREATE
    spec = seen.lease.get("spec") or {}
    holder = spec.get("holderIdentity") or ""
    if holder == identity:
        return Move.RENEW
    if not holder:
        return Move.TAKE
    expired = now - seen.since > float(spec.get("leaseDurationSeconds") or 0)
    return Move.TAKE if expired else Move.WAIT


def new_lease(namespace: str, name: str, identity: str, seconds: float, now: datetime) -> Object:
    return {
        "apiVersion": LEASES.api_version,
        "kind": LEASES.kind,
        "metadata": {"namespace": namespace, "name": name},
        "spec": _spec(identity, seconds, now, acquired=rfc3339(now, "microseconds"), transitions=0),
    }


def taken(lease: Object, identity: str, seconds: float, now: datetime) -> Object:
    """`lease` held by us; the resourceVersion in it makes the write a compare-and-swap."""
    spec = lease.get("spec") or {}
    transitions = int(spec.get("leaseTransitions") or 0) + 1
    return {
        **lease,
        "spec": _spec(identity, seconds, now, rfc3339(now, "microseconds"), transitions),
    }


def renewed(lease: Object, identity: str, seconds: float, now: datetime) -> Object:
    spec = lease["spec"]
    acquired = spec.get("acquireTime") or rfc3339(now, "microseconds")
    transitions = int(spec.get("leaseTransitions") or 0)
    return {**lease, "spec": _spec(identity, seconds, now, acquired, transitions)}


def released(lease: Object, now: datetime) -> Object:
    """Held by nobody: the next one need not wait for the expiry."""
    spec = {**lease["spec"], "holderIdentity": "", "leaseDurationSeconds": 1}
    return {**lease, "spec": {**spec, "renewTime": rfc3339(now, "microseconds")}}


def _spec(identity: str, seconds: float, now: datetime, acquired: str, transitions: int) -> Object:
    return {
        "holderIdentity": identity,
        "leaseDurationSeconds": max(1, round(seconds)),
        "acquireTime": acquired,
        "renewTime": rfc3339(now, "microseconds"),
        "leaseTransitions": transitions,
    }


def _record(lease: Object | None) -> object:
    return None if lease is None else (lease["metadata"].get("uid"), lease.get("spec"))
