from __future__ import annotations

from dataclasses import replace

import pytest

from swirl.wire.verdict import MalformedVerdict, VerdictRecord

RECORD = VerdictRecord(
    "shop",
    "ads",
    {"state": "Broken", "summary": "Data pipeline is broken", "since": "2026-01-31T12:00:00Z"},
)


def test_both_ends_agree() -> None:
    assert VerdictRecord.from_json(RECORD.to_json()) == RECORD
    assert RECORD.source == "shop/SwirlMonitor/ads"


def test_the_id_follows_from_what_is_said() -> None:
    assert RECORD.id == replace(RECORD, verdict={**RECORD.verdict, "message": "x"}).id
    assert RECORD.id != replace(RECORD, verdict={**RECORD.verdict, "node": "x"}).id
    assert RECORD.id != replace(RECORD, name="other").id


@pytest.mark.parametrize(
    ("data", "match"),
    [
        ("{", "not JSON"),
        ("[]", "v=1"),
        ('{"v":2}', "v=1"),
        ('{"v":1,"source":"a/SwirlMonitor/b"}', "verdict must be an object"),
        ('{"v":1,"source":"a/b","verdict":{}}', "source must be"),
        ('{"v":1,"source":"a/ModelServer/b","verdict":{}}', "source must be"),
        ('{"v":1,"verdict":{}}', "source must be"),
    ],
)
def test_what_is_no_verdict(data: str, match: str) -> None:
    with pytest.raises(MalformedVerdict, match=match):
        VerdictRecord.from_json(data)
