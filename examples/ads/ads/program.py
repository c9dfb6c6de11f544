"""How the example's own services begin: with a log for people, and an end by SIGTERM."""

from __future__ import annotations

import logging
import signal
import threading


def log_to_stderr(*quiet: str) -> None:
    """Log from INFO on; of the libraries `quiet`, which tell of each request, only warnings."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    for name in quiet:
        logging.getLogger(name).setLevel(logging.WARNING)


def set_when_stopped() -> threading.Event:
    """An event that SIGTERM or SIGINT sets."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop
