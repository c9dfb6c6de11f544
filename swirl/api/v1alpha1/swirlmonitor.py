"""SwirlMonitor: which part of a running pipeline broke, and why."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from swirl.api.meta import (
    ApiModel,
    Column,
    Conditions,
    CustomResource,
    Decimal,
    Name,
    NotReadySince,
    Resources,
    Status,
    Text,
    Timestamp,
    condition_column,
    keyed_by,
    rules,
    within_limits,
)
from swirl.api.pods import Workload
from swirl.wire.change import Aspect
from swirl.wire.kafka import SaslMechanism, SecurityProtocol

MetricName = Annotated[
    str, StringConstraints(min_length=1, max_length=128, pattern=r"^[A-Za-z_][A-Za-z0-9_.:-]*$")
]
LabelValue = Annotated[str, StringConstraints(max_length=256)]
Topic = Annotated[
    str, StringConstraints(min_length=1, max_length=249, pattern=r"^[a-zA-Z0-9._-]+$")
]

Aggregation = Literal["Rate", "Sum", "Mean", "Max"]


class Sasl(ApiModel):
    """Who the monitor is, to a Kafka that asks."""

    mechanism: SaslMechanism = Field(description="How it is proved.")
    username: Annotated[str, StringConstraints(min_length=1, max_length=256)] = Field(
        description="Its name; of OAUTHBEARER the client's id. The password is in the Secret."
    )
    token_url: (
        Annotated[str, StringConstraints(max_length=1024, pattern=r"^https?://\S+$")] | None
    ) = Field(
        default=None,
        description="Where OAUTHBEARER gets its tokens, by the grant of client credentials.",
    )
    token_scope: Annotated[str, StringConstraints(min_length=1, max_length=1024)] | None = Field(
        default=None, description="What the tokens are for, where the server wants to know."
    )


class Security(ApiModel):
    """How to speak to a Kafka that is not the installation's own."""

    protocol: SecurityProtocol = Field(description="In Kafka's own words.")
    secret_name: Annotated[str, StringConstraints(min_length=1, max_length=253)] | None = Field(
        default=None,
        description="A Secret of the namespace. Of the keys `ca.crt`, `tls.crt`, `tls.key` and "
        "`password` it has those that the Kafka asks for; each may be replaced at any time.",
    )
    sasl: Sasl | None = Field(
        default=None,
        description="With the SASL protocols.",
        json_schema_extra=rules(
            (
                "(self.mechanism == 'OAUTHBEARER') == has(self.tokenUrl)",
                "OAUTHBEARER needs tokenUrl, and no other mechanism takes it",
            ),
            (
                "self.mechanism == 'OAUTHBEARER' || !has(self.tokenScope)",
                "tokenScope is for OAUTHBEARER alone",
            ),
        ),
    )


class Kafka(ApiModel):
    """Where metrics and changes are read; what is absent comes from the operator's settings."""

    bootstrap_servers: Annotated[str, StringConstraints(min_length=1, max_length=1024)] | None = (
        Field(
            default=None,
            description="`host:port`, several separated by commas, IPv6 in brackets. A Kafka that "
            "is not the installation's own is not shown the installation's credentials.",
        )
    )
    security: Security | None = Field(
        default=None,
        description="How to speak to the servers that stand here; absent, in plain text, unless "
        "they are the installation's own.",
        json_schema_extra=rules(
            (
                "self.protocol.startsWith('SASL') == has(self.sasl)",
                "the SASL protocols need sasl, and no other takes it",
            ),
            (
                "self.protocol == 'SSL' || has(self.secretName) == (self.protocol != 'PLAINTEXT')",
                "the SASL protocols need secretName, with the password, and PLAINTEXT takes none",
            ),
        ),
    )
    metrics_topic: Topic | None = Field(default=None, description="Where pipelines emit metrics.")
    changes_topic: Topic | None = Field(default=None, description="Where changes are announced.")
    verdicts_topic: Topic | None = Field(default=None, description="Where verdicts are published.")


