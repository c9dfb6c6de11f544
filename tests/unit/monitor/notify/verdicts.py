"""Verdicts and incidents for the tests of who is told of them."""

from __future__ import annotations

from swirl.api.v1alpha1.swirlmonitor import ConsideredChange, Destination, Incident, Verdict
from swirl.monitor.notify.incidents import Ledger
from swirl.wire.times import Millis, millis_to_rfc3339

START = Millis(1_769_860_800_000)
BOTH: tuple[Destination, ...] = ("Alertmanager", "Webhook")
LEARNING = Verdict(state="Learning", summary="Learning")
CHANGE = ConsideredChange(
    id="c1",
    kind="ModelServer",
    name="sentiment",
    aspect="Model",
    to="train-2",
    time="2026-01-31T11:59:00Z",
)


def at(seconds: int) -> str:
    """RFC 3339 of so many seconds after the start."""
    return millis_to_rfc3339(START + 1000 * seconds)


def broken(seconds: int = 0, **more: object) -> Verdict:
    base = {
        "state": "Broken",
        "summary": "Data pipeline is broken",
        "node": "ingest",
        "since": at(seconds),
        "message": "Data pipeline is broken at ingest.",
    }
    return Verdict.model_validate({**base, **more})


def healthy(seconds: int) -> Verdict:
    return Verdict(state="Healthy", summary="Healthy", since=at(seconds))


def followed(*verdicts: Verdict, ledger: Ledger | None = None) -> tuple[Incident, ...]:
    """The incidents after these verdicts."""
    ledger = ledger or Ledger("shop/mood", BOTH)
    for verdict in verdicts:
        ledger.follow(verdict, START)
    return ledger.incidents
