"""AnalyticsJob: what can be run."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, get_args

from pydantic import Field, StringConstraints

from swirl.api.meta import (
    AnnouncingStatus,
    ApiModel,
    Column,
    Conditions,
    CustomResource,
    ImageID,
    Memory,
    Name,
    Parameters,
    Resources,
    Timestamp,
    condition_column,
    rules,
    within_limits,
)
from swirl.api.pods import PodSettings, Workload
from swirl.api.v1alpha1.sparkconf import reserved_rules


class EntryPoint(ApiModel):
    """Where the code starts."""

    function: Annotated[
        str,
        StringConstraints(
            max_length=256,
            pattern=r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*:[A-Za-z_][A-Za-z0-9_]*$",
        ),
    ] = Field(
        description="The Python function to call, as `module:function`, decorated with "
        "`swirl.analytics` and importable in the image."
    )


_CPU_ONLY = rules(
    within_limits("cpu"),
    *(
        (
            f"!has(self.{part}) || !('memory' in self.{part})",
            f"leave resources.{part}.memory out: a Spark pod requests and may use "
            "`memory` + `memoryOverhead`",
        )
        for part in ("requests", "limits")
    ),
)


class SparkProcess(ApiModel):
    """What a driver and an executor have in common."""

    cores: int = Field(default=1, ge=1, le=64, description="Cores that Spark may use in it.")
    resources: Resources | None = Field(
        default=None,
        description="CPU of the pod, and what else it needs, such as `nvidia.com/gpu`. A request "
        "of CPU is its limit when absent, and `cores` without a limit. Its memory is `memory` + "
        "`memoryOverhead`, requested and as the limit.",
        json_schema_extra=_CPU_ONLY,
    )
    memory: Memory = Field(
        default="1Gi",
        description="Heap of its JVM; Spark counts whole MiB, so it is rounded up to them.",
    )
    pod: PodSettings = Field(
        default_factory=PodSettings, description="Merged over the job's `pod` for these pods."
    )


class Driver(SparkProcess):
    """The pod that runs the function."""

    memory: Memory = Field(
        default="1Gi",
        description="Heap of its JVM; Spark counts whole MiB, so it is rounded up to them. Spark "
        "starts with 470Mi or more; a function that uses no Spark does with less.",
    )
    memory_overhead: Memory = Field(
        default="512Mi", description="Memory beside the heap: Python, threads, buffers."
    )


class Executor(SparkProcess):
    """The pods that Spark's tasks run in."""

    memory: Memory = Field(
        default="1Gi",
        description="Heap of its JVM, 450Mi or more; Spark counts whole MiB, so it is rounded up "
        "to them.",
        json_schema_extra=rules(
            (
                "quantity(string(self)).compareTo(quantity('450Mi')) >= 0",
                "Spark starts no executor with a heap below 450Mi",
            )
        ),
    )
    instances: int = Field(default=1, ge=1, le=1000, description="How many executor pods.")
    memory_overhead: Memory = Field(
        default="384Mi", description="Memory beside the heap: Python workers, buffers."
    )


class Spark(ApiModel):
    """The shape of the Spark application."""

    driver: Driver = Field(default_factory=Driver, description="The driver pod.")
    executor: Executor = Field(default_factory=Executor, description="The executor pods.")
    conf: Annotated[
        dict[
            Annotated[str, StringConstraints(max_length=256)],
            Annotated[str, StringConstraints(max_length=4096)],
        ],
        Field(max_length=128),
    ] = Field(
        default_factory=dict,
        description="More Spark configuration. A key that Swirl sets itself (master, driver "
        "address, image, pod template), or for which there is a field, is refused.",
        json_schema_extra=reserved_rules(),
    )


RetriedReason = Literal[
    "UserError",
    "DriverFailed",
    "StreamEnded",
    "OutOfMemory",
    "DeadlineExceeded",
    "StartTimeout",
]
"""Reasons whose kind is User."""


class Retry(ApiModel):
    """What happens after an attempt failed. The wait doubles with each failure in a row."""

    limit: int = Field(
        default=3,
        ge=0,
        le=90,
        description="Failed attempts in a row that are followed by another one. What the cluster "
        "took away (eviction, preemption, a lost node, a deleted Pod) and what could not begin (a "
        "quota, a registry that is away) is tried again without being counted. A Streaming job "
        "that ran for `resetAfterSeconds` starts counting anew.",
    )
    reasons: Annotated[
        list[RetriedReason],
        Field(max_length=8, json_schema_extra={"x-kubernetes-list-type": "set"}),
    ] = Field(
        default=list(get_args(RetriedReason)),
        description="Reasons of a failed attempt after which another one follows.",
    )
    backoff_seconds: int = Field(default=10, ge=1, le=3600, description="Wait after the first.")
    max_backoff_seconds: int = Field(
        default=300, ge=1, le=86400, description="The longest wait between two attempts."
    )
    reset_after_seconds: int = Field(
        default=600, ge=1, le=86400, description="An attempt that ran so long was a good one."
    )


