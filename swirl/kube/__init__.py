"""How every process of Swirl speaks to the Kubernetes API.

Pure: `resources` and their paths, the `errors` that may be answered. What opens a socket stands on
these.
"""