class NodeReference(ApiModel):
    """The resource that is this part of the pipeline."""

    kind: Literal["AnalyticsJob", "ModelServer", "Deployment", "Service"] = Field(
        description="AnalyticsJob and ModelServer get their health from the verdict."
    )
    name: Name = Field(description="Its name, in the monitor's namespace.")


class Node(ApiModel):
    """One part of the pipeline."""

    name: Name = Field(description="What people call this part.")
    after: Annotated[
        list[Name], Field(max_length=8, json_schema_extra={"x-kubernetes-list-type": "set"})
    ] = Field(default_factory=list, description="The parts whose output it works on.")
    ref: NodeReference | None = Field(default=None, description="The resource behind it.")


class Selector(ApiModel):
    """Which points count: those of this name that carry all of these labels."""

    metric: MetricName = Field(description="The name under which it is emitted.")
    labels: Annotated[
        dict[Annotated[str, StringConstraints(max_length=128)], LabelValue], Field(max_length=16)
    ] = Field(default_factory=dict, description="Labels that a point must carry.")


class Metric(ApiModel):
    """A figure of one node, followed window by window."""

    name: MetricName = Field(description="What the verdict calls it.")
    node: Name = Field(description="The node whose output it measures.")
    unit: Annotated[str, StringConstraints(max_length=32)] = Field(
        default="", description="Shown after the value, for example `/s`."
    )
    source: Selector = Field(description="The points it is made of.")
    aggregation: Aggregation = Field(
        default="Rate",
        description="How the points of a window become one value. Rate: their sum by second.",
    )
    divided_by: Selector | None = Field(
        default=None,
        description="Makes it a ratio: the sum of `source` by the sum of these points.",
    )
    silence: Literal["Anomalous", "Ignored"] = Field(
        default="Anomalous", description="What it means when no points come any more."
    )


class Detection(ApiModel):
    """How normal is learned, and how far from it is too far.

    All of it is provisional: these fields belong to one way of detecting and go when a better one
    comes.
    """

    window_seconds: int = Field(
        default=5, ge=1, le=3600, description="Length of a window. Provisional."
    )
    learn_windows: int = Field(
        default=12,
        ge=3,
        le=100000,
        description="Healthy windows to see before any verdict. Provisional.",
    )
    persist_windows: int = Field(
        default=2, ge=1, le=100, description="Windows an anomaly must last to count. Provisional."
    )
    lateness_seconds: int = Field(
        default=5,
        ge=0,
        le=3600,
        description="How long to wait for late points of a window. Provisional.",
    )
    exonerate_windows: int = Field(
        default=6,
        ge=1,
        le=10000,
        description="Healthy windows after a change that clear it. Provisional.",
    )
    sensitivity: Decimal = Field(
        default="6",
        description="Half width of the band, in robust standard deviations. Provisional.",
    )
    min_relative_width_percent: int = Field(
        default=30, ge=0, le=1000, description="The band is never narrower than this. Provisional."
    )
    lookback_seconds: int = Field(
        default=900,
        ge=1,
        le=86400,
        description="How old a change may be and still be the cause; bands are drawn from as "
        "long a time. Provisional.",
    )


class When(ApiModel):
    """When a rule applies: all that is given must hold of the most upstream anomalous node."""

    node: Name | None = Field(default=None, description="It is this node.")
    node_kinds: Annotated[
        list[Literal["AnalyticsJob", "ModelServer", "Deployment", "Service", "None"]],
        Field(max_length=5, json_schema_extra={"x-kubernetes-list-type": "set"}),
    ] = Field(
        default_factory=list,
        description="The node's resource is of one of these kinds; None is a node without one.",
    )
    position: Literal["Source", "Middle", "Leaf"] | None = Field(
        default=None, description="Where in the graph it stands."
    )
    change: Literal["Present", "Absent"] | None = Field(
        default=None, description="Whether a change of that node can be the cause."
    )
    aspect: Aspect | None = Field(default=None, description="What that change changed.")
    stopped: bool | None = Field(
        default=None,
        description="True: it gives fewer answers, slower ones or none. False: it answers as "
        "ever, but what it says is off.",
    )


