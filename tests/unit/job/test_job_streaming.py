from __future__ import annotations

from swirl.job.streaming import explain


def is_library(filename: str) -> bool:
    return filename.startswith("/opt/swirl/site")


def test_the_cause_is_the_first_line() -> None:
    text = (
        "[STREAM_FAILED] Query [id = 1-2, runId = 3] terminated with exception: "
        "Partition tweets-0's offset was changed SQLSTATE: XXKST\n=== Streaming Query ==="
    )
    assert explain(text, is_library, str).startswith("Partition tweets-0's offset was changed")


def test_java_classes_are_shortened() -> None:
    text = "org.apache.kafka.common.errors.TimeoutException: Timed out\n\tat org.apache"
    assert explain(text, is_library, str) == "TimeoutException: Timed out"


def test_python_code_in_a_query_is_named() -> None:
    text = (
        "[FOREACH_BATCH_USER_FUNCTION_ERROR] an error: Return Message: "
        "Traceback (most recent call last):\n"
        '  File "/opt/swirl/site/py4j/callback.py", line 617, in _call_proxy\n'
        '  File "/opt/swirl/app/ads/ingest.py", line 41, in batch\n'
        "    raise ValueError('bad batch')\n"
        "ValueError: bad batch\n\n=== Streaming Query ===\n"
    )
    relative = {"/opt/swirl/app/ads/ingest.py": "ads/ingest.py"}.__getitem__
    assert explain(text, is_library, relative) == "ValueError at ads/ingest.py:41: bad batch"


def test_no_text_at_all() -> None:
    assert explain("\n", is_library, str) == "no reason given"
