"""Which model a ModelServer should serve now: pure."""

from __future__ import annotations

from dataclasses import dataclass

from swirl.api.v1alpha1.modelserver import ModelSource
from swirl.wire.reasons import OutcomeReason
from swirl_operator.kinds.runs import outcome_of
from swirl_operator.runtime.digest import short_digest
from swirl_operator.runtime.interface import Object
from swirl_operator.runtime.objects import name_of
from swirl_operator.status.reasons import AnyReason, Reason


@dataclass(frozen=True, slots=True)
class Served:
    """A published model and the version people know it by."""

    version: str
    uri: str
    digest: str | None


@dataclass(frozen=True, slots=True)
class Pending:
    """There is nothing new to serve yet; what is served stays."""

    reason: Reason
    message: str


@dataclass(frozen=True, slots=True)
class Unavailable:
    """Waiting will not help; what is served stays."""

    reason: AnyReason
    message: str


def resolve(
    source: ModelSource, job: Object | None, run: Object | None
) -> Served | Pending | Unavailable:
    """What is to be served, or why that is not known yet.

    `job` is the AnalyticsJob of `source.job`, `run` the run meant by `source.run` or, without it,
    the current run of that job; each None when it does not exist.
    """
    if source.uri is not None:
        return Served(f"uri-{short_digest(source.uri)}", source.uri, None)
    if source.run is not None:
        return _named(source, source.run, run)
    if job is None:
        return Pending(Reason.JOB_NOT_FOUND, f"AnalyticsJob {source.job} does not exist (yet).")
    if run is None:
        return Pending(Reason.RUN_STARTING, f"AnalyticsJob {source.job} has no run yet.")
    return _of_run(source, run)


def _named(source: ModelSource, name: str, run: Object | None) -> Served | Pending | Unavailable:
    if run is None:
        return Pending(Reason.RUN_NOT_FOUND, f"AnalyticsRun {name} does not exist (yet).")
    if source.job is not None and run["spec"]["job"] != source.job:
        return Unavailable(
            OutcomeReason.INVALID_SPEC,
            f"spec.model.run: AnalyticsRun {name} is a run of AnalyticsJob {run['spec']['job']}, "
            f"not of {source.job}.",
        )
    return _of_run(source, run)


def _of_run(source: ModelSource, run: Object) -> Served | Pending | Unavailable:
    name, outcome = name_of(run), outcome_of(run)
    if outcome == "Running":
        return Pending(Reason.RUN_NOT_FINISHED, f"AnalyticsRun {name} has not finished.")
    if outcome == "Failed":
        return Unavailable(
            Reason.RUN_FAILED, f"AnalyticsRun {name} failed, so it has no model to serve."
        )
    if outcome == "Cancelled":
        return Unavailable(
            Reason.RUN_CANCELLED, f"AnalyticsRun {name} was cancelled; it has no model to serve."
        )
    models = run["status"].get("models") or []
    if source.name is not None:
        models = [model for model in models if model["name"] == source.name]
    if len(models) == 1:
        return Served(name, models[0]["uri"], models[0]["digest"])
    if not models:
        wanted = f"no model named {source.name}" if source.name else "no model"
        return Unavailable(
            Reason.NO_MODEL_PUBLISHED,
            f"AnalyticsRun {name} published {wanted}; its function must call ctx.publish_model.",
        )
    names = ", ".join(model["name"] for model in models)
    return Unavailable(
        Reason.SEVERAL_MODELS,
        f"AnalyticsRun {name} published several models ({names}); choose one in model.name.",
    )
