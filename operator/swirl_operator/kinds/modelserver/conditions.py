"""What a server's conditions say: pure.

`Ready` answers whether what was asked for is served by every replica, `Available` whether anything
is served at all: a server whose new version does not come serves the old one and is not down.
"""

from __future__ import annotations

from dataclasses import dataclass

from swirl.api.v1alpha1.modelserver import ModelSource
from swirl.wire.exits import ScorerExit
from swirl.wire.reasons import OutcomeReason
from swirl_operator.kinds.modelserver.source import Pending, Served, Unavailable
from swirl_operator.kinds.runs import is_run_of
from swirl_operator.pods.reading.refusal import read_refusal
from swirl_operator.pods.replicas import Trouble
from swirl_operator.pods.rollout import Rollout
from swirl_operator.pods.state import PodState
from swirl_operator.status.conditions import Condition, Conditions, ready, reconciling, stalled
from swirl_operator.status.reasons import AnyReason, Reason

WAITS = frozenset({Reason.RUN_STARTING, Reason.RUN_NOT_FINISHED})
"""Reasons for which nothing is served yet and nothing is wrong, however long it takes."""

_KEEPS_ENDING = (Reason.RESTART_LOOP, OutcomeReason.OUT_OF_MEMORY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What is known of a server's Pods.

    Attributes:
        progress: of its Deployment, None before there is one.
        trouble: the worst of the Pods that should serve the wanted version.
        version: the one that was served by all replicas last, None before the first.
        old: replicas that answer with an older version or older settings.
        made: Pods that should serve the wanted version, whatever they are good for.
    """

    progress: Rollout | None
    trouble: Trouble | None
    version: str | None
    old: int
    made: int = 0

    @property
    def answering(self) -> int:
        """Replicas that answer, whatever they serve."""
        return self.progress.ready if self.progress else 0

    def still(self, replicas: int) -> str:
        """A sentence about what goes on being served, with a space before it."""
        if self.version is None:
            return ""
        if not replicas:
            return " No replica answers."
        return f" {self.version} is still served by {replicas} replica{'s' * (replicas != 1)}."


def without_model(resolved: Pending | Unavailable) -> Conditions:
    """Nothing was ever decided to be served."""
    if isinstance(resolved, Unavailable):
        return stalled(resolved.reason, resolved.message)
    return reconciling(resolved.reason, resolved.message)


def available(look: Look, said: Conditions) -> Condition:
    """Whether the server answers, next to what was said of `Ready`."""
    if look.answering:
        some = "1 replica answers." if look.answering == 1 else f"{look.answering} replicas answer."
        return Condition("Available", "True", Reason.SERVING, some)
    state = next(item for item in said if item.type == "Ready")
    if state.status == "True":
        return Condition(
            "Available", "False", Reason.REPLICAS_MISSING, "No replica is asked for: spec.replicas."
        )
    return Condition("Available", "False", state.reason, state.message)


def rolling_out(
    source: ModelSource, resolved: Served | Pending | Unavailable, wanted: Served, look: Look
) -> Conditions:
    """Something is to be served: how far that is, and why no farther."""
    if isinstance(resolved, Unavailable):
        return stalled(resolved.reason, resolved.message + look.still(look.answering))
    progress, trouble = look.progress, look.trouble
    if progress is not None and progress.done and not _keeps_ending(trouble):
        return _done(source, resolved, wanted, look)
    if progress is None or not progress.begun:
        return reconciling(
            Reason.ROLLING_OUT, f"Rolls out {wanted.version}.{look.still(look.answering)}"
        )
    if progress.refused:
        return _refused(wanted, progress, look)
    if trouble is None:
        return _slow(wanted, progress, None, _outstanding(progress, look.made), look)
    state = trouble.state
    failed = state.state == "Failed" or state.exit_code is not None
    if failed and not progress.complete:
        reason, detail = _failure(state)
        said = f"{wanted.version} does not load: {detail.rstrip('.')}.{look.still(look.old)}"
        return stalled(reason, said)
    if state.permanent or _keeps_ending(trouble):
        said = _sentence(wanted, progress, trouble.sentence, look)
        return stalled(state.reason or Reason.SCORER_FAILED, said)
    return _slow(wanted, progress, state.reason, trouble.sentence, look)


def _done(
    source: ModelSource, resolved: Served | Pending, wanted: Served, look: Look
) -> Conditions:
    if isinstance(resolved, Served):
        held = ""
        if source.job is not None and source.run is not None:
            held = f" Held at it by spec.model.run; without it, {source.job} is followed again."
        return ready(Reason.SERVING, f"All replicas serve {wanted.version}.{held}")
    if source.job and not source.run and is_run_of(source.job, wanted.version):
        return ready(
            Reason.SERVING,
            f"All replicas serve {wanted.version}; a newer one may follow: {resolved.message}",
        )
    # What is served was asked for by an earlier spec.
    return reconciling(resolved.reason, resolved.message + look.still(look.answering))


def _refused(wanted: Served, progress: Rollout, look: Look) -> Conditions:
    refusal = read_refusal(progress.refused)
    cause = f"its Pods cannot be created: {refusal.message}"
    if refusal.permanent:
        return stalled(refusal.reason, _sentence(wanted, progress, cause, look))
    return _slow(wanted, progress, refusal.reason, cause, look)


def _slow(
    wanted: Served, progress: Rollout, reason: AnyReason | None, cause: str, look: Look
) -> Conditions:
    """It may still come by itself, unless Kubernetes gave up waiting."""
    said = _sentence(wanted, progress, cause, look)
    if progress.stuck:
        return stalled(reason or Reason.ROLLOUT_STUCK, said)
    other = Reason.REPLICAS_MISSING if progress.complete else Reason.ROLLING_OUT
    return reconciling(reason or other, said)


def _outstanding(progress: Rollout, made: int) -> str:
    """What is left to do by Kubernetes, where no Pod is in trouble."""
    if not made:
        return "its Pods are not made yet"
    if progress.former:
        return "Pods of before are still there"
    if made < progress.wanted:
        return "its other Pods are not made yet"
    return "its Deployment does not count them yet"


def _sentence(wanted: Served, progress: Rollout, cause: str, look: Look) -> str:
    state = f"{progress.message}; {cause.rstrip('.')}."
    if progress.complete:
        return f"{wanted.version} is not served by every replica: {state}"
    still = look.still(look.old)
    if progress.stuck:
        return f"{wanted.version} does not become ready: {state}{still}"
    return f"Rolls out {wanted.version}: {state}{still}"


def _keeps_ending(trouble: Trouble | None) -> bool:
    return trouble is not None and trouble.state.reason in _KEEPS_ENDING


def _failure(why: PodState) -> tuple[AnyReason, str]:
    """Why a version does not load, in its own last words where it left some."""
    if why.exit_code == ScorerExit.GOLDEN_ROWS_DIFFER:
        return Reason.GOLDEN_ROWS_MISMATCH, why.last_line or f"it {why.message}"
    if why.reason == OutcomeReason.OUT_OF_MEMORY:
        return why.reason, "it used more memory than its limit; raise resources.limits.memory"
    if why.reason in (None, Reason.RESTART_LOOP):
        return Reason.SCORER_FAILED, why.last_line or f"it {why.message}"
    return why.reason or Reason.SCORER_FAILED, f"it {why.message}"
