"""The closed list of reasons: why a condition or an event says what it says.

Every condition and event of Swirl has one of these, so that alerts and programs can rely on them.
docs/reference/reasons.md is generated from here: `python -m swirl_operator.reference`.
"""

from __future__ import annotations

from swirl.wire.reasons import DriverReason, ReasonEnum


class Reason(ReasonEnum):
    """What the operator says by itself."""

    # Any kind
    INVALID_SPEC = "InvalidSpec", "The spec contradicts itself; the message names the field."
    NAME_CLASH = (
        "NameClash",
        "An object that somebody else made has the name that Swirl needs; rename or delete it.",
    )
    INVALID_CHILD = (
        "InvalidChild",
        "The API server finds an object invalid that was made from this one; correct the spec.",
    )
    CHILD_REFUSED = (
        "ChildRefused",
        "The API server does not take an object that was made from this one: a quota, for example.",
    )

    # AnalyticsJob
    SUSPENDED = "Suspended", "The job's spec.suspend is set, so no run is started."
    STOPPING = "Stopping", "The job's spec.suspend is set and the stream's run still exists."
    WAITING_FOR_OLD_RUN = "WaitingForOldRun", "The next run starts when the old one is gone."
    RUN_STARTING = "RunStarting", "The run is made, or made and not looked at yet."
    RUN_REFUSED = "RunRefused", "The API server does not take the run: a quota, for example."
    RUN_FAILED = "RunFailed", "The run failed and is not tried again."
    RUN_CANCELLED = "RunCancelled", "Somebody cancelled the run; it is not run again by itself."
    STREAM_RUNNING = "Streaming", "The stream runs."

    # AnalyticsRun
    JOB_NOT_FOUND = "JobNotFound", "The AnalyticsJob that is referred to does not exist (yet)."
    ORPHANED = "Orphaned", "The job that made the run is gone; the run does not start."
    DRIVER_STARTING = "DriverStarting", "The driver Pod is made, or starts."
    DRIVER_CREATED = "DriverCreated", "The driver Pod of an attempt was made."
    DRIVER_RUNNING = "DriverRunning", "The driver runs."
    WAITING_FOR_OTHER_RUN = (
        "WaitingForOtherRun",
        "Another run of the stream still has a driver; two would fight over one checkpoint.",
    )
    POD_REFUSED = "PodRefused", "The API server does not take the driver Pod; tried again."
    INVALID_POD = "InvalidPod", "The API server finds the driver Pod invalid; correct the job."
    BACKING_OFF = "BackingOff", "An attempt failed; the next one starts after a wait."
    CANCELLING = "Cancelling", "The run's spec.cancel is set and its driver stops."
    CANCELLED = "Cancelled", "The run's spec.cancel is set; nothing of it runs any more."
    COMPLETED = "Completed", "The function returned."
    STREAM_ENDED = "StreamEnded", "The function of a stream returned, but a stream has no end."
    TIMED_OUT = "TimedOut", "The attempt took longer than spec.timeoutSeconds."
    POD_LOST = "PodLost", "The driver Pod was deleted while it ran."
    POD_FAILED = "PodFailed", "The Pod ended and its container left no exit code."
    DRIVER_FAILED = (
        "DriverFailed",
        "The driver ended without saying why; the message has its exit code and last line.",
    )

    # ModelServer
    RUN_NOT_FOUND = "RunNotFound", "The AnalyticsRun that is referred to does not exist (yet)."
    RUN_NOT_FINISHED = "RunNotFinished", "The run whose model is asked for has not finished."
    NO_MODEL_PUBLISHED = (
        "NoModelPublished",
        "The run succeeded and published no model, or none of that name.",
    )
    SEVERAL_MODELS = "SeveralModels", "The run published several models; choose one in model.name."
    ROLLING_OUT = "RollingOut", "The wanted version replaces the one that is served."
    ROLLOUT_STUCK = "RolloutStuck", "New pods do not become ready; the message says how many are."
    SERVING = "Serving", "All replicas serve the wanted version."
    GOLDEN_ROWS_MISMATCH = (
        "GoldenRowsMismatch",
        "The model answers otherwise here than where it was trained; it is not served.",
    )
    SCORER_FAILED = "ScorerFailed", "The scorer does not start; the message is its last line."

    # SwirlMonitor
    NO_KAFKA = "NoKafka", "Nobody said where Kafka is."
    ENGINE_STARTING = "EngineStarting", "The analysis starts."
    ENGINE_FAILED = "EngineFailed", "The analysis does not start; the message is its last line."
    WATCHING = "Watching", "The analysis runs."

    # Healthy, of whatever kind
    NOT_MONITORED = "NotMonitored", "No SwirlMonitor watches the object."
    NO_VERDICT_YET = "NoVerdictYet", "The SwirlMonitor has not given a verdict yet."
    LEARNING = "Learning", "The SwirlMonitor still learns what is normal."
    AS_LEARNED = "AsLearned", "The SwirlMonitor finds nothing wrong."
    BLAMED = "Blamed", "The SwirlMonitor blames this object."
    NOT_BLAMED = "NotBlamed", "The SwirlMonitor blames another object."
    UPSTREAM_BROKEN = (
        "UpstreamBroken",
        "The object's output is off as a result of what broke upstream of it.",
    )
    NOBODY_WATCHES = "NobodyWatches", "The SwirlMonitor does not run, so its verdict may be old."
    PIPELINE_BROKEN = "PipelineBroken", "The SwirlMonitor found what broke; see its verdict."


