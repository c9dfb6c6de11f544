"""ModelServer: a published model behind a scoring API."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from swirl.api.meta import (
    AnnouncingStatus,
    ApiModel,
    Column,
    Conditions,
    CustomResource,
    ImageID,
    Name,
    NotReadySince,
    Resources,
    Text,
    condition_column,
    rules,
    within_limits,
)
from swirl.api.pods import Workload


class ModelSource(ApiModel):
    """Where the model comes from: a `job`, a `run`, a `run` of a `job`, or a `uri`."""

    job: Name | None = Field(
        default=None,
        description="Follow this AnalyticsJob: serve what the run of its present spec published. "
        "A new version of the job rolls out when its run succeeded; going back to an earlier "
        "spec serves that spec's model again at once.",
    )
    run: Name | None = Field(
        default=None,
        description="Serve what this AnalyticsRun published. Beside `job` it must be a run of that "
        "job, and the server is held at it until `run` is taken away: how one goes back without a "
        "change of `job`, which Git may own.",
    )
    uri: (
        Annotated[str, StringConstraints(max_length=1024, pattern=r"^[a-z][a-z0-9+.-]*://.+$")]
        | None
    ) = Field(default=None, description="Serve the published model in this directory.")
    name: Name | None = Field(
        default=None,
        description="Which of the run's models, when it published several under different names.",
    )


class Runtime(ApiModel):
    """The process that serves the model."""

    image: Annotated[str, StringConstraints(min_length=1, max_length=512)] | None = Field(
        default=None, description="Another scorer image than the operator's own."
    )


class ModelServerSpec(Workload):
    """Which model to serve, and how many times."""

    model: ModelSource = Field(
        description="Where the model comes from.",
        json_schema_extra=rules(
            (
                "has(self.uri) != (has(self.job) || has(self.run))",
                "model needs a job, a run, or both, or else a uri",
            ),
            (
                "!has(self.name) || !has(self.uri)",
                "model.name chooses among the models of a run; with model.uri leave it out",
            ),
        ),
    )
    replicas: int = Field(default=1, ge=0, le=1000, description="How many pods serve it.")
    resources: Resources | None = Field(
        default=None,
        description="What each replica asks for and may use. Requests are the limits when "
        "absent, without these `100m` of CPU and `256Mi` of memory. Memory is always limited, "
        "to what is requested unless a limit is given; CPU only if a limit is given.",
        json_schema_extra=rules(within_limits("cpu"), within_limits("memory")),
    )
    runtime: Runtime = Field(
        default_factory=Runtime, description="The process that serves the model."
    )


class ModelServerStatus(AnnouncingStatus):
    """What is served now."""

    conditions: Conditions = Field(
        default_factory=list,
        description="Ready: every replica serves the wanted version. Available: some replica "
        "answers, be it with an older version. Healthy: its output is right, as far as "
        "SwirlMonitors that name it can tell.",
    )
    not_ready_since: NotReadySince = None
    version: Annotated[str, StringConstraints(max_length=128)] | None = Field(
        default=None, description="The version that all replicas serve: the run that made it."
    )
    wanted_version: Annotated[str, StringConstraints(max_length=128)] | None = Field(
        default=None, description="The version being rolled out, or the same as `version`."
    )
    model_uri: Annotated[str, StringConstraints(max_length=1024)] | None = Field(
        default=None, alias="modelURI", description="Where the wanted version lies."
    )
    digest: Annotated[str, StringConstraints(max_length=80)] | None = Field(
        default=None, description="Digest of the wanted version's manifest, if known."
    )
    image: Annotated[str, StringConstraints(max_length=512)] | None = Field(
        default=None, description="The scorer image of the wanted version."
    )
    image_id: ImageID | None = Field(
        default=None,
        alias="imageID",
        description="The build of that image that all replicas run, as the kubelets say. Another "
        "one under the same name is a change of code, and is announced as one.",
    )
    configuration: Annotated[str, StringConstraints(max_length=16)] | None = Field(
        default=None,
        description="Digest of what the user wrote of how the model is served; another one is "
        "announced as a change.",
    )
    url: Annotated[str, StringConstraints(max_length=512)] | None = Field(
        default=None,
        description="Where the server answers, inside the cluster. Rows go to "
        "`/v2/models/NAME/infer` (Open Inference Protocol) or `/v2/models/NAME/rows` (one row or "
        "a list of rows as JSON) below it.",
    )
    replicas: int = Field(default=0, ge=0, description="Replicas that exist.")
    ready_replicas: int = Field(default=0, ge=0, description="Replicas that answer.")
    selector: Text | None = Field(default=None, description="Selects the pods, for autoscalers.")


class ModelServer(CustomResource):
    """A published model behind a scoring API, rolled from version to version without a gap."""

    kind: ClassVar[str] = "ModelServer"
    plural: ClassVar[str] = "modelservers"
    short_names: ClassVar[tuple[str, ...]] = ("mserver",)
    max_name_length: ClassVar[int] = 50
    names_a_service: ClassVar[bool] = True
    scale: ClassVar[dict[str, str]] = {
        "specReplicasPath": ".spec.replicas",
        "statusReplicasPath": ".status.replicas",
        "labelSelectorPath": ".status.selector",
    }
    columns: ClassVar[tuple[Column, ...]] = (
        condition_column("Ready"),
        condition_column("Healthy"),
        Column("Version", ".status.version"),
        Column("Replicas", ".status.readyReplicas", "integer"),
        condition_column("Ready", part="message", wide=True),
        Column("URL", ".status.url", wide=True),
        Column("Age", ".metadata.creationTimestamp", "date"),
    )

    spec: ModelServerSpec = Field(description="Which model to serve, and how many times.")
    status: ModelServerStatus = Field(
        default_factory=ModelServerStatus, description="What is served now."
    )
