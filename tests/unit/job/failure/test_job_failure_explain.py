"""From what is raised to what a run says: errors as text, and Python's own."""

from __future__ import annotations

from collections import ChainMap
from pathlib import Path

import pytest

from swirl.job.failure import explain
from swirl.job.failure.explain import explain_text
from swirl.job.failure.failure import Failure
from tests.unit.job.failure import printed


def told(text: str) -> Failure:
    failure = explain_text(text, None, "app.py:3")
    assert failure is not None
    return failure


def test_a_file_that_cannot_be_read_is_named() -> None:
    assert told(printed.CORRUPT_FILE) == Failure(
        "UserError",  # type: ignore[arg-type]
        "SparkException at app.py:3: [FAILED_READ_FILE.NO_HINT] Encountered error while reading "
        "file file:///data/x-corrupt/part-0.parquet; caused by RuntimeException: corrupted file: "
        "the footer index is not within the file: 64",
    )


@pytest.mark.parametrize(
    ("text", "reason", "permanent", "said"),
    [
        (
            printed.EXECUTOR_LOST,
            "OutOfMemory",
            False,
            "executor 4 was lost 4 times in the same task: it used more memory than its limit "
            "(OOMKilled, exit code 137); raise spark.executor.memoryOverhead, or "
            "spark.executor.memory",
        ),
        (
            printed.SETTINGS_REFUSED,
            "InvalidSpec",
            True,
            "SparkException at app.py:3: [INVALID_SPARK_CONFIG.INVALID_EXECUTOR_MEMORY_OPTIONS] "
            "Invalid Spark config: spark.executor.extraJavaOptions is not allowed to specify max "
            "heap memory settings (was '-Xmx2g'). Use spark.executor.memory instead; correct "
            "spark.conf",
        ),
        (
            printed.HEAP_TOO_SMALL,
            "InvalidSpec",
            True,
            "System memory 268435456 must be at least 471859200. Please increase heap size using "
            'the --driver-memory option or "spark.driver.memory" in Spark configuration; raise '
            "spark.driver.memory to 470Mi or more",
        ),
        (
            printed.FORBIDDEN,
            "PlatformError",
            False,
            "the ServiceAccount default may not get pods in namespace ads (403 Forbidden); leave "
            "spec.serviceAccountName out, or bind default to the Role swirl-driver",
        ),
        (
            printed.FORBIDDEN.replace("ads:default", "ads:swirl-driver"),
            "PlatformError",
            False,
            "swirl-driver may not get pods in namespace ads (403 Forbidden); bind it to the Role",
        ),
        (
            printed.NO_RIGHTS_TO_WRITE,
            "UserError",
            False,
            "IOException at app.py:3: Mkdirs failed to create file:/proc/x-no/_temporary; the "
            "folder does not exist and cannot be made",
        ),
        (printed.STREAM_IN_A_WORKER, "UserError", False, "pump.py:26: no text in it"),
        (
            printed.SPARK_IN_A_BATCH,
            "UserError",
            False,
            "pump.py:31: Call From a/10.0.0.7 to hdfs:8020 failed: Connection refused; nothing "
            "answers there",
        ),
        (
            "java.lang.OutOfMemoryError: Java heap space\n\tat a.B.c(B.java:1)\n",
            "OutOfMemory",
            False,
            "OutOfMemoryError at app.py:3: Java heap space; raise spark.driver.memory",
        ),
        (
            "org.apache.spark.SparkException: Job aborted due to stage failure: Task 0 in stage "
            "6.0 failed 1 times, most recent failure: Lost task 0.0 in stage 6.0 (TID 6) "
            "([fd00::7] executor 2): java.lang.OutOfMemoryError: GC overhead limit exceeded\n"
            "\tat a.B.c(B.java:1)\n\nDriver stacktrace:\n",
            "OutOfMemory",
            False,
            "GC overhead limit exceeded; raise spark.executor.memory",
        ),
        (
            "org.apache.spark.SparkException: Exception thrown in awaitResult: \n\tat a.B.c(B:1)\n"
            "Caused by: org.apache.spark.SparkException: Job aborted due to stage failure: Total "
            "size of serialized results of 1 tasks (9.7 MiB) is bigger than "
            "spark.driver.maxResultSize (1024.0 KiB)\n\tat a.B.c(B.java:1)\n",
            "UserError",
            False,
            "SparkException at app.py:3: Total size of serialized results of 1 tasks (9.7 MiB) is "
            "bigger than spark.driver.maxResultSize (1024.0 KiB); write the result",
        ),
        (
            "org.apache.spark.SparkException: Could not execute broadcast in 300 secs. You can "
            "increase the timeout for broadcasts via spark.sql.broadcastTimeout\n",
            "UserError",
            False,
            "raise spark.sql.broadcastTimeout, or set",
        ),
        (
            "java.lang.OutOfMemoryError: unable to create native thread: possibly out of memory\n",
            "OutOfMemory",
            False,
            "limit of pids",
        ),
        (
            "org.apache.spark.SparkException: External scheduler cannot be instantiated\n"
            "\tat org.apache.spark.SparkContext.<init>(SparkContext.scala:600)\n"
            "Caused by: java.net.UnknownHostException: kubernetes.default.svc\n",
            "PlatformError",
            False,
            "UnknownHostException at app.py:3: kubernetes.default.svc; the cluster's DNS",
        ),
        (
            "org.apache.kafka.common.errors.TimeoutException: Timed out waiting for a node "
            "assignment. Call: describeTopics\n",
            "UserError",
            False,
            "no Kafka broker answers: check kafka.bootstrap.servers",
        ),
        (
            "org.apache.spark.sql.catalyst.parser.ParseException: \n[PARSE_SYNTAX_ERROR] Syntax "
            "error at or near 'selec'. SQLSTATE: 42601 (line 1, pos 0)\n",
            "UserError",
            True,
            "Syntax error at or near 'selec'. (line 1, pos 0)",
        ),
    ],
)
def test_what_is_said_of_what_the_jvm_printed(
    text: str, reason: str, permanent: bool, said: str
) -> None:
    failure = told(text)
    assert said in failure.message
    assert (failure.reason, failure.permanent) == (reason, permanent)


