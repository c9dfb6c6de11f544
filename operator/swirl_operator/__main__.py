"""`python3 -m swirl_operator`."""

from __future__ import annotations

import os
import sys

from swirl.wire.containers import OperatorEnvironment
from swirl.wire.environment import InvalidEnvironment
from swirl_operator.kinds import controllers
from swirl_operator.runtime.process import main
from swirl_operator.settings import installation, runtime_options


def run() -> int:
    """Run until told to stop; returns the exit code."""
    try:
        environment = OperatorEnvironment.read(os.environ)
    except InvalidEnvironment as error:
        print(f"swirl-operator: {error}", file=sys.stderr)
        return 2
    return main(controllers(installation(environment)), runtime_options(environment))


if __name__ == "__main__":
    sys.exit(run())
