"""Reading several partitions as one log."""

from __future__ import annotations

import random

from swirl.kafka.merge import Merge


def test_a_record_waits_for_the_partitions_that_are_behind() -> None:
    merge: Merge[str] = Merge()
    merge.add_partition("a")
    merge.add_partition("b")
    merge.push("a", 10, "a10")
    merge.push("a", 30, "a30")
    assert list(merge.release()) == []
    merge.push("b", 20, "b20")
    assert list(merge.release()) == [(10, "a10"), (20, "b20")]
    assert not merge.caught_up
    merge.set_ended("a", True)
    merge.set_ended("b", True)
    assert list(merge.release()) == [(30, "a30")]
    assert merge.caught_up


def test_a_partition_can_fall_behind_again() -> None:
    merge: Merge[str] = Merge()
    merge.add_partition("a")
    merge.set_ended("a", True)
    assert merge.caught_up
    merge.set_ended("a", False)
    assert not merge.caught_up


def test_time_within_a_partition_does_not_go_back() -> None:
    merge: Merge[str] = Merge()
    merge.add_partition("a")
    merge.push("a", 30, "first")
    merge.push("a", 20, "second")
    merge.set_ended("a", True)
    assert list(merge.release()) == [(30, "first"), (30, "second")]


def test_whatever_the_batches_the_log_is_the_same() -> None:
    records = {name: sorted(random.Random(name).sample(range(1000), 50)) for name in "abc"}
    expected = sorted((at, name) for name, times in records.items() for at in times)
    for seed in range(20):
        chance = random.Random(seed)
        merge: Merge[str] = Merge()
        left = {name: list(times) for name, times in records.items()}
        for name in left:
            merge.add_partition(name)
        found: list[tuple[int, str]] = []
        while not merge.caught_up:
            name = chance.choice("abc")
            for _ in range(chance.randint(0, 9)):
                if left[name]:
                    merge.push(name, left[name].pop(0), name)
            merge.set_ended(name, not left[name])
            found += merge.release()
        assert [at for at, _ in found] == [at for at, _ in expected]
        assert sorted(found) == expected
