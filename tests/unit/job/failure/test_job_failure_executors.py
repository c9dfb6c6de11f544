from __future__ import annotations

import pytest

from swirl.job.failure.executors import death, death_in, deaths_in
from tests.unit.job.failure import printed


@pytest.mark.parametrize(
    ("words", "reason", "why", "remedy"),
    [
        (
            "The executor with id 4 exited with exit code 137(SIGKILL, possible container OOM).\n"
            "\t exit code: 137\n\t termination reason: OOMKilled",
            "OutOfMemory",
            "used more memory than its limit (OOMKilled, exit code 137)",
            "spark.executor.memoryOverhead",
        ),
        (
            "The executor with id 4 exited with exit code 137(SIGKILL, possible container OOM).",
            "OutOfMemory",
            "killed by SIGKILL (exit code 137), most likely for want of memory",
            "spark.executor.memoryOverhead",
        ),
        (
            "The executor with id 1 exited with exit code 52(JVM OOM).",
            "OutOfMemory",
            "its heap was full (exit code 52)",
            "raise spark.executor.memory",
        ),
        (
            "The executor with id 2 exited with exit code 137(SIGKILL, possible container OOM).\n"
            "The API gave the following brief reason: Evicted\n"
            "The API gave the following message: The node was low on resource: memory.\n",
            "ExecutorsLost",
            "Evicted: The node was low on resource: memory.",
            "",
        ),
        (
            "The executor with id 1 was deleted by a user or the framework.",
            "ExecutorsLost",
            "deleted by a user",
            "",
        ),
        (
            "The executor with id 1 exited with exit code 143(unexpected).",
            "ExecutorsLost",
            "exit code 143",
            "",
        ),
        ("Executor heartbeat timed out after 153456 ms", "ExecutorsLost", "heartbeat", ""),
        (
            "The executor with id 1 exited with exit code 139(SIGSEGV: that's unexpected).",
            "UserError",
            "ended with exit code 139, killed by SIGSEGV",
            "its log says why",
        ),
        (
            "The executor with id 1 exited with exit code 1(generic, look at logs to clarify).",
            "UserError",
            "ended with exit code 1",
            "its log says why",
        ),
        ("Command exited with code 52", "OutOfMemory", "heap was full", "spark.executor.memory"),
        ("", "ExecutorsLost", "Spark does not say why", ""),
    ],
)
def test_how_an_executor_ended(words: str, reason: str, why: str, remedy: str) -> None:
    ended = death("1", words)
    assert ended.reason == reason
    assert why in ended.why
    assert remedy in ended.remedy
    assert bool(remedy) == bool(ended.remedy)


def test_a_task_names_the_executor_it_was_lost_with() -> None:
    ended = death_in(printed.EXECUTOR_LOST)
    assert ended is not None
    assert (ended.executor, ended.reason) == ("4", "OutOfMemory")
    assert death_in("java.io.IOException: no executor was lost") is None


LOG = """26/11/28 10:00:09 ERROR TaskSchedulerImpl: Lost executor 1 on 10.0.0.7: \

The executor with id 1 exited with exit code 137(SIGKILL, possible container OOM).

\t termination reason: OOMKilled

26/11/28 10:00:20 WARN TaskSetManager: Lost task 0.1 in stage 0.0
26/11/28 10:00:21 ERROR TaskSchedulerImpl: Lost executor 2 on fd00:10:244::9: Executor heartbeat \
timed out after 130000 ms
26/11/28 10:00:21 ERROR TaskSchedulerImpl: Lost executor 2 on fd00:10:244::9: Executor heartbeat \
timed out after 130000 ms
"""


def test_sparks_log_names_each_that_was_lost_once() -> None:
    assert [(each.executor, each.reason) for each in deaths_in(LOG)] == [
        ("1", "OutOfMemory"),
        ("2", "ExecutorsLost"),
    ]
