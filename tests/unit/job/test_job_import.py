from __future__ import annotations

import subprocess
import sys

HEAVY = ("pydantic", "pyspark", "numpy", "kafka", "obstore", "yaml", "httpx")


def loaded_after(statement: str) -> set[str]:
    code = f"import sys\n{statement}\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in done.stdout.split()}


def test_importing_swirl_loads_nothing_heavy() -> None:
    assert not loaded_after("import swirl").intersection(HEAVY)


def test_formats_need_no_kafka_client() -> None:
    assert not loaded_after("import swirl.metrics").intersection(HEAVY)


def test_analytics_needs_no_spark() -> None:
    loaded = loaded_after("from swirl import analytics, Context")
    assert not loaded.intersection({"pyspark", "numpy", "kafka"})
    assert "pydantic" in loaded


def test_names_are_listed() -> None:
    import swirl

    assert {"Context", "analytics"} <= set(dir(swirl))
    assert not hasattr(swirl, "nothing")
