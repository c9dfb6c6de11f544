"""AnalyticsRun: one execution of an AnalyticsJob."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from swirl.api.meta import (
    AnyObject,
    AnyValue,
    Column,
    Conditions,
    Model,
    Name,
    Resource,
    Text,
    Timestamp,
    condition_column,
    keyed_by,
    rules,
)

Reason = Annotated[str, StringConstraints(max_length=128)]


class AnalyticsRunSpec(Model):
    """Which job, with which parameters. A run is a record: its spec cannot be changed."""

    job: Name = Field(description="The AnalyticsJob in this namespace to run.")
    parameters: AnyObject = Field(
        default_factory=dict,
        description="Values that override the job's parameters, name by name.",
    )


class Attempt(Model):
    """One driver Pod. Written before the Pod is created, so that none can start twice."""

    number: int = Field(ge=1, le=100000, description="Counts from 1; part of the Pod's name.")
    pod: Annotated[str, StringConstraints(max_length=63)] = Field(description="The driver Pod.")
    pod_uid: Annotated[str, StringConstraints(max_length=64)] | None = Field(
        default=None, description="The Pod's uid, once it was seen."
    )
    intended_at: Timestamp = Field(description="When the operator decided to start it.")
    started_at: Timestamp | None = Field(default=None, description="When the driver started.")
    finished_at: Timestamp | None = Field(default=None, description="When the driver ended.")
    outcome: Literal["Pending", "Running", "Succeeded", "Failed"] = Field(
        default="Pending", description="How it stands."
    )
    reason: Reason | None = Field(default=None, description="Why it ended so, in one word.")
    message: Annotated[str, StringConstraints(max_length=4096)] | None = Field(
        default=None, description="Why it ended so, in one sentence."
    )


class PublishedModel(Model):
    """A model that the run published to the artifact store."""

    name: Annotated[str, StringConstraints(max_length=63)] = Field(description="Its name.")
    uri: Annotated[str, StringConstraints(max_length=1024)] = Field(description="Where it lies.")
    digest: Annotated[str, StringConstraints(max_length=80)] = Field(
        description="sha256 of its manifest, which holds the digests of its files."
    )


class Progress(Model):
    """How far the driver says it is."""

    fraction: Annotated[str, StringConstraints(max_length=8, pattern=r"^[01](\.[0-9]+)?$")] = Field(
        default="0", description="0 to 1."
    )
    message: Text = Field(default="", description="What it is doing.")


class AnalyticsRunStatus(Model):
    """How the run stands."""

    observed_generation: int = Field(
        default=-1, description="The generation of the spec that the conditions speak of."
    )
    conditions: Conditions = Field(
        default_factory=list,
        description="Succeeded: True or False once the run ended, Unknown before. Ready: the "
        "same for tools that wait for Ready.",
    )
    job_spec: AnyObject | None = Field(
        default=None,
        description="The job's spec as it was when the run began, so that a retry runs the same.",
    )
    attempts: Annotated[
        list[Attempt], Field(max_length=10, json_schema_extra=keyed_by("number"))
    ] = Field(default_factory=list, description="The newest ten driver Pods, oldest first.")
    failures: int = Field(
        default=0, ge=0, description="Failed attempts in a row, as the retry limit counts them."
    )
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


class AnalyticsRun(Resource):
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
        Column("Progress", ".status.progress.fraction"),
        condition_column("Succeeded", part="message", wide=True),
        Column("Started", ".status.startTime", "date"),
        Column("Ended", ".status.completionTime", "date"),
        Column("Age", ".metadata.creationTimestamp", "date"),
    )

    spec: AnalyticsRunSpec = Field(
        description="Which job, with which parameters.",
        json_schema_extra=rules(
            ("self == oldSelf", "a run cannot be changed: create another AnalyticsRun")
        ),
    )
    status: AnalyticsRunStatus = Field(
        default_factory=AnalyticsRunStatus, description="How the run stands."
    )
