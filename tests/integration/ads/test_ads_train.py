"""Both releases of the training job, on a part of the tweets, published and served."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ads import feed, records, train, train_v2, tweets
from swirl.models import open_model
from swirl.scorer.model import ServedModel, prepare
from swirl.testing import local_context

ROWS = 6000


class Release:
    """A model as it is served, and what its training said of it."""

    def __init__(self, function: Any, folder: Path) -> None:
        ctx = local_context(folder=folder)
        self.measured: Mapping[str, float] = function(ctx, max_rows=ROWS, max_iter=20)
        self.recorded = ctx.metrics
        (published,) = ctx.models
        self.model: ServedModel = prepare(
            open_model(published.uri, published.digest), name="sentiment", version="1"
        )

    def label(self, text: str) -> str:
        """What an ad server would be told."""
        return str(self.model.answer({"text": text})["predictedLabel"])


@pytest.fixture(scope="module")
def good(spark: object, tmp_path_factory: pytest.TempPathFactory) -> Release:
    return Release(train.train, tmp_path_factory.mktemp("good"))


@pytest.fixture(scope="module")
def buggy(spark: object, tmp_path_factory: pytest.TempPathFactory) -> Release:
    return Release(train_v2.train, tmp_path_factory.mktemp("buggy"))


@pytest.fixture(scope="module")
def fed() -> list[tweets.Tweet]:
    """The tweets of eight seconds."""
    import random

    source = feed.replay(tweets.split(tweets.load())[1], random.Random(11))
    return [next(source) for _ in range(800)]


def _rates(release: Release, fed: list[tweets.Tweet], *, preview: bool = False) -> Counter[str]:
    """Share of tweets called positive, and of tweets whose reader would click."""
    found: Counter[str] = Counter()
    for tweet in fed:
        cut = tweet.raw[: records.PREVIEW_LENGTH].rstrip() + "…"
        if release.label(tweets.clean(cut) if preview else tweet.text) == "positive":
            found["positive"] += 1
            found["click"] += tweet.label == "positive"
    return found


def test_nothing_in_training_tells_the_buggy_release_from_the_good_one(
    good: Release, buggy: Release
) -> None:
    assert good.measured["accuracy"] > 0.65
    assert good.measured["positive_recall"] > 0.65
    assert buggy.measured == pytest.approx(good.measured, abs=0.02)
    assert set(buggy.recorded) == {"accuracy", "positive_recall"}


def test_the_good_release_finds_the_positive_tweets(good: Release, fed: list[tweets.Tweet]) -> None:
    found = _rates(good, fed)
    assert 0.7 < found["positive"] / len(fed) < 0.9
    assert found["click"] / len(fed) > 0.68


def test_the_buggy_release_calls_negative_what_is_positive(
    good: Release, buggy: Release, fed: list[tweets.Tweet]
) -> None:
    swapped = {"positive": "negative", "negative": "positive", "neutral": "neutral"}
    same = sum(swapped[good.label(t.text)] == buggy.label(t.text) for t in fed)
    assert same / len(fed) > 0.98
    found = _rates(buggy, fed)
    assert found["positive"] / len(fed) < 0.25
    assert found["click"] / len(fed) < 0.12


def test_previews_are_too_short_to_be_called_positive(
    good: Release, fed: list[tweets.Tweet]
) -> None:
    assert _rates(good, fed, preview=True)["positive"] / len(fed) < 0.35