class AnalyticsJobSpec(Workload):
    """What to run, and how."""

    mode: Literal["Batch", "Streaming"] = Field(
        description="Batch runs once for each version of this spec. Streaming runs for ever: when "
        "the spec changes, the old run ends before the new one starts.",
        json_schema_extra=rules(
            ("self == oldSelf", "mode cannot be changed: delete the job and create it anew")
        ),
    )
    image: Annotated[str, StringConstraints(min_length=1, max_length=512)] = Field(
        description="The container image with the code, built on `swirl/spark`."
    )
    entry_point: EntryPoint = Field(description="Where the code starts.")
    parameters: Parameters = Field(
        default_factory=dict,
        description="Values for the function's parameters; checked against its type hints "
        "before it is called. At most 512 KiB as JSON; whole numbers of at most 64 bits.",
    )
    spark: Spark = Field(default_factory=Spark, description="The shape of the Spark application.")
    retry: Retry = Field(default_factory=Retry, description="What happens after an attempt failed.")
    timeout_seconds: Annotated[int, Field(ge=1, le=2592000)] | None = Field(
        default=None,
        description="How long one attempt may take, from the decision to start it: waiting for a "
        "quota, a node or an image counts. Not for Streaming jobs.",
    )
    start_timeout_seconds: Annotated[int, Field(ge=1, le=2592000)] | None = Field(
        default=None,
        description="How long an attempt may wait until its driver runs. When absent, it waits "
        "until it can.",
    )
    suspend: bool = Field(
        default=False, description="True: start no run, and end the run of a Streaming job."
    )
    successful_runs_history_limit: int = Field(
        default=3, ge=1, le=100, description="Succeeded runs of this job to keep."
    )
    failed_runs_history_limit: int = Field(
        default=3, ge=1, le=100, description="Failed and cancelled runs of this job to keep."
    )
    service_account_name: Name = Field(
        default="swirl-driver",
        description="The ServiceAccount of the driver; it must be allowed to manage pods, "
        "services and configmaps in its namespace. The chart makes `swirl-driver`.",
    )


JOB_RULES = rules(
    (
        "self.mode != 'Streaming' || !has(self.timeoutSeconds)",
        "timeoutSeconds is for Batch jobs: a Streaming job has no end to wait for",
    ),
    (
        "self.retry.backoffSeconds <= self.retry.maxBackoffSeconds",
        "retry.maxBackoffSeconds must not be less than retry.backoffSeconds",
    ),
)
"""What holds of a job's spec, wherever it stands."""


class RunReference(ApiModel):
    """A run of the job and how it stands."""

    name: Name = Field(description="The AnalyticsRun.")
    outcome: Literal["Running", "Succeeded", "Failed", "Cancelled"] = Field(
        description="How it stands."
    )


class AnalyticsJobStatus(AnnouncingStatus):
    """What the operator last saw."""

    conditions: Conditions = Field(
        default_factory=list,
        description="Ready: the job is in the state the spec asks for. Healthy: its output is "
        "right, as far as SwirlMonitors that name it can tell.",
    )
    spec_hash: Annotated[str, StringConstraints(max_length=16)] | None = Field(
        default=None, description="The version of the spec; the suffix of its run's name."
    )
    current_run: RunReference | None = Field(
        default=None, description="The run of the present version of the spec."
    )
    image_id: ImageID | None = Field(
        default=None,
        alias="imageID",
        description="The build of the image that the last driver of this version ran. Another one "
        "under the same name is a change of code, and is announced as one.",
    )
    active: int = Field(default=0, ge=0, description="Runs of this job that have not ended.")
    last_success_time: Timestamp | None = Field(
        default=None, description="When a run of this job last succeeded."
    )


class AnalyticsJob(CustomResource):
    """Analytics code that can be run: what, with which parameters, in which Spark shape."""

    kind: ClassVar[str] = "AnalyticsJob"
    plural: ClassVar[str] = "analyticsjobs"
    short_names: ClassVar[tuple[str, ...]] = ("ajob",)
    # A run is `<job>-<8 hex digits>`, its pods carry an attempt more, and Spark allows 47
    # characters for the prefix of executor pods.
    max_name_length: ClassVar[int] = 35
    columns: ClassVar[tuple[Column, ...]] = (
        Column("Mode", ".spec.mode"),
        condition_column("Ready"),
        condition_column("Healthy"),
        Column("Run", ".status.currentRun.name"),
        Column("Outcome", ".status.currentRun.outcome"),
        condition_column("Ready", part="message", wide=True),
        Column("Age", ".metadata.creationTimestamp", "date"),
    )

    spec: AnalyticsJobSpec = Field(description="What to run, and how.", json_schema_extra=JOB_RULES)
    status: AnalyticsJobStatus = Field(
        default_factory=AnalyticsJobStatus, description="What the operator last saw."
    )
