"""Property tests: no deadline on a busy machine, and the same examples each time in CI."""

import os

from hypothesis import settings

settings.register_profile("swirl", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("swirl")
