"""One way to be a process in a container: its log, how it is asked to stop, its last sentence.

A program calls these once at its start. Everything is told by the environment:

* `SWIRL_LOG_FORMAT`: `text` for people, `json` (an object a line) for collectors of logs;
* `SWIRL_LOG_LEVEL`: `DEBUG`, `INFO`, `WARNING`, `ERROR` or `CRITICAL`;
* `SWIRL_TERMINATION_LOG`: the file that becomes the container's termination message.
"""

from __future__ import annotations

import json
import logging
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from swirl.wire.containers import TERMINATION_LOG, TERMINATION_LOG_VARIABLE
from swirl.wire.environment import Environment, InvalidEnvironment, one_of, variable
from swirl.wire.outcome import LIMIT_BYTES
from swirl.wire.times import rfc3339

logger = logging.getLogger(__name__)

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)
"""What asks a process to stop: the kubelet, and Ctrl-C."""

_format = one_of("text", "json")
_level = one_of("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
_TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSettings(Environment):
    """How a process writes its log."""

    format: Literal["text", "json"] = field(
        default="text",
        metadata=variable("SWIRL_LOG_FORMAT", read=lambda text: _format(text.lower())),
    )
    level: str = field(
        default="INFO",
        metadata=variable("SWIRL_LOG_LEVEL", read=lambda text: _level(text.upper())),
    )


class JsonFormatter(logging.Formatter):
    """A record as one line of JSON: `time`, `level`, `logger`, `message` and, if any, `error`."""

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC)
        body: dict[str, Any] = {
            "time": rfc3339(moment, "microseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            body["error"] = self.formatException(record.exc_info)
        if record.stack_info:
            body["stack"] = self.formatStack(record.stack_info)
        return json.dumps(body, ensure_ascii=False)


def configure_logging(
    environ: Mapping[str, str], *, quiet: Mapping[str, int] | None = None
) -> None:
    """Send the log to stderr in the form and from the level that the environment names.

    Args:
        environ: the process's.
        quiet: lowest level by the name of a library's logger, for libraries that say too much.

    Raises:
        InvalidEnvironment: a setting is wrong; the log is then text at INFO, so that the caller can
            say so.
    """
    try:
        settings, invalid = LogSettings.read(environ), None
    except InvalidEnvironment as error:
        settings, invalid = LogSettings(), error
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if settings.format == "json" else logging.Formatter(_TEXT))
    # Libraries that have set up a log of their own before must not make every line appear twice.
    logging.basicConfig(level=settings.level, handlers=[handler], force=True)
    for name, level in (quiet or {}).items():
        logging.getLogger(name).setLevel(level)
    if invalid is not None:
        raise invalid


def on_stop(call: Callable[[], object]) -> None:
    """Call `call` whenever the process is asked to stop; only from the main thread.

    Process 1 of a container has no default action for SIGTERM: without a handler it is ignored.
    """
    for number in STOP_SIGNALS:
        signal.signal(number, lambda *_: call())


def listen(port: int, *, backlog: int = 128) -> socket.socket:
    """Return a socket on every address of the container, of IPv4 and of IPv6 where there is any.

    The kubelet and Services reach a Pod by the family of its cluster, or by both.

    Raises:
        OSError: the port is taken.
    """
    if socket.has_dualstack_ipv6():
        return socket.create_server(
            ("", port), family=socket.AF_INET6, backlog=backlog, dualstack_ipv6=True
        )
    return socket.create_server(("", port), backlog=backlog)


def leave_message(message: str | bytes, environ: Mapping[str, str]) -> None:
    """Leave the container's termination message; what is longer than 4096 bytes is cut off.

    Where the environment names no file and the kubelet has mounted none, nobody would read it.
    A file that cannot be written is logged and no more: it must not change how the process ends.
    """
    given = environ.get(TERMINATION_LOG_VARIABLE)
    path = Path(given or TERMINATION_LOG)
    if not given and not path.exists():
        return
    data = message.encode(errors="replace") if isinstance(message, str) else message
    if len(data) > LIMIT_BYTES:
        # A character that is cut in two would make the whole text unreadable.
        data = data[:LIMIT_BYTES].decode(errors="ignore").encode()
    try:
        path.write_bytes(data)
    except OSError as error:
        logger.error("the termination message cannot be written to %s: %s", path, error)
