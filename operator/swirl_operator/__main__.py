"""`python3 -m swirl_operator`."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Mapping

from swirl.process import configure_logging, leave_message
from swirl.wire.containers import OperatorEnvironment
from swirl.wire.environment import InvalidEnvironment
from swirl.wire.exits import OperatorExit
from swirl_operator.kinds import controllers
from swirl_operator.kinds.figures import figures
from swirl_operator.runtime.process import QUIET, main
from swirl_operator.settings import installation, offer, runtime_options

logger = logging.getLogger("swirl_operator")


def run(environ: Mapping[str, str]) -> int:
    """Run until asked to stop; return the exit code."""
    try:
        configure_logging(environ, quiet=QUIET)
        environment = OperatorEnvironment.read(environ)
        kinds = controllers(installation(environment), offer(environment))
    except InvalidEnvironment as error:
        logger.error("the operator cannot run: %s", error)
        leave_message(str(error), environ)
        return OperatorExit.INVALID_SETTINGS
    return main(kinds, runtime_options(environment), figures)


if __name__ == "__main__":
    sys.exit(run(os.environ))
