"""Kafka being away delays the news of a change, and never the change."""

from __future__ import annotations

from swirl.kube.resources import DEPLOYMENTS
from swirl_operator.kinds.analyticsjob.version import spec_hash
from swirl_operator.kinds.resources import ANALYTICSJOBS, MODELSERVERS
from swirl_operator.kinds.runs import run_name
from tests.unit.operator.kinds.campaign import INGEST, SERVER, TRAIN, Campaign
from tests.unit.operator.kinds.kubelet import by_attempt

SCRIPT = by_attempt({}, {TRAIN: "ok", INGEST: "forever"})
LONG = 300


def served(campaign: Campaign) -> str:
    return str(campaign.world.get(MODELSERVERS, SERVER)["status"].get("version"))


def present(campaign: Campaign) -> str:
    return run_name(TRAIN, spec_hash(campaign.world.get(ANALYTICSJOBS, TRAIN)["spec"]))


def test_everything_is_made_rolled_out_and_repaired_without_kafka() -> None:
    campaign = Campaign(SCRIPT)
    campaign.topic.away = True
    campaign.submit_job(TRAIN, "Batch")
    campaign.submit_job(INGEST, "Streaming")
    campaign.submit_server()
    campaign.work(LONG)
    assert served(campaign) == present(campaign)
    for v in (2, 1):
        campaign.use_version(TRAIN, v)
        campaign.work(LONG)
        assert served(campaign) == present(campaign)
    campaign.world.remove(DEPLOYMENTS, SERVER)
    campaign.work(LONG)
    assert campaign.world.find(DEPLOYMENTS, SERVER) is not None
    assert campaign.topic.records == []
    campaign.settle()
    campaign.check()
