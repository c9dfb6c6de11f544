"""How every process of Swirl speaks to the Kubernetes API.

Pure: `account` (who and where), `resources` and their paths, `request` and `answer`, the `errors`
that may be answered. Two transports carry them: `client`, for processes that say something now and
then, and the operator's own on aiohttp.
"""
