"""Turns any error of an attempt into a reason and one sentence that names the cause.

The JVM's errors arrive as text: `throwable` reads it, `cause` picks out what it began with, and
`advice` knows what to do. `worker` reads the tracebacks of Python code that Spark ran, `jvm_end`
the last lines of a JVM that is gone; `secrets` takes out what is not for everybody.
"""

from __future__ import annotations

from swirl.job.failure.explain import explain
from swirl.job.failure.failure import Failure
from swirl.job.failure.python import describe, text_of
from swirl.job.failure.secrets import without_secrets

__all__ = ["Failure", "describe", "explain", "text_of", "without_secrets"]
