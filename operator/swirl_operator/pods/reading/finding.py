"""What is found about a Pod: a reason of the closed list, and the words for it."""

from __future__ import annotations

from dataclasses import dataclass

from swirl_operator.status.reasons import AnyReason


@dataclass(frozen=True, slots=True)
class Finding:
    """Why something is not as it should be.

    Attributes:
        reason: of the closed list; None where nothing is wrong, it only takes its time.
        message: what goes on after the name of the Pod or of what runs in it, without a full stop.
        permanent: whether waiting cannot help.
        since: as Kubernetes writes it, where it is known.
    """

    reason: AnyReason | None
    message: str
    permanent: bool = False
    since: str | None = None