def test_text_that_is_none_of_the_jvms() -> None:
    assert explain_text("out of the blue", None, None) is None


class Broken(Exception):
    pass


def raised(error: BaseException, cause: BaseException | None = None) -> Failure:
    with pytest.raises(BaseException) as caught:  # noqa: PT011 - whatever it is
        raise error from cause
    return explain(caught.value)


HERE = f"tests/unit/job/failure/{Path(__file__).name}"


def test_an_error_of_python_is_told_with_what_it_was_raised_from() -> None:
    failure = raised(Broken("no\n  rows"), KeyError("city"))
    assert failure.reason == "UserError"
    assert failure.message.startswith(f"Broken at {HERE}:")
    assert failure.message.endswith(": no rows; caused by KeyError: 'city'")


def test_memory_is_named_even_where_it_is_wrapped() -> None:
    failure = raised(Broken("cannot train"), MemoryError())
    assert failure.reason == "OutOfMemory"
    assert "raise spark.driver.memoryOverhead" in failure.message


def test_a_package_that_is_not_there_is_there_on_no_attempt() -> None:
    failure = raised(ModuleNotFoundError("No module named 'xgboost'"))
    assert failure.permanent
    assert failure.message.endswith(
        "No module named 'xgboost'; the image has to have the package in the right version"
    )


def test_a_circle_of_causes_ends() -> None:
    one, two = Broken("one"), Broken("two")
    one.__cause__, two.__cause__ = two, one
    assert explain(one).message.startswith("Broken: one; caused by Broken: two")


def test_what_an_error_of_a_worker_was_raised_from_is_told() -> None:
    text = (
        "org.apache.spark.api.python.PythonException: Traceback (most recent call last):\n"
        '  File "/app/a.py", line 5, in f\n    int(x)\nValueError: no number: x\n\n'
        "The above exception was the direct cause of the following exception:\n\n"
        "Traceback (most recent call last):\n"
        '  File "/app/a.py", line 7, in f\n    raise Broken from error\nads.Broken: row 5\n'
        "\tat org.apache.spark.X.y(Z.scala:1)\n"
    )
    said = "Broken at /app/a.py:7: row 5; caused by ValueError at /app/a.py:5: no number: x"
    assert told(text).message == said


