"""Spark ML pipelines, saved in Spark's own way.

`publish` runs in a driver, with Spark. `load` reads what Spark has saved and scores rows with it in
plain Python, without Spark and its JVM:

>>> plan = load_plan(Path("model/native"), inputs=["text"])
>>> plan.run({"text": "what a day"})["prediction"]
2.0

Adding a Spark stage is adding one file to `stages/`; see `registry`.
"""

from __future__ import annotations

FORMAT = "spark-ml"
