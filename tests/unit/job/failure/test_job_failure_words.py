from __future__ import annotations

import pytest

from swirl.job.failure.words import plain, shorten, simple


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (
            "[PATH_NOT_FOUND] Path does not exist: file:/x. SQLSTATE: 42K03",
            "[PATH_NOT_FOUND] Path does not exist: file:/x.",
        ),
        (
            "[UNRESOLVED_COLUMN] no `city`. Did you mean [`id`]. SQLSTATE: 42703;\n"
            "'Project ['city]\n+- Range (0, 3, step=1, splits=Some(1))\n",
            "[UNRESOLVED_COLUMN] no `city`. Did you mean [`id`].",
        ),
        ("Queries must be started.;\nrate\n", "Queries must be started."),
        (
            "ERROR: syntax error at ;\nPosition: 5 of the query",
            "ERROR: syntax error at ; Position: 5 of the query",
        ),
        (
            "[DIVIDE_BY_ZERO] Division by zero. SQLSTATE: 22012\n== SQL (line 1, position 8) ==\n"
            "select 1 / (id - 1) from range(3)\n       ^^^^^^^^^^^^\n",
            "[DIVIDE_BY_ZERO] Division by zero. (in 1 / (id - 1))",
        ),
        (
            "\n[PARSE_SYNTAX_ERROR] Syntax error at 'selec'. SQLSTATE: 42601 (line 1, pos 0)\n\n"
            "== SQL ==\nselec t from\n^^^\n",
            "[PARSE_SYNTAX_ERROR] Syntax error at 'selec'. (line 1, pos 0) (in selec t from)",
        ),
        (
            "[STREAM_FAILED] Query [id = 1, runId = 2] terminated with exception: gone\n"
            "=== Streaming Query ===\nIdentifier: [id = 1]",
            "gone",
        ),
        (
            "User defined function (`M$$Lambda$4775/0x00007fbda5: (string) => double`) failed due "
            "to: org.apache.spark.SparkException: Unseen label: b..",
            "User defined function (`M: (string) => double`) failed due to: SparkException: "
            "Unseen label: b.",
        ),
        (
            "null while assembling. Consider\nremoving nulls",
            "null while assembling. Consider removing nulls",
        ),
        (
            "Failure executing: POST at: https://k/api. Message: pods is bad. Received status: "
            "Status(apiVersion=v1)",
            "pods is bad",
        ),
    ],
)
def test_what_a_message_says(message: str, said: str) -> None:
    assert plain(message) == said


def test_a_long_query_is_left_out() -> None:
    query = "select " + "x + " * 50 + "1"
    message = f"overflow\n== SQL (line 1, position 1) ==\n{query}\n{'^' * len(query)}\n"
    assert plain(message) == "overflow"


def test_shortened_text_ends_between_words() -> None:
    assert shorten("one two three", 13) == "one two three"
    assert shorten("one two three", 10) == "one two…"


def test_shortened_text_without_words_is_not_lost() -> None:
    assert shorten("abcdefghijkl", 10) == "abcdefghi…"
    assert shorten("a bcdefghijkl", 10) == "a bcdefgh…"


def test_a_nested_class_has_a_simple_name_too() -> None:
    assert simple("a.b.Outer$Inner") == "Inner"
