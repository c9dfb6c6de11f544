"""The feed's two formats, and the accidents."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from ads import records
from ads.tweets import Tweet

TWEET = Tweet("I love & live it", "I love &amp; live it", "positive", 1.0)


def _decoded(version: records.Format, count: int = 2000) -> list[dict[str, Any]]:
    chance = random.Random(7)
    return [
        json.loads(records.encode(TWEET, number, 1700, version, chance)) for number in range(count)
    ]


def test_v1_has_the_body_in_text() -> None:
    record = _decoded("v1", 1)[0]
    assert record == {
        "id": "0",
        "user": "reader0",
        "created_at": 1700,
        "label": "positive",
        "text": "I love &amp; live it",
    }


def test_v2_has_the_body_in_full_text_and_rarely_a_preview_in_text() -> None:
    found = _decoded("v2")
    assert {record["full_text"] for record in found} == {TWEET.raw}
    previews = [record["text"] for record in found if "text" in record]
    assert set(previews) == {"I love &am…"}
    assert len(previews) / len(found) == pytest.approx(records.COMPATIBLE_SHARE, abs=0.02)


def test_every_accident_spoils_the_record() -> None:
    chance = random.Random(7)
    whole = records.encode(TWEET, 1, 1700, "v1", chance)
    seen = set()
    for _ in range(100):
        damaged = records.damage(whole, chance)
        seen.add(damaged)
        try:
            fields = json.loads(damaged)
        except ValueError:
            continue
        assert not {"id", "text"} <= set(fields)
    assert len(seen) == 4


def test_unknown_format() -> None:
    with pytest.raises(ValueError, match="v1 and v2, not 'v3'"):
        records.known_format("v3")
