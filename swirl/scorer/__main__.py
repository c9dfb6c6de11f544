"""`python3 -m swirl.scorer`: load, prove, serve.

Exit codes: 0 asked to stop; 1 cannot listen; 2 the model or the settings cannot be used; 3 golden
rows differ.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import NoReturn

from swirl.metrics import Emitter
from swirl.scorer import golden
from swirl.scorer.app import create_app
from swirl.scorer.errors import StartError
from swirl.scorer.model import ServedModel, compile_model, open_verified
from swirl.scorer.reporter import Reporter
from swirl.scorer.server import make_server
from swirl.scorer.service import Service
from swirl.scorer.settings import Settings, termination_log
from swirl.store import StoreError
from swirl.wire.kafka import KafkaSettings

logger = logging.getLogger("swirl.scorer")

_TERMINATION_BYTES = 4096


def main(env: Mapping[str, str]) -> int:
    """Serves until SIGTERM; returns the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        settings = Settings.from_env(env)
        service = Service(load(settings))
    except StartError as error:
        logger.error("%s", error)
        _last_words(termination_log(env), str(error))
        return error.exit_code
    server = make_server(
        create_app(service, _reporter(settings, service)),
        service,
        port=settings.port,
        drain_seconds=settings.drain_seconds,
    )
    try:
        server.run()
    except SystemExit as error:
        # uvicorn leaves with 3 when it cannot listen, which here would accuse the model.
        message = f"cannot serve on port {settings.port}; the log says why"
        logger.error("%s (uvicorn: %s)", message, error.code)
        _last_words(settings.termination_log, message)
        return 1
    logger.info("stopped after %d requests", service.stats.total)
    return 0


def load(settings: Settings) -> ServedModel:
    """Opens, compiles and proves the model. Raises StartError."""
    started = time.perf_counter()
    opened = open_verified(settings.uri, settings.digest)
    version = settings.version or opened.digest.removeprefix("sha256:")[:12]
    model = compile_model(opened, name=settings.name, version=version)
    try:
        rows = opened.golden()
    except (StoreError, OSError) as error:
        raise StartError(f"cannot read the golden rows of {settings.uri}: {error}") from error
    proven = golden.replay(model, rows)
    logger.info(
        "model %s version %s: %d golden rows agree, ready in %.2f s",
        model.name,
        model.version,
        proven,
        time.perf_counter() - started,
    )
    return model


def _reporter(settings: Settings, service: Service) -> Reporter | None:
    if settings.kafka is None:
        return None
    source = f"{settings.namespace}/ModelServer/{settings.name}"
    try:
        emitter = Emitter(
            KafkaSettings(bootstrap_servers=settings.kafka), settings.topic, source=source
        )
    except Exception:
        # Scoring without metrics beats no scoring.
        logger.exception("no metrics will be sent to Kafka at %s", settings.kafka)
        return None
    return Reporter(service.stats, emitter, model=settings.name, version=service.model.version)


def _last_words(path: str, message: str) -> None:
    try:
        Path(path).write_bytes(message.encode()[:_TERMINATION_BYTES])
    except OSError as error:
        logger.warning("cannot write %s: %s", path, error)


def _leave(sig: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)


if __name__ == "__main__":
    # As process 1 of a container there is no default action for the signal: without a handler a
    # SIGTERM during loading would be ignored.
    signal.signal(signal.SIGTERM, _leave)
    sys.exit(main(os.environ))
