"""Serves one published Spark ML pipeline over HTTP, without a JVM and without pyspark.

`sparkml` turns the saved pipeline into a plan of plain callables, `model` opens a published model
and proves it against its golden rows, `app` puts the protocols around it.
"""
