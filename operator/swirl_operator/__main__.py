"""`python3 -m swirl_operator`."""

from __future__ import annotations

import os
import sys

from swirl_operator.kinds import controllers
from swirl_operator.runtime.process import main
from swirl_operator.settings import SettingsError, from_environment


def run() -> int:
    try:
        settings = from_environment(os.environ)
    except SettingsError as error:
        print(f"swirl-operator: {error}", file=sys.stderr)
        return 2
    return main(controllers(settings), settings.runtime())


if __name__ == "__main__":
    sys.exit(run())
