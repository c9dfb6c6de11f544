"""Somebody does something after any write of the operator, which dies any number of writes later.

Pairs of moments, all of them in `make soak`, for one job alone: where the campaign at random
(test_kinds_no_second_driver)
looks far, this looks closely.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from swirl.kube.resources import PODS
from swirl_operator.kinds.resources import ANALYTICSRUNS
from tests.support.soak import chosen
from tests.unit.operator.kinds.campaign import INGEST, TRAIN, Campaign
from tests.unit.operator.kinds.kubelet import by_attempt
from tests.unit.operator.kinds.world import is_live

SCRIPT = by_attempt(
    {(TRAIN, 1): ["error"], (INGEST, 1): ["error"]}, {TRAIN: "ok", INGEST: "forever"}
)
CRASHES = (0, 1, 2)
"""Writes between what happens and the crash; 0 is no crash."""

Deed = Callable[[Campaign, str], None]


def change(campaign: Campaign, job: str) -> None:
    campaign.use_version(job, 2)


def there_and_back(campaign: Campaign, job: str) -> None:
    campaign.use_version(job, 2)
    campaign.at[campaign.writes + 2] = lambda: campaign.use_version(job, 1)


def suspend_and_resume(campaign: Campaign, job: str) -> None:
    campaign.edit(job, lambda spec: spec.update(suspend=True))
    campaign.at[campaign.writes + 2] = lambda: campaign.edit(
        job, lambda spec: spec.update(suspend=False)
    )


def delete_runs(campaign: Campaign, job: str) -> None:
    for run in campaign.world.list(ANALYTICSRUNS):
        campaign.world.remove(ANALYTICSRUNS, run["metadata"]["name"])


def delete_recorded_pods(campaign: Campaign, job: str) -> None:
    known = {
        attempt.get("podUid")
        for run in campaign.world.list(ANALYTICSRUNS)
        for attempt in run["status"].get("attempts") or ()
    }
    for pod in campaign.world.list(PODS):
        if is_live(pod) and pod["metadata"]["uid"] in known:
            campaign.node.stop(pod["metadata"]["name"])


def cancel(campaign: Campaign, job: str) -> None:
    for run in campaign.world.list(ANALYTICSRUNS):
        campaign.cancel(run["metadata"]["name"])


def cancel_and_run_again(campaign: Campaign, job: str) -> None:
    cancel(campaign, job)
    campaign.at[campaign.writes + 2] = lambda: delete_runs(campaign, job)


def cancel_and_change(campaign: Campaign, job: str) -> None:
    cancel(campaign, job)
    campaign.at[campaign.writes + 2] = lambda: campaign.use_version(job, 2)


def lose_statuses(campaign: Campaign, job: str) -> None:
    for run in campaign.world.list(ANALYTICSRUNS):
        campaign.lose_status(run["metadata"]["name"])


def lose_statuses_and_cancel(campaign: Campaign, job: str) -> None:
    lose_statuses(campaign, job)
    cancel(campaign, job)


DEEDS: tuple[Deed, ...] = (
    change,
    there_and_back,
    suspend_and_resume,
    delete_runs,
    delete_recorded_pods,
    cancel,
    cancel_and_run_again,
    cancel_and_change,
    lose_statuses,
    lose_statuses_and_cancel,
)


def play(job: str, mode: str, deed: Deed | None, moment: int, crash: int) -> Campaign:
    """From the first apply to rest; `settle` and the world's own rules check all the way."""
    campaign = Campaign(SCRIPT)
    if deed is not None:
        campaign.at[moment] = lambda: deed(campaign, job)
    if crash:
        campaign.at[moment + crash] = campaign.die
    campaign.submit_job(job, mode)
    campaign.settle()
    for late in list(campaign.at):
        # Planned for a write that never came, as everything is at rest: it happens now.
        if late in campaign.at and campaign.at[late] != campaign.die:
            campaign.at.pop(late)()
            campaign.settle()
    campaign.check()
    return campaign


@pytest.mark.soak
@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.__name__)
@pytest.mark.parametrize(("job", "mode"), [(TRAIN, "Batch"), (INGEST, "Streaming")])
def test_at_any_moment(job: str, mode: str, deed: Deed) -> None:
    last = play(job, mode, None, 0, 0).writes
    pairs = [(moment, crash) for moment in range(1, last + 1) for crash in CRASHES]
    some = random.Random(deed.__name__).sample(pairs, len(pairs) // 3)
    for moment, crash in chosen(some, pairs):
        try:
            play(job, mode, deed, moment, crash)
        except AssertionError as error:
            error.add_note(f"{deed.__name__} after write {moment}, crash {crash} writes later")
            raise