class PodReason(ReasonEnum):
    """What Kubernetes says about a Pod, in its own words."""

    UNSCHEDULABLE = "Unschedulable", "No node has room for the Pod."
    ERR_IMAGE_PULL = "ErrImagePull", "The image cannot be pulled."
    IMAGE_PULL_BACK_OFF = "ImagePullBackOff", "The image cannot be pulled; tried again."
    INVALID_IMAGE_NAME = "InvalidImageName", "The image's name is not valid."
    ERR_IMAGE_NEVER_PULL = "ErrImageNeverPull", "The image is not on the node."
    CREATE_CONTAINER_CONFIG_ERROR = (
        "CreateContainerConfigError",
        "The container cannot be configured: a Secret or ConfigMap is missing, for example.",
    )
    CREATE_CONTAINER_ERROR = "CreateContainerError", "The container cannot be created."
    RUN_CONTAINER_ERROR = "RunContainerError", "The container cannot be started."
    OOM_KILLED = "OOMKilled", "The container used more memory than its limit."
    EVICTED = "Evicted", "The node ran out of memory or disk."
    PREEMPTING = "Preempting", "A Pod of higher priority took the place."
    PREEMPTION_BY_SCHEDULER = "PreemptionByScheduler", "A Pod of higher priority took the place."
    TERMINATED = "Terminated", "The node shuts down."
    NODE_SHUTDOWN = "NodeShutdown", "The node shuts down."
    NODE_LOST = "NodeLost", "The node does not answer."
    NODE_AFFINITY = "NodeAffinity", "The node's labels do not fit the Pod any more."
    OUT_OF_CPU = "OutOfcpu", "The node had no CPU left when the Pod came."
    OUT_OF_MEMORY = "OutOfmemory", "The node had no memory left when the Pod came."
    OUT_OF_PODS = "OutOfpods", "The node had as many Pods as it takes when the Pod came."
    UNEXPECTED_ADMISSION_ERROR = "UnexpectedAdmissionError", "The node does not take the Pod."


AnyReason = Reason | PodReason | DriverReason

_KNOWN: dict[str, AnyReason] = {
    str(reason): reason for group in (DriverReason, PodReason, Reason) for reason in group
}


def known(word: object) -> AnyReason | None:
    """The reason of that word, None if it is none of the list."""
    return _KNOWN.get(word) if isinstance(word, str) else None
