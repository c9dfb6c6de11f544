"""Detection and diagnosis, a function of the log: no I/O, no clock, no randomness.

A point goes through `windows`, `samples`, `series` (with `band`, `silence` and `persistence`) to an
anomaly; anomalies and changes go through `diagnose` (with `graph`, `changes` and `rules`) and
`sentence` to a verdict. `engine` holds it together.
"""