class Rule(ApiModel):
    """A sentence of your own for a case of your own; tried before the shipped ones, in order."""

    name: Name = Field(description="What the rule is called.")
    when: When = Field(description="When it applies.")
    verdict: Annotated[str, StringConstraints(min_length=1, max_length=256)] = Field(
        description="The sentence to say."
    )


Url = Annotated[
    str, StringConstraints(max_length=1024, pattern=r"^https?://[^\s/?#]+(/[^\s?#]*)?$")
]


class Alertmanager(ApiModel):
    """Prometheus' Alertmanager, which groups, routes and silences."""

    urls: Annotated[list[Url], Field(max_length=8)] = Field(
        description="Every replica, as far as the path before `/api/v2/alerts`; the alert goes to "
        "all of them. None: no alert is sent, whatever the operator's default is.",
        json_schema_extra={"x-kubernetes-list-type": "set"},
    )


class SecretReference(ApiModel):
    """A Secret in the monitor's namespace."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=253)] = Field(
        description="Its name."
    )


class Webhook(ApiModel):
    """A receiver of signed notices, by the rules of Standard Webhooks."""

    url: Url | None = Field(
        default=None,
        description="Where notices are posted. Absent: the Secret's key `url`, for one that only "
        "few may know.",
    )
    secret_ref: SecretReference = Field(
        description="Its key `secret` signs the notices: one secret a line, all of which sign, so "
        "that one can take another's place."
    )


class Notify(ApiModel):
    """Who is told of verdicts; what is absent comes from the operator's settings."""

    alertmanager: Alertmanager | None = Field(
        default=None, description="Is sent an alert for as long as a verdict stands."
    )
    webhook: Webhook | None = Field(
        default=None, description="Is posted a notice when a fault begins, changes and ends."
    )


class SwirlMonitorSpec(Workload):
    """The pipeline, the metrics of its parts, and how to judge them."""

    runner: Literal["Process"] = Field(
        default="Process", description="What runs the analysis: a plain process over Kafka."
    )
    resources: Resources | None = Field(
        default=None,
        description="What the analysis asks for and may use; by itself `50m` of CPU and `96Mi` "
        "of memory, at most `256Mi`.",
        json_schema_extra=rules(within_limits("cpu"), within_limits("memory")),
    )
    kafka: Kafka = Field(
        default_factory=Kafka,
        description="Where metrics and changes are read.",
        json_schema_extra=rules(
            (
                "!has(self.security) || has(self.bootstrapServers)",
                "security is for the servers that stand beside it: set bootstrapServers, too",
            )
        ),
    )
    nodes: Annotated[
        list[Node], Field(min_length=1, max_length=32, json_schema_extra=keyed_by("name"))
    ] = Field(description="The pipeline's parts and what comes before what.")
    metrics: Annotated[
        list[Metric], Field(min_length=1, max_length=200, json_schema_extra=keyed_by("name"))
    ] = Field(description="What is measured of each part.")
    detection: Detection = Field(
        default_factory=Detection, description="How normal is learned and judged; provisional."
    )
    rules: Annotated[list[Rule], Field(max_length=32, json_schema_extra=keyed_by("name"))] = Field(
        default_factory=list, description="Sentences of your own."
    )
    notify: Notify = Field(default_factory=Notify, description="Who is told of verdicts.")

    def cycle(self) -> list[str] | None:
        """Return the names along a cycle of the nodes, which CEL cannot find; None without one.

        Each stands after the next one in the pipeline, the first again at the end.
        """
        try:
            TopologicalSorter({node.name: node.after for node in self.nodes}).prepare()
        except CycleError as error:
            # graphlib lists them the other way round: each before the next one.
            return [str(name) for name in reversed(error.args[1])]
        return None


