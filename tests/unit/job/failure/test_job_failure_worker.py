from __future__ import annotations

import traceback

import pytest

from swirl.job.failure.worker import Raised, read_traceback
from tests.unit.job.failure import printed


def test_all_lines_of_the_message_and_nothing_of_the_jvm() -> None:
    assert read_traceback(printed.STREAM_IN_A_WORKER) == Raised(
        "ValueError", "no text\nin it", (("/app/ads/pump.py", 26),)
    )


def test_the_last_traceback_is_what_ended_it() -> None:
    raised = read_traceback(
        'Traceback (most recent call last):\n  File "a.py", line 1, in f\n    {}[1]\n'
        "KeyError: 1\n\n"
        "The above exception was the direct cause of the following exception:\n\n"
        'Traceback (most recent call last):\n  File "a.py", line 3, in g\n'
        "    raise app.Broken from error\napp.Broken\n"
    )
    assert raised == Raised("Broken", "", (("a.py", 3),), Raised("KeyError", "1", (("a.py", 1),)))


def test_an_error_of_the_jvm_inside_keeps_its_trace() -> None:
    raised = read_traceback(printed.SPARK_IN_A_BATCH)
    assert raised is not None
    assert raised.kind == "Py4JJavaError"
    assert "java.net.ConnectException: Call From" in raised.message
    assert ("/app/ads/pump.py", 31) in raised.frames


def printed_of(error: BaseException) -> str:
    try:
        raise error
    except BaseException as raised:
        return "".join(traceback.format_exception(raised))


def test_those_of_a_group_are_in_its_message() -> None:
    group = ExceptionGroup("workers", [ValueError("a bad row"), KeyError("city")])
    raised = read_traceback(f"a.b.PythonException: {printed_of(group)}\n\tat a.B.c(D.scala:1)\n")
    assert raised is not None
    assert raised.kind == "ExceptionGroup"
    assert raised.message.split("\n") == [
        "workers (2 sub-exceptions)",
        "ValueError: a bad row",
        "KeyError: 'city'",
    ]


def test_one_of_a_group_that_was_raised_itself_is_told() -> None:
    members: list[Exception] = []
    for error in (ValueError("a bad row"), KeyError("city")):
        try:
            raise error
        except Exception as caught:
            members.append(caught)
    raised = read_traceback(printed_of(ExceptionGroup("workers", members)))
    assert raised is not None
    assert (raised.kind, raised.message) == ("KeyError", "'city'")


@pytest.mark.parametrize(
    "text",
    [
        "ValueError: no traceback",
        'Traceback (most recent call last):\n  File "a.py", line 1, in f\n    cut off',
        'Traceback (most recent call last):\n  File "a.py", line 1, in f\n- no error',
    ],
)
def test_what_is_no_traceback(text: str) -> None:
    assert read_traceback(text) is None
