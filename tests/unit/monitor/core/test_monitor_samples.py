"""From totals to values: the span, the burstiness of sources, what silence is."""

from __future__ import annotations

import pytest

from swirl.api.v1alpha1.swirlmonitor import Aggregation, Metric, Selector
from swirl.monitor.core.samples import Sample, Sampler
from swirl.monitor.core.windows import Totals

W = 5_000


def sampler(aggregation: Aggregation = "Rate", *, ratio: bool = False) -> Sampler:
    divisor = Selector(metric="d") if ratio else None
    source = Selector(metric="s")
    metric = Metric(name="m", node="n", source=source, aggregation=aggregation, divided_by=divisor)
    return Sampler(metric, W)


def totals(*points: tuple[float, float]) -> Totals | None:
    if not points:
        return None
    values = [value for _, value in points]
    whole = all(value.is_integer() for value in values)
    last = int(max(at for at, _ in points) * 1000)
    return Totals(sum(values), len(values), max(values), last, whole)


def feed(found: Sampler, batches: list[tuple[float, float]], windows: int) -> list[Sample]:
    spans = []
    for index in range(windows):
        inside = [(at, v) for at, v in batches if index * W <= at * 1000 < (index + 1) * W]
        found.step(index, totals(*inside), None)
        spans.append(found.span())
    return spans


@pytest.mark.parametrize("every", [1.0, 2.3, 3.7, 4.9, 6.1])
def test_a_steady_source_has_a_steady_rate_however_it_batches(every: float) -> None:
    batches = [(every * (i + 1), 10 * every) for i in range(int(160 / every))]
    spans = feed(sampler(), batches, 30)
    assert [span.value for span in spans[4:]] == pytest.approx([10.0] * 26, rel=1e-3)


def test_sum_is_for_one_window() -> None:
    batches = [(i + 0.9, 3.0) for i in range(60)]
    assert feed(sampler("Sum"), batches, 10)[-1].value == pytest.approx(15.0)


def test_mean_and_max_are_over_the_points_of_the_span() -> None:
    cases: tuple[tuple[Aggregation, float], ...] = (("Mean", 2.5), ("Max", 4.0))
    for aggregation, expected in cases:
        found = sampler(aggregation)
        for index, values in enumerate(([9.0], [1.0], [2.0, 3.0], [4.0])):
            found.step(index, totals(*[(index * 5 + 1, v) for v in values]), None)
        assert found.span().value == expected
        assert found.span().exposure == 0


def test_ratio_divides_sums_and_a_missing_numerator_is_zero() -> None:
    found = sampler(ratio=True)
    found.step(0, totals((1, 8.0)), totals((1, 10.0)))
    assert found.span() == Sample(0.8, 10.0, True)
    found.step(1, None, totals((6, 10.0)))
    assert found.span() == Sample(0.4, 20.0, True)
    assert found.alone() == Sample(0.0, 10.0, True)


def test_ratio_by_nothing_has_no_value() -> None:
    found = sampler(ratio=True)
    found.step(0, totals((1, 0.0)), totals((1, 0.0)))
    assert found.span().value is None


def test_silence_has_no_value_and_zero_has() -> None:
    found = sampler()
    for index in range(3):
        found.step(index, totals((index * 5 + 1, 0.0)), None)
    assert found.span().value == 0.0
    for index in range(3, 6):
        assert found.span().value is not None
        found.step(index, None, None)
    assert found.span().value is None


def test_without_each_tells_a_freak_from_a_fault() -> None:
    found = sampler()
    for index, value in enumerate((10.0, 1000.0, 10.0)):
        found.step(index, totals((index * 5 + 4, value)), None)
    rests = [sample.value for sample in found.without_each()]
    assert rests[1] == pytest.approx(2.0)
    assert min(rests[0] or 0, rests[2] or 0) > 100


def test_without_each_is_silent_about_a_single_window() -> None:
    found = sampler()
    found.step(0, totals((1, 1.0)), None)
    assert found.without_each() == []


def test_fractions_are_no_counts() -> None:
    found = sampler()
    found.step(0, totals((1, 0.5)), None)
    assert not found.span().counts


def test_readings_are_whole_if_all_their_points_are() -> None:
    mean = sampler("Mean")
    assert [s.whole for s in feed(mean, [(1, 2.0), (2, 3.0), (6, 2.5), (21, 4.0)], 5)] == [
        True,
        False,
        False,
        False,
        True,
    ]
