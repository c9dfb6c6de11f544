"""Waiting for a part of the cluster."""

from __future__ import annotations

from pathlib import Path

import pytest

from devtools.errors import ToolError
from localcluster import wait


def test_waiting_ends_when_there_is_no_complaint_left() -> None:
    complaints = iter(["not yet", "almost", ""])

    wait.until("it", lambda: next(complaints), timeout=5)


def test_waiting_in_vain_shows_the_reason_and_the_end_of_the_log(tmp_path: Path) -> None:
    log = tmp_path / "etcd.log"
    log.write_text("\n".join(f"line {number}" for number in range(100)), encoding="utf-8")

    with pytest.raises(ToolError) as caught:
        wait.until("etcd", lambda: "no socket", timeout=0, logs=(log, tmp_path / "absent.log"))

    said = str(caught.value)
    assert "etcd not ready after 0 s: no socket" in said
    assert "line 99" in said
    assert "line 1\n" not in said
    assert str(log) in caught.value.where


def test_what_can_never_come_is_not_waited_for() -> None:
    def check() -> str:
        raise wait.PermanentError("it has ended")

    with pytest.raises(ToolError, match="etcd cannot get ready: it has ended"):
        wait.until("etcd", check, timeout=60)
