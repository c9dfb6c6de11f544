"""What tests of analytics functions need; no cluster is among it.

A test looks like this::

    from swirl.testing import local_context, run

    def test_train(tmp_path):
        ctx = local_context({"max_iter": 3}, folder=tmp_path)
        outcome = run(train, ctx)
        assert outcome.outcome == "Succeeded"
        assert ctx.metrics["accuracy"] > 0.7

`run` does what a driver does. A function can also be called as it is, `train(ctx, max_iter=3)`, and
then raises what it raises.
"""

from __future__ import annotations

from swirl.testing.context import LocalContext, local_context
from swirl.testing.run import run

__all__ = ["LocalContext", "local_context", "run"]
