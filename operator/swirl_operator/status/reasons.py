"""The closed list of reasons: why a condition or an event says what it says.

Every condition and event of Swirl has one of these, so that alerts and programs can rely on them.
docs/reference/reasons.md is generated from here: `python -m swirl_operator.reference`.
"""

from __future__ import annotations

from swirl.wire.reasons import OutcomeReason, ReasonEnum


class Reason(ReasonEnum):
    """What the operator says by itself."""

    # Any kind
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
        "An object that was made from this one is refused, or one of a former object of the name "
        "is still there.",
    )

    # AnalyticsJob
    SUSPENDED = "Suspended", "The job's spec.suspend is set, so no run or attempt is started."
    STOPPING = "Stopping", "The job's spec.suspend is set and the stream's run still exists."
    WAITING_FOR_OLD_RUN = "WaitingForOldRun", "The next run starts when the old one is gone."
    RUN_STARTING = "RunStarting", "The run is made, or made and not looked at yet."
    RUN_REFUSED = "RunRefused", "The API server does not take the run: a quota, for example."
    RUN_FAILED = "RunFailed", "The run failed and is not tried again."
    RUN_CANCELLED = "RunCancelled", "Somebody cancelled the run; it is not run again by itself."
    IMAGE_MOVED = (
        "ImageMoved",
        "The image's name stands for another build than before; name it by its digest to be safe.",
    )
    STREAM_RUNNING = "Streaming", "The stream runs."

    # AnalyticsRun
    JOB_NOT_FOUND = "JobNotFound", "The AnalyticsJob that is referred to does not exist (yet)."
    ORPHANED = "Orphaned", "The job that made the run is gone; the run does not start."
    DRIVER_STARTING = "DriverStarting", "The driver Pod is made, or starts."
    DRIVER_CREATED = "DriverCreated", "The driver Pod of an attempt was made."
    DRIVER_RUNNING = "DriverRunning", "The driver runs."
    EXECUTORS_STARTING = (
        "ExecutorsStarting",
        "The driver runs, and none of the executors that it wants does yet.",
    )
    WAITING_FOR_OTHER_RUN = (
        "WaitingForOtherRun",
        "Another run of the stream still has a driver; two would fight over one checkpoint.",
    )
    BACKING_OFF = "BackingOff", "An attempt failed; the next one starts after a wait."
    CANCELLING = "Cancelling", "The run's spec.cancel is set and its driver stops."

    # Pods that serve, of whatever kind
    RESTART_LOOP = (
        "RestartLoop",
        "A container ends again and again; the message has its last words.",
    )
    PROBE_FAILED = "ProbeFailed", "A container runs and does not answer its probe."
    NODE_NOT_READY = "NodeNotReady", "The Pod's node does not answer; since when, the message says."
    TERMINATING = "Terminating", "The Pod is being deleted and still there."

    # ModelServer
    RUN_NOT_FOUND = "RunNotFound", "The AnalyticsRun that is referred to does not exist (yet)."
    RUN_NOT_FINISHED = "RunNotFinished", "The run whose model is asked for has not finished."
    NO_MODEL_PUBLISHED = (
        "NoModelPublished",
        "The run succeeded and published no model, or none of that name.",
    )
    SEVERAL_MODELS = "SeveralModels", "The run published several models; choose one in model.name."
    ROLLING_OUT = "RollingOut", "The wanted version replaces the one that is served."
    ROLLOUT_STUCK = "RolloutStuck", "New pods do not become ready; the message says why."
    REPLICAS_MISSING = (
        "ReplicasMissing",
        "Fewer replicas answer than were asked for; the message says why.",
    )
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
    KAFKA_UNAVAILABLE = (
        "KafkaUnavailable",
        "The analysis cannot read Kafka; the message says which broker, why and what to do.",
    )
    WATCHING = "Watching", "The analysis runs."
    NODE_NOT_FOUND = (
        "NodeNotFound",
        "The analysis runs; a resource that a node refers to does not exist.",
    )

    # Healthy, of whatever kind
    NOT_MONITORED = "NotMonitored", "No SwirlMonitor watches the object."
    NO_VERDICT_YET = "NoVerdictYet", "The SwirlMonitor has not given a verdict yet."
    METRICS_MISSING = (
        "MetricsMissing",
        "No point of some metric has ever come; the message names it.",
    )
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


AnyReason = Reason | OutcomeReason

_KNOWN: dict[str, AnyReason] = {
    **{str(reason): reason for reason in OutcomeReason},
    **{str(reason): reason for reason in Reason},
}


def known(word: object) -> AnyReason | None:
    """The reason of that word, None if it is none of the list."""
    return _KNOWN.get(word) if isinstance(word, str) else None


def outcome_reason(word: object) -> OutcomeReason | None:
    """The reason of how an attempt ends; None if the word is another one."""
    reason = known(word)
    return reason if isinstance(reason, OutcomeReason) else None
