"""The driver of `make demo`: a cluster, the pipeline on it, and the three cases of the talk.

Needs nothing but Python's standard library, kubectl and helm.
"""
