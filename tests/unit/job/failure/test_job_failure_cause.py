from __future__ import annotations

from swirl.job.failure.cause import links_of, sentence
from swirl.job.failure.throwable import Throwable, Trace


def told(*links: tuple[str, str]) -> str:
    chain = tuple(Throwable(*link) for link in links)
    return sentence(links_of(Trace(chain)), None, "app.py:3")


def test_the_last_cause_is_told_beside_the_first() -> None:
    said = told(("a.ReadException", "cannot read x.json."), ("b.EofException", "no end"))
    assert said == "ReadException at app.py:3: cannot read x.json; caused by EofException: no end"


def test_wrappers_give_way_to_what_they_wrap() -> None:
    said = told(
        ("org.apache.spark.SparkException", "Exception thrown in awaitResult: "),
        ("java.lang.reflect.InvocationTargetException", ""),
        ("java.lang.RuntimeException", "a.b.GoneException: it is gone"),
        ("a.b.GoneException", "it is gone"),
    )
    assert said == "GoneException at app.py:3: it is gone"


def test_a_cause_without_words_adds_nothing() -> None:
    assert told(("a.BrokenException", "broken"), ("java.io.EOFException", "")) == (
        "BrokenException at app.py:3: broken"
    )


def test_an_exception_without_words_is_its_class() -> None:
    assert told(("java.lang.NullPointerException", "")) == "NullPointerException at app.py:3"


def test_what_has_been_said_is_not_repeated() -> None:
    said = told(("a.Outer", "failed due to: the label is new"), ("a.Inner", "the label is new"))
    assert said == "Outer at app.py:3: failed due to: the label is new"


def test_causes_between_give_way_where_there_is_no_room() -> None:
    said = told(
        ("a.First", "begin " * 100),
        ("a.Second", "middle " * 100),
        ("a.Third", "between " * 100),
        ("a.Last", "where it began"),
    )
    assert said.endswith("; caused by Last: where it began")
    assert "Third" not in said
    assert len(said) < 900


def test_python_has_a_name_of_its_own_for_the_first() -> None:
    links = [Throwable("org.apache.spark.sql.catalyst.ExtendedAnalysisException", "no such")]
    assert sentence(links, "AnalysisException", None) == "AnalysisException: no such"
