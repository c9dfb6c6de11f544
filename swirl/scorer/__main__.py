"""`python3 -m swirl.scorer`: load, prove, serve. Exit codes are those of `ScorerExit`."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Mapping
from typing import NoReturn

from swirl.metrics import Emitter
from swirl.process import configure_logging, leave_message, on_stop
from swirl.scorer import golden
from swirl.scorer.app import create_app
from swirl.scorer.errors import StartError
from swirl.scorer.model import ServedModel, open_verified, prepare
from swirl.scorer.reporter import Reporter
from swirl.scorer.server import make_server
from swirl.scorer.service import Service
from swirl.store import StoreError
from swirl.wire.containers import ScorerEnvironment
from swirl.wire.environment import InvalidEnvironment
from swirl.wire.exits import ScorerExit

logger = logging.getLogger("swirl.scorer")


def main(environ: Mapping[str, str]) -> ScorerExit:
    """Serve until SIGTERM; returns the exit code."""
    try:
        configure_logging(environ)
        environment = ScorerEnvironment.read(environ)
        service = Service(load(environment))
    except InvalidEnvironment as error:
        return _fail(str(error), environ, ScorerExit.CANNOT_LOAD)
    except StartError as error:
        return _fail(str(error), environ, error.exit_code)
    server = make_server(
        create_app(service, _reporter(environment, service)),
        service,
        port=environment.port,
        drain_seconds=environment.drain_seconds,
    )
    try:
        server.run()
    except SystemExit as error:
        if error.code == ScorerExit.STOPPED:
            # Asked to end before uvicorn has taken over the signals.
            return ScorerExit.STOPPED
        # uvicorn leaves with 3 when it cannot listen, which here would accuse the model.
        logger.info("uvicorn has left with %s", error.code)
        message = f"cannot serve on port {environment.port}; the log says why"
        return _fail(message, environ, ScorerExit.CANNOT_LISTEN)
    logger.info("stopped after %d requests", service.stats.total)
    return ScorerExit.STOPPED


def load(environment: ScorerEnvironment) -> ServedModel:
    """Open, compile and prove the model.

    Raises:
        StartError: it must not be served.
    """
    started = time.perf_counter()
    opened = open_verified(environment.model_uri, environment.model_digest)
    version = environment.model_version or opened.digest.removeprefix("sha256:")[:12]
    model = prepare(opened, name=environment.model_name, version=version)
    try:
        rows = opened.golden()
    except (StoreError, OSError) as error:
        raise StartError(
            f"cannot read the golden rows of {environment.model_uri}: {error}"
        ) from error
    proven = golden.replay(model, rows)
    logger.info(
        "model %s version %s: %d golden rows agree, ready in %.2f s",
        model.name,
        model.version,
        proven,
        time.perf_counter() - started,
    )
    return model


def _reporter(environment: ScorerEnvironment, service: Service) -> Reporter | None:
    if environment.kafka is None:
        return None
    source = f"{environment.pod_namespace}/ModelServer/{environment.model_name}"
    try:
        emitter = Emitter(environment.kafka, environment.metrics_topic, source=source)
    except Exception:
        # Scoring without metrics beats no scoring.
        servers = environment.kafka.bootstrap_servers
        logger.exception("no metrics will be sent to Kafka at %s", servers)
        return None
    return Reporter(
        service.stats, emitter, model=environment.model_name, version=service.model.version
    )


def _fail(message: str, environ: Mapping[str, str], code: ScorerExit) -> ScorerExit:
    logger.error("%s", message)
    leave_message(message, environ)
    return code


def _leave() -> NoReturn:
    raise SystemExit(ScorerExit.STOPPED)


if __name__ == "__main__":
    # Loading takes seconds, and a scorer that is asked to end then has nothing to finish.
    on_stop(_leave)
    sys.exit(main(os.environ))
