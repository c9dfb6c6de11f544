"""AnalyticsRun: one execution of an AnalyticsJob."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from swirl.api.meta import (
    AnyObject,
    AnyValue,
    ApiModel,
    Column,
    Conditions,
    CustomResource,
    ImageID,
    Name,
    NotReadySince,
    Parameters,
    Status,
    Text,
    Timestamp,
    condition_column,
    keyed_by,
    rules,
)
from swirl.api.v1alpha1.analyticsjob import JOB_RULES, AnalyticsJobSpec
from swirl.wire.reasons import OutcomeReason


class AnalyticsRunSpec(ApiModel):
    """Which job, with which parameters. A run is a record: only `cancel` can be changed."""

    job: Name = Field(description="The AnalyticsJob in this namespace to run.")
    job_spec: AnalyticsJobSpec | None = Field(
        default=None,
        description="The job's spec that this run executes, written by whoever creates the run. "
        "When absent, the job's spec at the run's first look at it, which is then noted in "
        "`status.jobSpec`.",
        json_schema_extra=JOB_RULES,
    )
    parameters: Parameters = Field(
        default_factory=dict,
        description="Values that override the job's parameters, name by name.",
    )
    cancel: bool = Field(
        default=False,
        description="True: end the run; its driver is stopped and it is not retried. Cannot be "
        "taken back. A run that has ended already stays as it is.",
        json_schema_extra=rules(
            ("self || !oldSelf", "cancel cannot be taken back: create another AnalyticsRun")
        ),
    )


class Attempt(ApiModel):
    """One driver Pod. Written before the Pod is created, so that none can start twice."""

    number: int = Field(ge=1, le=100000, description="Counts from 1; part of the Pod's name.")
    pod: Annotated[str, StringConstraints(max_length=63)] = Field(description="The driver Pod.")
    pod_uid: Annotated[str, StringConstraints(max_length=64)] | None = Field(
        default=None, description="The Pod's uid, once it was seen."
    )
    intended_at: Timestamp = Field(description="When the operator decided to start it.")
    started_at: Timestamp | None = Field(default=None, description="When the driver started.")
    finished_at: Timestamp | None = Field(default=None, description="When the driver ended.")
    image_id: ImageID | None = Field(
        default=None,
        alias="imageID",
        description="The build of the image that the driver runs, as the kubelet says.",
    )
    outcome: Literal["Pending", "Running", "Succeeded", "Failed"] = Field(
        default="Pending", description="How it stands."
    )
    reason: OutcomeReason | None = Field(
        default=None, description="Why it ended so, in one word of a closed list."
    )
    message: Annotated[str, StringConstraints(max_length=4096)] | None = Field(
        default=None, description="Why it ended so, in one sentence."
    )


class PublishedModel(ApiModel):
    """A model that the run published to the artifact store."""

    name: Annotated[str, StringConstraints(max_length=63)] = Field(description="Its name.")
    uri: Annotated[str, StringConstraints(max_length=1024)] = Field(description="Where it lies.")
    digest: Annotated[str, StringConstraints(max_length=80)] = Field(
        description="sha256 of its manifest, which holds the digests of its files."
    )


class Progress(ApiModel):
    """How far the driver says it is."""

    percent: int = Field(default=0, ge=0, le=100, description="How much is done.")
    message: Text = Field(default="", description="What it is doing.")


class AnalyticsRunStatus(Status):
    """How the run stands."""

    conditions: Conditions = Field(
        default_factory=list,
        description="Succeeded: True or False once the run ended, Unknown before. Ready: the "
        "same for tools that wait for Ready.",
    )
    job_spec: AnyObject | None = Field(
        default=None,
        description="Only of a run without `spec.jobSpec`: the job's spec as it was at the first "
        "look, so that a retry runs the same.",
    )
    attempts: Annotated[
        list[Attempt], Field(max_length=10, json_schema_extra=keyed_by("number"))
    ] = Field(default_factory=list, description="The newest ten driver Pods, oldest first.")
    failures: int = Field(
        default=0, ge=0, description="Failed attempts in a row, as the retry limit counts them."
    )
    losses: int = Field(
        default=0,
        ge=0,
        description="Attempts in a row that the cluster took away; they are not counted as "
        "failures, and the wait after them grows.",
    )
    not_ready_since: NotReadySince = None
    next_attempt_time: Timestamp | None = Field(
        default=None, description="When the next attempt starts, while waiting for it."
    )
    start_time: Timestamp | None = Field(default=None, description="Start of the first attempt.")
    completion_time: Timestamp | None = Field(default=None, description="When the run ended.")
    progress: Progress | None = Field(default=None, description="How far the driver says it is.")
    models: Annotated[
        list[PublishedModel], Field(max_length=32, json_schema_extra=keyed_by("name"))
    ] = Field(default_factory=list, description="Models that the run published.")
    metrics: Annotated[
        dict[str, Annotated[str, StringConstraints(max_length=64)]], Field(max_length=64)
    ] = Field(default_factory=dict, description="Figures that the run recorded, as text.")
    result: AnyValue = Field(default=None, description="What the function returned, if small.")
    result_uri: Annotated[str, StringConstraints(max_length=1024)] | None = Field(
        default=None, alias="resultURI", description="Where a larger result lies."
    )


class AnalyticsRun(CustomResource):
    """One execution of an AnalyticsJob, with its attempts, result, models and figures."""

    kind: ClassVar[str] = "AnalyticsRun"
    plural: ClassVar[str] = "analyticsruns"
    short_names: ClassVar[tuple[str, ...]] = ("arun",)
    max_name_length: ClassVar[int] = 44
    columns: ClassVar[tuple[Column, ...]] = (
        Column("Job", ".spec.job"),
        condition_column("Succeeded"),
        condition_column("Succeeded", part="reason"),
        Column("Attempt", ".status.attempts[-1:].number", "integer"),
        Column("Progress", ".status.progress.percent", "integer"),
        condition_column("Succeeded", part="message", wide=True),
        Column("Started", ".status.startTime", "date"),
        Column("Ended", ".status.completionTime", "date"),
        Column("Age", ".metadata.creationTimestamp", "date"),
    )

    spec: AnalyticsRunSpec = Field(
        description="Which job, with which parameters.",
        json_schema_extra=rules(
            # CEL cannot reach `parameters` alone. That they could be changed in the very write
            # that cancels is harmless: nothing is started with them any more.
            (
                "self.cancel != oldSelf.cancel ? self.job == oldSelf.job && "
                "has(self.jobSpec) == has(oldSelf.jobSpec) && "
                "(!has(self.jobSpec) || self.jobSpec == oldSelf.jobSpec) : self == oldSelf",
                "a run cannot be changed, but for cancel: create another AnalyticsRun",
            )
        ),
    )
    status: AnalyticsRunStatus = Field(
        default_factory=AnalyticsRunStatus, description="How the run stands."
    )
