from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from swirl.job import renewal
from swirl.job.renewal import RENEWED, Renewal
from swirl.wire.reasons import Kind, OutcomeReason


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renewal, "_LOOK_SECONDS", 0.01)


class Files:
    """Changes after some looks, which it counts."""

    def __init__(self, *contents: str | OSError) -> None:
        self._contents: Iterator[str | OSError] = iter(contents)
        self._last = ""
        self.done = threading.Event()

    def __call__(self) -> str:
        found = next(self._contents, None)
        if found is None:
            self.done.set()
            return self._last
        if isinstance(found, OSError):
            raise found
        self._last = found
        return found


def watch(files: Files, *, needed: bool = True) -> tuple[Renewal, threading.Event]:
    renewed = threading.Event()
    made = Renewal(files, lambda: needed, renewed.set)
    made.start()
    return made, renewed


def test_what_was_replaced_is_noticed_once_it_can_be_read() -> None:
    made, renewed = watch(Files("a", "a", OSError("gone for a moment"), "b"))
    assert renewed.wait(10)
    assert made.replaced


@pytest.mark.parametrize(("contents", "needed"), [(("a", "a", "a"), True), (("a", "b"), False)])
def test_what_is_as_it_was_or_not_sparks_changes_nothing(
    contents: tuple[str, ...], needed: bool
) -> None:
    files = Files(*contents)
    made, renewed = watch(files, needed=needed)
    assert files.done.wait(10)
    made.close()
    assert not renewed.is_set()
    assert not made.replaced


def test_such_an_end_is_never_counted() -> None:
    outcome, _ = RENEWED
    assert outcome.reason == OutcomeReason.PLATFORM_ERROR
    assert OutcomeReason.PLATFORM_ERROR.kind is Kind.LOSS
