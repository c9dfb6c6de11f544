from __future__ import annotations

from pathlib import Path

import pytest

from swirl.job.failure import describe


def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str) -> str:
    (tmp_path / "ads").mkdir()
    path = tmp_path / "ads" / "train.py"
    path.write_text(source)
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(Exception) as raised:  # noqa: PT011 - whatever the source raises
        exec(compile(source, str(path), "exec"), {})
    return describe(raised.value)


def test_the_place_is_relative_to_its_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = "\n\nraise ValueError('no rows\\nsecond line')"
    assert run(tmp_path, monkeypatch, source) == "ValueError at ads/train.py:3: no rows second line"


def test_the_place_is_in_the_users_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = "import json\njson.loads('{')"
    described = run(tmp_path, monkeypatch, source)
    assert described.startswith("JSONDecodeError at ads/train.py:2: Expecting")


def test_library_code_of_other_packages_is_skipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = "import pydantic\n\npydantic.TypeAdapter(int).validate_python('x')"
    assert run(tmp_path, monkeypatch, source).startswith("ValidationError at ads/train.py:3: 1")


def test_an_error_without_text_or_place() -> None:
    assert describe(KeyError()) == "KeyError"


class Mute(Exception):
    def __str__(self) -> str:
        raise RuntimeError


def test_an_error_that_cannot_say_what_it_is() -> None:
    assert describe(Mute()) == "Mute: (its text cannot be read: RuntimeError)"
