"""The closed list of reasons."""

from __future__ import annotations

import re

import pytest

from swirl.wire.reasons import OutcomeReason, ReasonEnum
from swirl_operator.reference import PATH, document
from swirl_operator.status.reasons import Reason, known

ALL = [*OutcomeReason, *Reason]


@pytest.mark.parametrize("reason", ALL)
def test_each_is_one_word_with_one_sentence(reason: OutcomeReason | ReasonEnum) -> None:
    assert re.fullmatch(r"[A-Za-z][A-Za-z0-9]{0,127}", reason)
    assert reason.meaning[0].isupper()
    assert reason.meaning.endswith(".")
    assert known(str(reason)) is reason


def test_no_word_has_two_meanings() -> None:
    assert len({str(reason) for reason in ALL}) == len(ALL)


@pytest.mark.parametrize("word", ["", "Odd", None, 7])
def test_other_words_are_not_known(word: object) -> None:
    assert known(word) is None


def test_all_of_them_are_documented() -> None:
    assert PATH.read_text() == document()
    assert all(f"| `{reason}` | {reason.meaning} |" in document() for reason in ALL)
