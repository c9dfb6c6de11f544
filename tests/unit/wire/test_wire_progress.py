from __future__ import annotations

import pytest

from swirl.wire.progress import MESSAGE_CHARACTERS, Progress


@pytest.mark.parametrize(
    ("fraction", "percent"),
    [(0, 0), (0.29, 29), (0.294, 29), (0.9, 90), (0.999, 99), (1, 100), (-3, 0), (7, 100)],
)
def test_a_fraction_as_percent(fraction: float, percent: int) -> None:
    said = Progress.of(fraction, "x" * 999)
    assert said == Progress(percent, "x" * MESSAGE_CHARACTERS)
    assert Progress.read(said.to_json()) == said


@pytest.mark.parametrize(
    "text",
    [
        *(None, 7, "", "{", "[1]", "[" * 100_000, "{}", '{"percent": "9"}', '{"percent": true}'),
        *('{"percent": 101}', '{"percent": -1}', '{"percent": 1.5}', '{"percent": NaN}'),
    ],
)
def test_what_is_none_is_not_read(text: object) -> None:
    assert Progress.read(text) is None


def test_a_message_that_is_no_text() -> None:
    assert Progress.read('{"percent": 1, "message": [1]}') == Progress(1, "[1]")
    assert Progress.read('{"percent": 1, "message": null}') == Progress(1, "")
