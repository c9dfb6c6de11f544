"""The corpus: what is read, and that training and feed never share a tweet."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ads import tweets


@pytest.fixture(scope="module")
def corpus() -> list[tweets.Tweet]:
    return tweets.load()


def test_the_corpus_is_read_whole(corpus: list[tweets.Tweet]) -> None:
    assert len(corpus) == 37233
    assert set(Counter(tweet.label for tweet in corpus)) == {"negative", "neutral", "positive"}
    assert all(tweet.text == tweets.clean(tweet.raw) for tweet in corpus)


def test_a_quarter_is_held_out_and_never_trained_on(corpus: list[tweets.Tweet]) -> None:
    train, held_out = tweets.split(corpus)
    assert not {tweet.text for tweet in train} & {tweet.text for tweet in held_out}
    assert len(train) + len(held_out) == len(corpus)
    assert len(held_out) / len(corpus) == pytest.approx(0.25, abs=0.01)


def test_the_split_of_a_text_is_fixed_for_ever() -> None:
    texts = [f"tweet {number}" for number in range(12)]
    held_out = [text for text in texts if tweets.is_held_out(text)]
    assert held_out == ["tweet 5", "tweet 7"]


def test_of_equal_texts_the_first_label_counts() -> None:
    rows = "sentiment,confidence,text\npositive,1,I  &lt;3 it\nneutral,0.5,I <3 it\nneutral,, \n"
    (tweet,) = tweets.parse(rows)
    assert (tweet.text, tweet.raw, tweet.label) == ("I <3 it", "I  &lt;3 it", "positive")


@pytest.mark.parametrize(("confidence", "agreed"), [(None, True), (1.0, True), (0.66, False)])
def test_agreement(confidence: float | None, agreed: bool) -> None:
    assert tweets.Tweet("a", "a", "neutral", confidence).agreed is agreed


@given(st.text())
def test_cleaning_leaves_single_spaces_only(text: str) -> None:
    cleaned = tweets.clean(text)
    assert cleaned == " ".join(cleaned.split())
