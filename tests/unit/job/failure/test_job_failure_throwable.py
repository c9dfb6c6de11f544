from __future__ import annotations

import pytest

from swirl.job.failure.throwable import Throwable, read_trace
from tests.unit.job.failure import printed


def test_a_chain_is_read_outermost_first() -> None:
    trace = read_trace(printed.CORRUPT_FILE)
    assert trace is not None
    assert [link.kind for link in trace.chain] == [
        "org.apache.spark.SparkException",
        "java.lang.RuntimeException",
    ]
    assert trace.chain[1].message == "corrupted file: the footer index is not within the file: 64"
    assert (trace.executor, trace.starting) == (None, False)


def test_of_a_failed_task_its_own_error_is_read_and_only_once() -> None:
    trace = read_trace(printed.NO_RIGHTS_TO_WRITE)
    assert trace is not None
    message = "Mkdirs failed to create file:/proc/x-no/_temporary"
    assert trace.chain == (Throwable("java.io.IOException", message),)
    assert (trace.executor, trace.failures) == ("2", 4)


def test_a_task_may_fail_without_an_exception() -> None:
    trace = read_trace(printed.EXECUTOR_LOST)
    assert trace is not None
    (link,) = trace.chain
    assert link.kind == ""
    assert link.message.startswith("ExecutorLostFailure (executor 4 ")
    assert "OOMKilled" in link.message


def test_the_start_of_spark_is_noticed() -> None:
    trace = read_trace(printed.FORBIDDEN)
    assert trace is not None
    assert trace.starting
    assert trace.chain[1] == Throwable("java.lang.reflect.InvocationTargetException", "")


def test_messages_keep_their_lines_and_suppressed_exceptions_are_left_out() -> None:
    trace = read_trace(
        "java.lang.IllegalStateException: one\ntwo\n\tat a.B.c(B.java:1)\n"
        "\tSuppressed: java.io.IOException: not this\n\t\tat a.B.d(B.java:2)\n"
        "Caused by: a.Deep$Error\n\tat a.B.e(B.java:3)\n"
    )
    assert trace is not None
    assert trace.chain == (
        Throwable("java.lang.IllegalStateException", "one\ntwo"),
        Throwable("a.Deep$Error", ""),
    )


@pytest.mark.parametrize("text", ["", "no class here", "An error occurred while calling o1.x."])
def test_other_text_is_no_trace(text: str) -> None:
    assert read_trace(text) is None
