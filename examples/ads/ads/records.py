"""How the feed writes a tweet: two versions of its format, and what goes wrong on the way."""

from __future__ import annotations

import json
import random
from typing import Any, Literal

from ads.tweets import Tweet

Format = Literal["v1", "v2"]

PREVIEW_LENGTH = 10
# Share of v2 records on which the sender still fills in the old field.
COMPATIBLE_SHARE = 0.05


def known_format(name: str) -> Format:
    """`name` if it is that of a format."""
    formats: dict[str, Format] = {"v1": "v1", "v2": "v2"}
    if name not in formats:
        raise ValueError(f"the feed has the formats v1 and v2, not {name!r}")
    return formats[name]


def encode(
    tweet: Tweet, number: int, created_at: int, version: Format, chance: random.Random
) -> bytes:
    """The record of one tweet.

    v1 carries the body in `text`. v2 moved it to `full_text`; a few records still have `text`, but
    only as a preview cut off after ten characters. `label` is what people said of the tweet: it
    is there for the simulated readers at the end, no other part looks at it.
    """
    record: dict[str, Any] = {
        "id": str(number),
        "user": f"reader{number % 997}",
        "created_at": created_at,
        "label": tweet.label,
    }
    if version == "v1":
        record["text"] = tweet.raw
    else:
        record["full_text"] = tweet.raw
        if chance.random() < COMPATIBLE_SHARE:
            record["text"] = tweet.raw[:PREVIEW_LENGTH].rstrip() + "…"
    return json.dumps(record, ensure_ascii=False).encode()


def damage(record: bytes, chance: random.Random) -> bytes:
    """The record as it arrives after one of the accidents that feeds have."""
    accident = chance.choice(("cut off", "no id", "no body", "not JSON"))
    if accident == "cut off":
        return record[: len(record) // 2]
    if accident == "not JSON":
        return b"<html><body>503 Service Unavailable</body></html>"
    fields = json.loads(record)
    for name in ("id",) if accident == "no id" else ("text", "full_text"):
        fields.pop(name, None)
    return json.dumps(fields, ensure_ascii=False).encode()
