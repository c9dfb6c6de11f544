from __future__ import annotations

import os
import signal
import time
from dataclasses import replace
from pathlib import Path

import pytest

from devtools.errors import ToolError
from localcluster.processes import (
    Identity,
    Processes,
    Program,
    Record,
    alive,
    identify,
    parse_stat,
    signal_if_same,
)

SLEEP = Program("sleeper", ("sleep", "60"))


@pytest.fixture
def processes(tmp_path: Path) -> Processes:
    return Processes(tmp_path / "records", tmp_path / "logs")


def test_a_record_survives_being_written_and_read() -> None:
    record = Record("etcd", Identity(pid=7, started=99, boot="b"), "f")

    assert Record.from_json(record.to_json()) == record


@pytest.mark.parametrize("text", ["", "{}", "7", '{"name": "etcd", "identity": {"pid": "x"}}'])
def test_a_file_that_is_no_record_is_refused(text: str) -> None:
    with pytest.raises(ToolError, match="not a process record"):
        Record.from_json(text)


def test_the_name_of_a_process_cannot_confuse_the_reading_of_its_start_time() -> None:
    numbers = " ".join(str(number) for number in range(4, 30))

    assert parse_stat(f"12 (a) Z 1) S {numbers}") == ("S", 22)


def test_a_process_with_the_same_id_and_another_start_is_not_the_same() -> None:
    me = identify(os.getpid())
    assert me is not None

    assert alive(me)
    assert not alive(replace(me, started=me.started - 1))
    assert not alive(replace(me, boot="an earlier one"))


def test_a_signal_never_reaches_a_process_that_took_over_the_id(processes: Processes) -> None:
    record = processes.start(SLEEP)
    stale = replace(record.identity, started=record.identity.started - 1)

    signal_if_same(stale, signal.SIGKILL)
    time.sleep(0.1)

    assert alive(record.identity)
    processes.stop("sleeper")
    assert not alive(record.identity)


def test_a_record_of_a_reused_id_is_forgotten_and_its_process_left_alone(
    processes: Processes, tmp_path: Path
) -> None:
    me = identify(os.getpid())
    assert me is not None
    stale = Record("etcd", replace(me, started=me.started - 1), "f")
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "etcd.json").write_text(stale.to_json(), encoding="utf-8")

    assert processes.find("etcd") is None
    processes.stop("etcd")

    assert processes.names() == []


def test_a_current_program_is_not_started_again(processes: Processes) -> None:
    assert processes.ensure(SLEEP)
    first = processes.find("sleeper")

    assert not processes.ensure(SLEEP)
    assert processes.find("sleeper") == first

    assert processes.ensure(replace(SLEEP, argv=("sleep", "61")))
    second = processes.find("sleeper")
    assert first is not None
    assert second is not None
    assert not alive(first.identity)
    processes.stop("sleeper")


def test_a_changed_file_means_a_changed_program(tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text("a", encoding="utf-8")
    program = replace(SLEEP, reads=(config,))
    before = program.fingerprint()

    config.write_text("b", encoding="utf-8")

    assert program.fingerprint() != before


def test_what_a_program_says_is_in_its_log(processes: Processes) -> None:
    processes.start(Program("talker", ("sh", "-c", "echo out; echo err >&2; exec sleep 60")))

    deadline = time.monotonic() + 5
    while "err" not in processes.log("talker").read_text(encoding="utf-8"):
        assert time.monotonic() < deadline
        time.sleep(0.02)

    assert "out\nerr\n" in processes.log("talker").read_text(encoding="utf-8")
    processes.stop("talker")


def test_one_that_ignores_the_request_is_made_to_end(processes: Processes) -> None:
    record = processes.start(Program("deaf", ("sh", "-c", "trap '' TERM; sleep 60 & wait; wait")))
    time.sleep(0.2)

    processes.stop("deaf", grace=0.2)

    assert not alive(record.identity)