class Target(ApiModel):
    """The resource that the verdict is about."""

    kind: Annotated[str, StringConstraints(max_length=63)] = Field(description="Its kind.")
    name: Annotated[str, StringConstraints(max_length=253)] = Field(description="Its name.")
    namespace: Annotated[str, StringConstraints(max_length=63)] = Field(
        default="", description="Its namespace."
    )
    version: Annotated[str, StringConstraints(max_length=128)] | None = Field(
        default=None, description="Its version, where it has one."
    )


class Evidence(ApiModel):
    """A metric out of its band, with the numbers."""

    metric: MetricName = Field(description="The metric.")
    node: Name = Field(description="Its node.")
    value: Annotated[str, StringConstraints(max_length=32)] = Field(description="The value seen.")
    low: Annotated[str, StringConstraints(max_length=32)] = Field(description="The band's foot.")
    high: Annotated[str, StringConstraints(max_length=32)] = Field(description="The band's top.")
    baseline: Annotated[str, StringConstraints(max_length=32)] = Field(
        description="What is normal."
    )
    direction: Literal["High", "Low", "Silent"] = Field(description="Which way it left the band.")
    since: Timestamp = Field(description="The start of the first window outside.")


class ConsideredChange(ApiModel):
    """A change event that was weighed as the cause."""

    id: Annotated[str, StringConstraints(max_length=256)] = Field(description="Its id on Kafka.")
    kind: Annotated[str, StringConstraints(max_length=63)] = Field(description="What kind changed.")
    name: Annotated[str, StringConstraints(max_length=253)] = Field(description="What changed.")
    aspect: Aspect = Field(description="What it changed.")
    from_version: Annotated[str, StringConstraints(max_length=128)] | None = Field(
        default=None, alias="from", description="The version before."
    )
    to: Annotated[str, StringConstraints(max_length=128)] | None = Field(
        default=None, description="The version after."
    )
    time: Timestamp = Field(description="When it began.")
    why: Text | None = Field(default=None, description="Why it was rejected as the cause.")


class Verdict(ApiModel):
    """What the analysis says. Written by the monitor's engine, not by the operator."""

    state: Literal["Learning", "Healthy", "Broken", "Blind"] = Field(
        description="In one word. Blind: of some metric no point has ever come, and nothing else "
        "is wrong."
    )
    summary: Annotated[str, StringConstraints(max_length=256)] = Field(
        description="In a few words, for example `Data pipeline is broken`."
    )
    node: Name | None = Field(default=None, description="The part of the pipeline that broke.")
    target: Target | None = Field(default=None, description="The resource behind that part.")
    since: Timestamp | None = Field(default=None, description="Since when.")
    evidence: Annotated[
        list[Evidence],
        Field(max_length=200, json_schema_extra={"x-kubernetes-list-type": "atomic"}),
    ] = Field(default_factory=list, description="The metrics outside their bands, upstream first.")
    unheard: Annotated[
        list[MetricName],
        Field(max_length=200, json_schema_extra={"x-kubernetes-list-type": "atomic"}),
    ] = Field(
        default_factory=list,
        description="The metrics of which no point has ever come; they are not watched.",
    )
    change: ConsideredChange | None = Field(
        default=None, description="The change that is held to be the cause."
    )
    rejected_changes: Annotated[
        list[ConsideredChange],
        Field(max_length=32, json_schema_extra={"x-kubernetes-list-type": "atomic"}),
    ] = Field(default_factory=list, description="Changes that were weighed and rejected.")
    rule: Annotated[str, StringConstraints(max_length=63)] | None = Field(
        default=None, description="The rule that chose the sentence."
    )
    message: Annotated[str, StringConstraints(max_length=4096)] = Field(
        default="", description="One sentence for the person on call."
    )


Destination = Literal["Alertmanager", "Webhook"]


