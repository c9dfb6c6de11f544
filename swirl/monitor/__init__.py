"""The analysis of SwirlMonitor: reads metric points and change events, says what broke and why.

`core` is pure: what is normal, what is not, where it began and what caused it. `process` is one way
to run it: a plain process that reads Kafka and writes the monitor's status.
"""