def test_a_workers_memory_is_the_executors() -> None:
    text = (
        "org.apache.spark.api.python.PythonException: Traceback (most recent call last):\n"
        '  File "/app/a.py", line 5, in f\n    x = y * 2\nMemoryError\n SQLSTATE: 38000\n'
    )
    failure = told(text)
    assert failure.reason == "OutOfMemory"
    assert failure.message.endswith(
        "a.py:5; a Python worker has no more memory: raise spark.executor.memoryOverhead"
    )


def handling(error: BaseException, *, on_purpose: bool = False) -> BaseException:
    """Return what a function raises that handles the error by an error of its own."""
    try:
        try:
            raise error
        except BaseException:
            if on_purpose:
                raise Broken("no rows") from None
            raise Broken("no rows")  # noqa: B904 - what is told of just that
    except Broken as raised:
        return raised


def test_what_was_handled_is_told_where_the_users_own_code_raised() -> None:
    failure = explain(handling(MemoryError()))
    assert "no rows; raised after MemoryError at" in failure.message
    assert failure.reason == "OutOfMemory"


def test_what_was_handled_does_not_make_an_error_final() -> None:
    assert not explain(handling(ImportError("xgboost"))).permanent


def test_what_was_handled_on_purpose_is_not_told() -> None:
    assert explain(handling(KeyError("city"), on_purpose=True)).message.endswith("no rows")


def test_what_a_library_handled_is_its_own_business() -> None:
    found: ChainMap[str, int] = ChainMap({})
    with pytest.raises(KeyError) as caught:
        found.pop("city")
    assert caught.value.__context__ is not None
    assert "raised after" not in explain(caught.value).message


def test_of_a_group_one_is_told() -> None:
    group = ExceptionGroup("workers", [ValueError("a bad row"), KeyError("city")])
    failure = explain(group)
    assert failure.message == (
        "ExceptionGroup: workers (2 sub-exceptions); one of them ValueError: a bad row"
    )


def test_of_a_group_the_one_is_told_that_is_not_the_functions_own() -> None:
    inner = ExceptionGroup("inner", [KeyError("city"), MemoryError()])
    failure = explain(ExceptionGroup("workers", [ValueError("a bad row"), inner]))
    assert failure.reason == "OutOfMemory"
    assert "raise spark.driver.memoryOverhead" in failure.message


def test_a_group_is_final_where_all_of_it_is() -> None:
    missing, bad = ImportError("xgboost"), ValueError("a bad row")
    assert explain(ExceptionGroup("workers", [missing])).permanent
    assert not explain(ExceptionGroup("workers", [missing, bad])).permanent


def test_notes_of_an_error_are_told() -> None:
    error = Broken("no rows")
    error.add_note("in part\n5")
    assert explain(error).message == "Broken: no rows; in part 5"


def test_an_error_that_ends_the_program_when_it_is_read_is_told() -> None:
    class Ending(Exception):
        def __str__(self) -> str:
            raise SystemExit(3)

    assert explain(Ending()).message == "Ending: (its text cannot be read: SystemExit)"


class Py4JError(Exception):
    """Has the name of py4j's."""


def test_a_call_that_py4j_cannot_make_is_told_without_its_frames() -> None:
    error = Py4JError(
        "An error occurred while calling o79.foo. Trace:\n"
        "py4j.Py4JException: Method foo([class java.lang.String]) does not exist\n"
        "\tat py4j.reflection.ReflectionEngine.getMethod(ReflectionEngine.java:318)\n"
        "\tat java.base/java.lang.Thread.run(Thread.java:840)\n\n"
    )
    said = "Py4JException: Method foo([class java.lang.String]) does not exist"
    assert explain(error).message == said


@pytest.mark.parametrize("text", ["x" * 10**6, "é" * 10**5, "x y\n" * 20_000])
def test_however_long_a_text_is_its_beginning_is_told(text: str) -> None:
    said = f"An error occurred while calling o1.load.\n: java.lang.RuntimeException: no {text}"
    for failure in (told(said), explain(Broken(f"no {text}"))):
        assert f": no {text[0]}" in failure.message
        assert 400 < len(failure.message) < 1000


@pytest.mark.parametrize(
    "text", ["== SQL ==\n" * 20_000, "\n" * 10**5, ";\n" * 10**5, " at x" * 10**5]
)
def test_a_text_that_only_looks_like_one_of_spark_takes_no_time_to_read(text: str) -> None:
    said = f"An error occurred while calling o1.load.\n: java.lang.RuntimeException: no {text}"
    assert told(said).message.startswith("RuntimeException at app.py:3: no")
