from __future__ import annotations

import pytest

from swirl.job.failure import jvm_end
from tests.unit.job.failure.test_job_failure_executors import LOG


@pytest.mark.parametrize(
    ("code", "log", "out_of_memory", "reason", "said"),
    [
        (137, "", False, "DriverFailed", "was killed by signal 9 (SIGKILL)"),
        (137, "", True, "OutOfMemory", "(SIGKILL): the container ran out of memory; raise"),
        (139, 'Exception in thread "a" b.C: d', False, "DriverFailed", "signal 11 (SIGSEGV)"),
        (143, "", False, "DriverLost", "signal 15 (SIGTERM)"),
        (250, "", False, "DriverFailed", "killed by signal 122"),
        (3, "java.lang.OutOfMemoryError: Java heap space\n", False, "OutOfMemory", "heap space; "),
        (52, "", False, "OutOfMemory", "it ran out of heap; raise spark.driver.memory"),
        (7, "", False, "DriverFailed", "exit code 7: its last lines in the log say why"),
        (
            50,
            '26/11/28 WARN x\nException in thread "main" java.lang.IllegalStateException: odd\n'
            "\tat a.B.c(B.java:1)\nCaused by: java.io.IOException: disk\n\tat a.B.c(B.java:1)\n",
            False,
            "DriverFailed",
            "exit code 50: IllegalStateException: odd; caused by IOException: disk",
        ),
        (11, "", False, "ExecutorsLost", "spark.executor.maxNumFailures allows; the log"),
        (
            11,
            '26/11/28 WARN x: Failure executing: POST at: https://k/pods. Message: pods "x" is '
            "forbidden: exceeded quota: x-quota. Received status: Status(code=403)\n",
            False,
            "ExecutorsLost",
            "forbidden: exceeded quota: x-quota",
        ),
        (11, LOG, False, "OutOfMemory", "2 executors were lost (executor 1: it used more memory"),
    ],
)
def test_why_the_jvm_ended(
    code: int, log: str, out_of_memory: bool, reason: str, said: str
) -> None:
    failure = jvm_end.ended(code, log, out_of_memory=out_of_memory)
    assert failure.reason == reason
    assert said in failure.message
    assert not failure.permanent


def test_a_spark_that_gave_up_says_so_before_it_has_ended() -> None:
    last = (
        "26/11/28 ERROR ExecutorPodsLifecycleManager: Max number of executor failures (1) reached\n"
    )
    failure = jvm_end.gave_up(LOG + last)
    assert failure is not None
    assert failure.reason == "OutOfMemory"
    assert jvm_end.gave_up(LOG) is None


@pytest.mark.parametrize(
    ("log", "said"),
    [
        (
            'WARNING: Using incubator modules\nException in thread "main" '
            "org.apache.spark.SparkException: Executor cores must be a positive number\n"
            "\tat org.apache.spark.deploy.SparkSubmit$.main(SparkSubmit.scala:1180)\n",
            "Spark does not start: SparkException: Executor cores must be a positive number; "
            "correct spark.conf",
        ),
        (
            "Invalid maximum heap size: -Xmxlots\nError: Could not create the Java Virtual Machine",
            "Invalid maximum heap size: -Xmxlots; correct",
        ),
        (
            "Error: Not allowed to specify max heap(Xmx) memory settings through java options\n\n"
            "Usage: spark-submit [options]\n",
            "Error: Not allowed to specify max heap(Xmx)",
        ),
        ("", "is there a Java in the image?"),
    ],
)
def test_settings_that_keep_the_jvm_from_starting(log: str, said: str) -> None:
    failure = jvm_end.not_started(log)
    assert (failure.reason, failure.permanent) == ("InvalidSpec", True)
    assert said in failure.message


def test_a_container_too_small_for_the_jvm() -> None:
    log = (
        "OpenJDK 64-Bit Server VM warning: INFO: os::commit_memory failed; error='Not enough "
        "space'\n# There is insufficient memory for the Java Runtime Environment to continue.\n"
    )
    failure = jvm_end.not_started(log)
    assert (failure.reason, failure.permanent) == ("OutOfMemory", False)
    assert failure.message.endswith("to continue.; raise spark.driver.memoryOverhead")