class Delivery(ApiModel):
    """What one destination was told of an incident."""

    to: Destination = Field(description="Who was told.")
    revision: int = Field(
        default=0, ge=0, description="The last revision that it acknowledged; 0 before the first."
    )
    error: Text | None = Field(default=None, description="Why a newer one was not delivered yet.")


class Incident(ApiModel):
    """A fault from its first verdict to its end, and who was told of it.

    It is written before anybody is told, and what was told is written afterwards, so that nothing
    is lost where the analysis is started again.
    """

    id: Annotated[str, StringConstraints(min_length=1, max_length=64)] = Field(
        description="Follows from the monitor and the beginning."
    )
    revision: int = Field(
        ge=1,
        description="Grows when there is something new to tell: another node, sentence or cause, "
        "or the end.",
    )
    since: Timestamp = Field(description="When the fault began.")
    until: Timestamp | None = Field(default=None, description="When it was over.")
    summary: Annotated[str, StringConstraints(max_length=256)] = Field(
        description="The verdict in a few words."
    )
    node: Name | None = Field(default=None, description="The part of the pipeline that broke.")
    message: Annotated[str, StringConstraints(max_length=4096)] = Field(
        default="", description="The verdict's sentence, as it was said last."
    )
    target: Target | None = Field(default=None, description="The resource behind that part.")
    change: ConsideredChange | None = Field(
        default=None, description="The change that is held to be the cause."
    )
    deliveries: Annotated[list[Delivery], Field(max_length=2, json_schema_extra=keyed_by("to"))] = (
        Field(default_factory=list, description="Who was told what.")
    )


class SwirlMonitorStatus(Status):
    """Whether the analysis runs, and what it says."""

    conditions: Conditions = Field(
        default_factory=list,
        description="Ready: the analysis runs. Healthy: it finds nothing wrong.",
    )
    not_ready_since: NotReadySince = None
    verdict: Verdict | None = Field(default=None, description="What the analysis says.")
    read_from: Timestamp | None = Field(
        default=None,
        description="From here on an analysis that starts again reads the metrics, unless all has "
        "been well for long: before the last fault, so as not to learn it as what is normal.",
    )
    trouble: Text | None = Field(
        default=None,
        description="Why the analysis cannot read Kafka, in one sentence; absent while it can.",
    )
    incidents: Annotated[
        list[Incident],
        Field(max_length=8, json_schema_extra={"x-kubernetes-list-type": "atomic"}),
    ] = Field(
        default_factory=list,
        description="Faults of which somebody is to be told, the oldest first; only where "
        "`spec.notify` or the operator's settings name somebody.",
    )


class SwirlMonitor(CustomResource):
    """Watches a pipeline's metrics and says which part of it broke, and why."""

    kind: ClassVar[str] = "SwirlMonitor"
    plural: ClassVar[str] = "swirlmonitors"
    short_names: ClassVar[tuple[str, ...]] = ("smon",)
    max_name_length: ClassVar[int] = 50
    columns: ClassVar[tuple[Column, ...]] = (
        condition_column("Ready"),
        condition_column("Healthy"),
        Column("Verdict", ".status.verdict.summary"),
        Column("Node", ".status.verdict.node"),
        Column("Since", ".status.verdict.since", "date"),
        Column("Message", ".status.verdict.message", wide=True),
        Column("Age", ".metadata.creationTimestamp", "date"),
    )

    spec: SwirlMonitorSpec = Field(
        description="The pipeline, the metrics of its parts, and how to judge them.",
        json_schema_extra=rules(
            (
                "self.metrics.all(m, self.nodes.exists(n, n.name == m.node))",
                "every metric's node must be one of spec.nodes",
            ),
            (
                "self.nodes.all(n, !has(n.after) || n.after.all(a, a != n.name && "
                "self.nodes.exists(o, o.name == a)))",
                "every name in a node's `after` must be another node of spec.nodes",
            ),
        ),
    )
    status: SwirlMonitorStatus = Field(
        default_factory=SwirlMonitorStatus, description="Whether the analysis runs, what it says."
    )
