"""Entry point of a driver Pod: `python3 -m swirl.job`.

What a driver imports takes seconds on a busy node. Whoever asks it to end meanwhile is heard:
process 1 of a container ignores SIGTERM until it handles it, and others would end without a word.
"""

from __future__ import annotations

import os
from typing import NoReturn

from swirl.job.stopping import STOPPED
from swirl.process import leave_message, on_stop


def _leave() -> NoReturn:
    outcome, code = STOPPED
    leave_message(outcome.to_bytes(), os.environ)
    os._exit(code)


if __name__ == "__main__":
    on_stop(_leave)
    from swirl.job.driver import main

    main()
