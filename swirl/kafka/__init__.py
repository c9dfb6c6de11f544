"""How every process of Swirl speaks to Kafka; the only package that imports the client library.

The library takes a fifth of a second and 20 MB, so `producer` and `log` are imported by whoever has
a Kafka to speak to, when it has. `delivery`, `files` and `spark` do without it.
"""
