"""An incident as a signed notice, by the rules of Standard Webhooks: pure.

A notice's id follows from what it tells, so that a receiver can drop one that comes again. The
signature is over id, time and body; a receiver refuses what is older than a few minutes, and with
it a notice that somebody else has kept and sends again.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from swirl.api.v1alpha1.swirlmonitor import Incident

_PREFIX = "whsec_"


@dataclass(frozen=True, slots=True)
class Notice:
    """What is posted, without its signature."""

    id: str
    body: bytes


def notice(incident: Incident, told: int, namespace: str, name: str) -> Notice:
    """Return the notice of the incident's present revision.

    Args:
        incident: what to tell of.
        told: the revision that the receiver has acknowledged; 0 for none.
        namespace, name: of the monitor.
    """
    event = "resolved" if incident.until else "changed" if told else "opened"
    said = incident.model_dump(by_alias=True, exclude_none=True, exclude={"deliveries", "id"})
    body = {
        "type": f"swirl.verdict.{event}",
        "timestamp": incident.until or incident.since,
        "data": {"incident": incident.id, "namespace": namespace, "monitor": name, **said},
    }
    return Notice(
        id=f"{incident.id}-{incident.revision}",
        body=json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(),
    )


def headers(notice: Notice, secrets: Sequence[bytes], seconds: int) -> Mapping[str, str]:
    """Return the headers of an attempt to post it at that time, in seconds since the epoch."""
    signed = b".".join([notice.id.encode(), str(seconds).encode(), notice.body])
    signatures = (
        base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
        for secret in secrets
    )
    return {
        "webhook-id": notice.id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }


def secrets(text: str) -> list[bytes]:
    """Return the secrets of a Secret's key, one a line.

    One that begins with `whsec_` is base64 behind that, as libraries make them; any other is taken
    as it is.

    Raises:
        ValueError: there is none, or one is not base64; the message does not quote it.
    """
    found = [_secret(line.strip()) for line in text.splitlines() if line.strip()]
    if not found:
        raise ValueError("is empty")
    return found


def _secret(text: str) -> bytes:
    if not text.startswith(_PREFIX):
        return text.encode()
    try:
        found = base64.b64decode(text.removeprefix(_PREFIX), validate=True)
    except ValueError:
        raise ValueError(f"has a line that begins with {_PREFIX} and is not base64") from None
    if not found:
        # Anybody could sign with it.
        raise ValueError(f"has a line with nothing behind {_PREFIX}")
    return found
