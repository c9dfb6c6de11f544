"""What a monitor's conditions say of its engine: pure."""

from __future__ import annotations

from collections.abc import Sequence

from swirl.wire.reasons import OutcomeReason
from swirl_operator.pods.reading.refusal import read_refusal
from swirl_operator.pods.replicas import Trouble
from swirl_operator.pods.rollout import Rollout
from swirl_operator.pods.state import PodState
from swirl_operator.runtime.interface import Object
from swirl_operator.status.conditions import Conditions, ready, reconciling, stalled
from swirl_operator.status.reasons import AnyReason, Reason

_KEEPS_ENDING = (Reason.RESTART_LOOP, OutcomeReason.OUT_OF_MEMORY)


def running(
    progress: Rollout | None,
    found: Trouble | None,
    kafka: str | None = None,
    missing: Sequence[Object] = (),
) -> Conditions:
    """Whether the engine runs, and what keeps it from that.

    Args:
        progress: of its Deployment.
        found: of its Pod.
        kafka: why it cannot read Kafka, in its own words.
        missing: nodes of the spec whose resource does not exist.
    """
    if progress is None or not progress.begun:
        return reconciling(Reason.ENGINE_STARTING, "The analysis starts.")
    ends = found is not None and found.state.reason in _KEEPS_ENDING
    if progress.done and not ends:
        return _watching(missing)
    if kafka and (found is None or found.state.state == "Running"):
        said = f"The analysis runs and reads nothing: {kafka.rstrip('.')}."
        settle = stalled if progress.stuck else reconciling
        return settle(Reason.KAFKA_UNAVAILABLE, said)
    if progress.refused:
        refusal = read_refusal(progress.refused)
        said = f"The analysis does not run: its Pod cannot be created: {refusal.message}."
        settle = stalled if refusal.permanent or progress.stuck else reconciling
        return settle(refusal.reason, said)
    if found is None:
        said = f"The analysis starts: {progress.message}; its Pod is not made yet."
        settle = stalled if progress.stuck else reconciling
        return settle(Reason.ROLLOUT_STUCK if progress.stuck else Reason.ENGINE_STARTING, said)
    state = found.state
    if state.state == "Failed" or state.exit_code is not None:
        return stalled(Reason.ENGINE_FAILED, f"The analysis does not run: {_failure(state)}.")
    said = f"The analysis does not run: {found.sentence}."
    if state.permanent or progress.stuck:
        return stalled(_reason(state, Reason.ROLLOUT_STUCK), said)
    return reconciling(_reason(state, Reason.ENGINE_STARTING), said)


def _watching(missing: Sequence[Object]) -> Conditions:
    """A node's resource may come later, and the others are watched meanwhile."""
    if not missing:
        return ready(Reason.WATCHING, "The analysis runs.")
    names = "; ".join(
        f"nodes[{node['name']}].ref: {node['ref']['kind']} {node['ref']['name']} does not exist"
        for node in missing
    )
    return ready(
        Reason.NODE_NOT_FOUND,
        f"The analysis runs. {names}: correct the name, or create it; until then nobody is told of "
        "that part's health.",
    )


def _reason(state: PodState, otherwise: Reason) -> AnyReason:
    return state.reason if state.reason is not None else otherwise


def _failure(why: PodState) -> str:
    """Without a full stop: the engine's own last words where it left some."""
    if why.reason == OutcomeReason.OUT_OF_MEMORY:
        return "it used more memory than its limit"
    return (why.last_line or f"its container {why.message}").rstrip(".")
