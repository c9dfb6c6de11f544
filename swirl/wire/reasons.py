"""Reasons: one CamelCase word for machines, each with its meaning in one sentence.

How an attempt of a run ends, or why it does not begin, stands here, since driver and operator share
it: the driver writes one into its termination message, the operator reads the others off the Pod.
What the operator says by itself is in `swirl_operator.status.reasons`; docs/reference/reasons.md
lists all of them.
"""

from __future__ import annotations

from enum import Enum, StrEnum
from typing import Self


class ReasonEnum(StrEnum):
    """Base of the closed lists; a member is its word, with `meaning` beside it."""

    meaning: str

    def __new__(cls, word: str, meaning: str) -> Self:
        """Make the member of that word."""
        member = str.__new__(cls, word)
        member._value_ = word
        member.meaning = meaning
        return member


class Kind(Enum):
    """What follows from a reason."""

    SUCCESS = "Success"
    """Nothing is left to do."""
    USER = "User"
    """The user's code or settings; tried again as `retry` says."""
    PERMANENT = "Permanent"
    """Another attempt would end like this one."""
    LOSS = "Loss"
    """The cluster took the attempt away; tried again until it ends, and never counted."""
    WAIT = "Wait"
    """The attempt cannot begin; it does by itself when the cause is gone, and is never counted."""


class OutcomeReason(StrEnum):
    """How an attempt ended, or what keeps a Pod of whatever kind from running.

    A member is its word, with `kind`, `meaning` and `remedy` (what to do) beside it.
    """

    kind: Kind
    meaning: str
    remedy: str

    def __new__(cls, word: str, kind: Kind, meaning: str, remedy: str) -> Self:
        """Make the member of that word."""
        member = str.__new__(cls, word)
        member._value_ = word
        member.kind = kind
        member.meaning = meaning
        member.remedy = remedy
        return member

    SUCCEEDED = "Succeeded", Kind.SUCCESS, "The function returned.", "Nothing."
    CANCELLED = (
        "Cancelled",
        Kind.PERMANENT,
        "The run's spec.cancel is set; nothing of it runs any more.",
        "Delete the run to run it again, or change the job.",
    )

    USER_ERROR = (
        "UserError",
        Kind.USER,
        "The function raised an error, or a query of its stream did; the message has its class, "
        "its text and its place.",
        "Correct the code or its data.",
    )
    DRIVER_FAILED = (
        "DriverFailed",
        Kind.USER,
        "The driver's process ended without saying why: a signal, or a library that ends it.",
        "Read its log; the message has the exit code or the signal.",
    )
    STREAM_ENDED = (
        "StreamEnded",
        Kind.USER,
        "The function of a stream returned, but a stream has no end.",
        "Start a query in it, or make the job a Batch job.",
    )
    OUT_OF_MEMORY = (
        "OutOfMemory",
        Kind.USER,
        "A container used more memory than its limit, or a heap was full.",
        "Raise what the message names.",
    )
    DEADLINE_EXCEEDED = (
        "DeadlineExceeded",
        Kind.USER,
        "The attempt took longer than spec.timeoutSeconds; the message says what it waited for.",
        "Raise timeoutSeconds, or remove what it waited for.",
    )
    START_TIMEOUT = (
        "StartTimeout",
        Kind.USER,
        "The driver did not start within spec.startTimeoutSeconds; the message says what it "
        "waited for.",
        "Raise startTimeoutSeconds, or remove what it waited for; then delete the run, and the job "
        "runs it again: neither makes another version.",
    )

    INVALID_PARAMETERS = (
        "InvalidParameters",
        Kind.PERMANENT,
        "The parameters are not those that the function's signature asks for, or too many.",
        "Correct the parameters.",
    )
    INVALID_SPEC = (
        "InvalidSpec",
        Kind.PERMANENT,
        "The spec cannot be carried out: it contradicts itself, the API server or Spark refuses "
        "what is made from it, or the image has no such function.",
        "Correct the field that the message names.",
    )

    EVICTED = (
        "Evicted",
        Kind.LOSS,
        "The node ran out of memory or disk, or was drained.",
        "Nothing; if it happens often, raise requests or use a priority class.",
    )
    PREEMPTED = (
        "Preempted",
        Kind.LOSS,
        "A Pod of higher priority took the place.",
        "Nothing; if it happens often, use a higher priority class.",
    )
    NODE_LOST = (
        "NodeLost",
        Kind.LOSS,
        "The node does not answer, shut down, or is gone.",
        "Nothing once the Pod is gone; if it stays Terminating, delete the node or force-delete "
        "the Pod.",
    )
    DRIVER_LOST = (
        "DriverLost",
        Kind.LOSS,
        "The driver was stopped from outside, or its Pod was deleted.",
        "Nothing; to end a run for good, set its spec.cancel.",
    )
    EXECUTORS_LOST = (
        "ExecutorsLost",
        Kind.LOSS,
        "Executors were lost or could not be had; the message says how many and why.",
        "Nothing, if the cluster took them; else what the message says.",
    )
    PLATFORM_ERROR = (
        "PlatformError",
        Kind.LOSS,
        "Kubernetes or Swirl could not do its part: an account without rights, for example.",
        "What the message says.",
    )

    IMAGE_PULL = (
        "ImagePull",
        Kind.WAIT,
        "The image cannot be pulled.",
        "Correct the image's name, push it, or set imagePullSecrets.",
    )
    UNSCHEDULABLE = (
        "Unschedulable",
        Kind.WAIT,
        "No node takes the Pod; the message has the scheduler's words.",
        "Ask for less, add nodes, or correct nodeSelector, affinity and tolerations.",
    )
    QUOTA_EXCEEDED = (
        "QuotaExceeded",
        Kind.WAIT,
        "A quota of the namespace leaves no room for the Pod.",
        "Raise the quota, or wait until others end.",
    )
    ADMISSION_REFUSED = (
        "AdmissionRefused",
        Kind.WAIT,
        "The API server does not let the Pod in: a policy, a webhook, a missing account.",
        "Correct what the message names; the Pod is made as soon as it is let in.",
    )
    VOLUME_MOUNT = (
        "VolumeMount",
        Kind.WAIT,
        "A volume cannot be bound, attached or mounted.",
        "Correct the volume or the claim that the message names.",
    )
    CONFIG_MISSING = (
        "ConfigMissing",
        Kind.WAIT,
        "A Secret or ConfigMap that the Pod refers to, or a key of it, does not exist.",
        "Create it; the Pod starts by itself.",
    )
    SANDBOX_FAILED = (
        "SandboxFailed",
        Kind.WAIT,
        "The node cannot set up the Pod: its network, or its runtime class.",
        "Look at the node; the message has its words.",
    )
    CONTAINER_FAILED = (
        "ContainerFailed",
        Kind.WAIT,
        "The node cannot create or start a container, or an init container fails.",
        "Correct the image or the settings that the message names.",
    )


DRIVER_REASONS = frozenset(
    {
        OutcomeReason.SUCCEEDED,
        OutcomeReason.USER_ERROR,
        OutcomeReason.STREAM_ENDED,
        OutcomeReason.OUT_OF_MEMORY,
        OutcomeReason.INVALID_PARAMETERS,
        OutcomeReason.INVALID_SPEC,
        OutcomeReason.DRIVER_FAILED,
        OutcomeReason.DRIVER_LOST,
        OutcomeReason.EXECUTORS_LOST,
        OutcomeReason.PLATFORM_ERROR,
    }
)
"""What a driver may say of itself. What Kubernetes or the operator would say must come from them: a
run whose driver calls it cancelled was not cancelled."""
