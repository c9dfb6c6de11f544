"""The straight stories, killed after each of their writes in turn: always the same end."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from swirl.kube.resources import PODS
from swirl_operator.kinds.resources import ANALYTICSRUNS, MODELSERVERS
from swirl_operator.runtime.interface import Object
from tests.unit.operator.kinds.campaign import INGEST, SERVER, TRAIN, Campaign
from tests.unit.operator.kinds.kubelet import by_attempt
from tests.unit.operator.kinds.world import is_live

SCRIPT = by_attempt(
    {(TRAIN, 1): ["oom", "ok"], (TRAIN, 2): ["error", "error", "ok"], (INGEST, 2): ["evicted"]},
    {TRAIN: "ok", INGEST: "forever"},
)


@dataclass
class Story:
    """What is left of it, without what depends on when things happened."""

    served: list[str] = field(default_factory=list)
    runs: dict[str, tuple[str, ...]] = field(default_factory=dict)
    changes: list[tuple[str, ...]] = field(default_factory=list)
    drivers: list[str] = field(default_factory=list)


def tell(job: str, crash_at: int | None) -> tuple[Story, Campaign]:
    """Train, publish, serve; or stream. Then a new version, and back to the old spec."""
    campaign = Campaign(SCRIPT)
    if crash_at is not None:
        campaign.at[crash_at] = campaign.die
    story = Story()
    campaign.submit_job(job, "Batch" if job == TRAIN else "Streaming")
    if job == TRAIN:
        campaign.submit_server()
    for v in (1, 2, 1):
        campaign.use_version(job, v)
        campaign.settle()
        campaign.check()
        for server in campaign.world.list(MODELSERVERS):
            story.served.append(server["status"]["modelURI"])
    for run in campaign.world.list(ANALYTICSRUNS):
        outcomes = tuple(attempt["outcome"] for attempt in run["status"]["attempts"])
        story.runs[run["metadata"]["name"]] = outcomes
    story.changes = sorted({_gist(record) for record in campaign.topic.records})
    story.drivers = sorted(pod["metadata"]["name"] for pod in campaign.world.created)
    return story, campaign


def _gist(record: Object) -> tuple[str, ...]:
    content = record["customData"]
    kind, what, phase = content["kind"], content["aspect"], content["phase"]
    return kind, what, phase, str(content["from"]), content["to"]["version"]


UNDISTURBED = {job: tell(job, None) for job in (TRAIN, INGEST)}
MOMENTS = [
    (job, write)
    for job, (_, campaign) in UNDISTURBED.items()
    for write in range(1, campaign.writes + 1)
]


def counted(story: Story) -> dict[tuple[str, ...], int]:
    """How many changes of each sort were announced."""
    sorts = [change[:3] for change in story.changes]
    return {sort: sorts.count(sort) for sort in sorts}


def test_the_batch_story_itself() -> None:
    """So that "the same as without a crash" means something."""
    story, campaign = UNDISTURBED[TRAIN]
    first, second, third = story.served
    assert first == third != second
    assert first.endswith("-2/sentiment")
    assert second.endswith("-3/sentiment")
    assert len(story.drivers) == 5, "the old spec's model is served without training it again"
    for phase in ("Started", "Finished"):
        assert counted(story)["ModelServer", "Model", phase] == 3
        assert counted(story)["AnalyticsJob", "Code", phase] == 1, "the first version"
        assert counted(story)["AnalyticsJob", "Configuration", phase] == 2
    assert campaign.world.get(MODELSERVERS, SERVER)["status"]["readyReplicas"] == 1


def test_the_streaming_story_itself() -> None:
    story, campaign = UNDISTURBED[INGEST]
    assert len(story.drivers) == 4, "one of the second version was evicted"
    assert len([pod for pod in campaign.world.list(PODS) if is_live(pod)]) == 1
    for phase in ("Started", "Finished"):
        assert counted(story)["AnalyticsJob", "Code", phase] == 1
        assert counted(story)["AnalyticsJob", "Configuration", phase] == 2


@pytest.mark.parametrize(("job", "write"), MOMENTS)
def test_killed_after_any_write(job: str, write: int) -> None:
    story, campaign = tell(job, write)
    assert campaign.crashes == 1
    assert story == UNDISTURBED[job][0]
