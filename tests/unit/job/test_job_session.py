from __future__ import annotations

import pytest

from swirl.job.session import settings


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("10.244.0.7", "10.244.0.7"),
        ("fd00:10:244::7", "[fd00:10:244::7]"),
        ("[fd00::7]", "[fd00::7]"),
        ("driver.ads.svc", "driver.ads.svc"),
    ],
)
def test_an_address_of_ipv6_gets_the_brackets_that_spark_wants(address: str, host: str) -> None:
    assert settings("ads/run", {"spark.driver.host": address})["spark.driver.host"] == host


def test_what_is_not_set_has_defaults() -> None:
    assert settings("ads/run", None) == {
        "spark.app.name": "ads/run",
        "spark.master": "local[*]",
        "spark.sql.session.timeZone": "UTC",
        "spark.ui.showConsoleProgress": "false",
    }


def test_what_is_set_wins() -> None:
    given = {"spark.master": "local[1]", "spark.sql.session.timeZone": "CET", "spark.app.name": "x"}
    assert settings("ads/run", given).items() >= given.items()
