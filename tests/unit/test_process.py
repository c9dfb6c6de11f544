from __future__ import annotations

import json
import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from swirl.process import JsonFormatter, configure_logging, leave_message, listen, on_stop
from swirl.wire.environment import InvalidEnvironment
from tests.support.logs import logs_restored


@pytest.fixture(autouse=True)
def logs() -> Iterator[None]:
    with logs_restored():
        yield
    logging.getLogger("chatty").setLevel(logging.NOTSET)


@pytest.fixture
def signals_restored() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_text_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging({})
    logging.getLogger("a.b").info("%d rows", 3)
    logging.getLogger("a.b").debug("unseen")
    assert capsys.readouterr().err.endswith(" INFO a.b: 3 rows\n")


def test_a_line_of_json_for_collectors(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging({"SWIRL_LOG_FORMAT": "json", "SWIRL_LOG_LEVEL": "debug"})
    try:
        raise ValueError("no\nrows")
    except ValueError:
        logging.getLogger("a.b").debug("ü", exc_info=True)
    (line,) = capsys.readouterr().err.splitlines()
    body = json.loads(line)
    assert (body["level"], body["logger"], body["message"]) == ("DEBUG", "a.b", "ü")
    assert body["error"].endswith("ValueError: no\nrows")
    assert datetime.fromisoformat(body["time"]).tzinfo == UTC


def test_a_stack_is_kept() -> None:
    record = logging.LogRecord("a", logging.INFO, "f.py", 1, "x", (), None, sinfo="Stack:\n here")
    assert json.loads(JsonFormatter().format(record))["stack"] == "Stack:\n here"


def test_libraries_that_say_too_much_are_kept_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging({}, quiet={"chatty": logging.ERROR})
    logging.getLogger("chatty").warning("again")
    assert capsys.readouterr().err == ""


def test_no_line_appears_twice(capsys: pytest.CaptureFixture[str]) -> None:
    logging.getLogger().addHandler(logging.StreamHandler(sys.stderr))
    configure_logging({})
    logging.getLogger("a").info("once")
    assert capsys.readouterr().err.count("once") == 1


def test_wrong_settings_are_named_and_can_be_logged(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(InvalidEnvironment) as raised:
        configure_logging({"SWIRL_LOG_FORMAT": "xml", "SWIRL_LOG_LEVEL": "loud"})
    assert str(raised.value) == (
        "SWIRL_LOG_FORMAT must be one of text, json, not 'xml'; "
        "SWIRL_LOG_LEVEL must be one of DEBUG, INFO, WARNING, ERROR, CRITICAL, not 'LOUD'"
    )
    logging.getLogger("a").error("%s", raised.value)
    assert "SWIRL_LOG_FORMAT must be" in capsys.readouterr().err


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.usefixtures("signals_restored")
def test_asked_to_stop(number: signal.Signals) -> None:
    asked: list[bool] = []
    on_stop(lambda: asked.append(True))
    os.kill(os.getpid(), number)
    assert asked == [True]


def test_the_message_is_left_where_the_environment_says(tmp_path: Path) -> None:
    path = tmp_path / "message"
    environ = {"SWIRL_TERMINATION_LOG": str(path)}
    leave_message("no model: ü\ud800", environ)
    assert path.read_text() == "no model: ü?"
    leave_message(b"{}", environ)
    assert path.read_bytes() == b"{}"


def test_the_message_fits_and_no_character_is_cut_in_two(tmp_path: Path) -> None:
    path = tmp_path / "message"
    leave_message("x" + "ü" * 4096, {"SWIRL_TERMINATION_LOG": str(path)})
    assert path.read_text() == "x" + "ü" * 2047


def test_nothing_is_left_where_nobody_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "dev" / "termination-log"
    monkeypatch.setattr("swirl.process.TERMINATION_LOG", str(path))
    leave_message("x", {})
    assert not path.parent.exists()
    path.parent.mkdir()
    path.touch()
    leave_message("x", {})
    assert path.read_text() == "x"


def test_a_message_that_cannot_be_written_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    leave_message("x", {"SWIRL_TERMINATION_LOG": str(tmp_path)})
    assert f"cannot be written to {tmp_path}" in caplog.text


def test_needs_the_standard_library_alone() -> None:
    code = (
        "import sys; import swirl.process; "
        "print(sorted({name.split('.')[0] for name in sys.modules} - sys.stdlib_module_names "
        "- {'__main__'}))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, '.'); {code}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "['swirl']"


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_a_process_is_reached_by_both_families(family: socket.AddressFamily) -> None:
    host = {socket.AF_INET: "127.0.0.1", socket.AF_INET6: "::1"}[family]
    if family == socket.AF_INET6 and not Path("/proc/net/if_inet6").exists():
        pytest.skip("this machine has no IPv6")
    with (
        listen(0) as server,
        socket.create_connection((host, server.getsockname()[1]), 5) as client,
    ):
        accepted, _ = server.accept()
        with accepted:
            client.sendall(b"hello")
            assert accepted.recv(5) == b"hello"


def test_without_ipv6_there_is_ipv4(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "has_dualstack_ipv6", lambda: False)
    with listen(0) as server:
        assert server.family == socket.AF_INET
        socket.create_connection(("127.0.0.1", server.getsockname()[1]), 5).close()


def test_a_port_that_is_taken_is_said() -> None:
    with listen(0) as server, pytest.raises(OSError, match="in use"):
        listen(server.getsockname()[1])
